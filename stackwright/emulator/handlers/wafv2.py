"""AWS WAF: web ACLs, what they protect, and where they log.

A web ACL's physical id is name, id and scope, as its Ref answers ("AWS::WAFv2::WebACL").
"""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging, retag

_TAGS = Tagging(key="ResourceARN", tags="Tags", keys="TagKeys")


def _create(context: Context, properties: Properties) -> str:
    named = {"Name": context.generated_name(128, with_stack=False), **properties}
    summary = call(context.client("wafv2"), "create_web_acl", named)["Summary"]
    return f"{summary['Name']}|{summary['Id']}|{named['Scope']}"


def _who(physical_id: str) -> dict[str, str]:
    name, number, scope = physical_id.split("|")
    return {"Name": name, "Id": number, "Scope": scope}


def _read(context: Context, physical_id: str) -> Any:
    return context.client("wafv2").get_web_acl(**_who(physical_id))


def _update(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
    """Send everything but the tags, with the token of what is there ("UpdateWebACL")."""
    found = _read(context, physical_id)
    given = {name: value for name, value in new.items() if name != "Tags"}
    given |= {**_who(physical_id), "LockToken": found["LockToken"]}
    call(context.client("wafv2"), "update_web_acl", given)
    retag(context.client("wafv2"), _TAGS, found["WebACL"]["ARN"], new.get("Tags"), old.get("Tags"))


def _delete(context: Context, physical_id: str, old: Properties) -> None:
    found = gone_is_fine(_read, context, physical_id)
    if found:
        context.client("wafv2").delete_web_acl(**_who(physical_id), LockToken=found["LockToken"])


def _attributes(context: Context, physical_id: str, properties: Properties) -> Properties:
    acl = _read(context, physical_id)["WebACL"]
    return {
        "Arn": acl["ARN"],
        "Id": acl["Id"],
        "Capacity": acl["Capacity"],
        "LabelNamespace": acl["LabelNamespace"],
    }


def _associate(context: Context, properties: Properties) -> str:
    call(context.client("wafv2"), "associate_web_acl", properties)
    return f"{properties['ResourceArn']}|{properties['WebACLArn']}"


def _disassociate(context: Context, physical_id: str, old: Properties) -> None:
    gone_is_fine(context.client("wafv2").disassociate_web_acl, ResourceArn=old["ResourceArn"])


def _log(context: Context, properties: Properties) -> str:
    call(context.client("wafv2"), "put_logging_configuration", {"LoggingConfiguration": properties})
    return str(properties["ResourceArn"])


def _log_otherwise(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
    _log(context, new)


def _stop_logging(context: Context, physical_id: str, old: Properties) -> None:
    gone_is_fine(context.client("wafv2").delete_logging_configuration, ResourceArn=physical_id)


HANDLERS = {
    "AWS::WAFv2::WebACL": Handler(create=_create, delete=_delete, update=_update, attributes=_attributes),
    "AWS::WAFv2::WebACLAssociation": Handler(create=_associate, delete=_disassociate),
    "AWS::WAFv2::LoggingConfiguration": Handler(create=_log, delete=_stop_logging, update=_log_otherwise),
}
