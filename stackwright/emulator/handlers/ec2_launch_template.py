"""Launch templates: every update is a new version; the default stays what it is."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import call, gone_is_fine
from stackwright.emulator.handlers.tags import EC2, as_map, retag, specification

_VERSIONED = ("LaunchTemplateData", "VersionDescription")


def _tags(properties: Properties) -> dict[str, str]:
    """Return the template's own tags: a specification's, or stack tags that stand bare beside."""
    tags: dict[str, str] = {}
    for item in properties.get("TagSpecifications", []):
        tags.update(as_map([item] if "Key" in item else item.get("Tags")))
    return tags


def _create(context: Context, properties: Properties) -> str:
    given = {"LaunchTemplateName": context.generated_name(128), **properties}
    given.pop("TagSpecifications", None)
    tags = specification("launch-template", _tags(properties))
    if tags:
        given["TagSpecifications"] = tags
    answer = call(context.client("ec2"), "create_launch_template", given)
    return str(answer["LaunchTemplate"]["LaunchTemplateId"])


def _update(context: Context, template: str, new: Properties, old: Properties) -> None:
    ec2 = context.client("ec2")
    if any(new.get(name) != old.get(name) for name in _VERSIONED):
        version = {name: new[name] for name in _VERSIONED if name in new}
        call(ec2, "create_launch_template_version", {"LaunchTemplateId": template, **version})
    retag(ec2, EC2, template, _tags(new), _tags(old))


def _delete(context: Context, template: str, old: Properties) -> None:
    gone_is_fine(context.client("ec2").delete_launch_template, LaunchTemplateId=template)


def _attributes(context: Context, template: str, properties: Properties) -> dict[str, Any]:
    answer = context.client("ec2").describe_launch_templates(LaunchTemplateIds=[template])
    found = answer["LaunchTemplates"][0]
    return {
        "LaunchTemplateId": template,
        "LatestVersionNumber": str(found["LatestVersionNumber"]),
        "DefaultVersionNumber": str(found["DefaultVersionNumber"]),
    }


HANDLERS = {"AWS::EC2::LaunchTemplate": Handler(create=_create, delete=_delete, update=_update, attributes=_attributes)}
