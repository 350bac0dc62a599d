"""CloudFront: distributions, VPC origins, policies and origin access controls.

CloudFormation writes lists where the API has Quantity and Items, and a few members elsewhere; the API's shapes say
which. A change sends the whole configuration, with the version that is there ("UpdateDistribution").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore import xform_name

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import arguments, gone_is_fine, input_shape
from stackwright.emulator.handlers.tags import as_list, as_map

_NAMES = {"IPV6Enabled": "IsIPV6Enabled", "OriginCustomHeaders": "CustomHeaders"}
# What the API requires and the page of the type says CloudFormation leaves out.
_REQUIRED = {
    "Comment": "",
    "HTTPPort": 80,
    "HTTPSPort": 443,
    "OriginAccessIdentity": "",
    "OriginProtocolPolicy": "match-viewer",
    "Quantity": 0,
}


def quantified(value: Any, shape: Any) -> Any:
    """Return properties with Quantity and Items where the API's `shape` has them, and with what it requires."""
    if shape.type_name == "list" and isinstance(value, list):
        return [quantified(item, shape.member) for item in value]
    if shape.type_name != "structure" or not isinstance(value, Mapping | list):
        return value
    given = _listed(value, shape) if isinstance(value, list) else _moved(value, shape)
    members = {name.lower(): member for name, member in shape.members.items()}
    made = {name: _member(item, members.get(_NAMES.get(name, name).lower())) for name, item in given.items()}
    if "Items" in made and "Quantity" in shape.members:
        made["Quantity"] = len(made["Items"])
    missing = {name for name in shape.required_members if name.lower() not in {each.lower() for each in made}}
    return made | {name: value for name, value in _REQUIRED.items() if name in missing}


def _member(value: Any, shape: Any) -> Any:
    """What the shape does not know stays as it is, to be refused."""
    return value if shape is None else quantified(value, shape)


def _listed(value: list[Any], shape: Any) -> Properties:
    return {"Items": value} | ({"Enabled": bool(value)} if "Enabled" in shape.members else {})


def _moved(value: Mapping[str, Any], shape: Any) -> Properties:
    """CachedMethods belong to AllowedMethods, Locations are the items of a restriction."""
    given = dict(value)
    if "CachedMethods" in given and "AllowedMethods" in shape.members:
        allowed = given.get("AllowedMethods", ["GET", "HEAD"])
        given["AllowedMethods"] = {"Items": allowed, "CachedMethods": given.pop("CachedMethods")}
    if "Locations" in given and "RestrictionType" in shape.members:
        given["Items"] = given.pop("Locations")
    return given


@dataclass(frozen=True)
class Versioned:
    """A type whose one property is a configuration."""

    name: str
    config: str

    def create(self, context: Context, properties: Properties) -> str:
        """Create it and return its id."""
        client = context.client("cloudfront")
        answer = getattr(client, f"create_{xform_name(self.name)}")(**self._given(client, "create", properties))
        return str(answer[self.name]["Id"])

    def _given(self, client: Any, verb: str, properties: Properties) -> Properties:
        operation = f"{verb}_{xform_name(self.name)}"
        shape = input_shape(client, operation)
        given = {**properties, "Tags": as_list(as_map(properties["Tags"]))} if "Tags" in properties else properties
        return arguments(client, operation, quantified(given, shape), _NAMES)

    def update(self, context: Context, number: str, new: Properties, old: Properties) -> None:
        """Send the whole configuration; tags by their own calls."""
        client = context.client("cloudfront")
        given = self._given(client, "update", {self.config: new[self.config]})
        etag = self.read(context, number)["ETag"]
        getattr(client, f"update_{xform_name(self.name)}")(Id=number, IfMatch=etag, **given)
        self._retag(context, number, new, old)

    def _retag(self, context: Context, number: str, new: Properties, old: Properties) -> None:
        client, arn = context.client("cloudfront"), self._arn(context, number)
        now, before = as_map(new.get("Tags")), as_map(old.get("Tags"))
        gone = sorted(before.keys() - now.keys())
        if gone:
            client.untag_resource(Resource=arn, TagKeys={"Items": gone})
        if now != before and now:
            client.tag_resource(Resource=arn, Tags={"Items": as_list(now)})

    def _arn(self, context: Context, number: str) -> str:
        return f"arn:aws:cloudfront::{context.account}:{self.name.lower()}/{number}"

    def read(self, context: Context, number: str) -> Any:
        """Return what the get call answers, the version (ETag) too."""
        return getattr(context.client("cloudfront"), f"get_{xform_name(self.name)}")(Id=number)

    def delete(self, context: Context, number: str, old: Properties) -> None:
        """Delete the version that is there; gone already is fine."""
        found = gone_is_fine(self.read, context, number)
        if found:
            client = context.client("cloudfront")
            getattr(client, f"delete_{xform_name(self.name)}")(Id=number, IfMatch=found["ETag"])

    def attributes(self, context: Context, number: str, properties: Properties) -> Properties:
        """Return what stands beside the configuration."""
        found = self.read(context, number)[self.name]
        plain = {name: value for name, value in found.items() if name != self.config}
        return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in plain.items()}

    def handler(self) -> Handler:
        """Return the type's Handler."""
        return Handler(create=self.create, delete=self.delete, update=self.update, attributes=self.attributes)


class Distribution(Versioned):
    """A distribution: created with its tags, updated under its first reference, disabled before it is deleted."""

    def create(self, context: Context, properties: Properties) -> str:
        """Create it under a reference that a retry finds again."""
        client = context.client("cloudfront")
        config = {"CallerReference": context.suffix(36), **properties["DistributionConfig"]}
        tags = {"Items": as_list(as_map(properties.get("Tags")))}
        given = quantified({"DistributionConfig": config}, _with_tags(client))
        whole = {"DistributionConfigWithTags": {**given, "Tags": tags}}
        call = arguments(client, "create_distribution_with_tags", whole, _NAMES)
        return str(client.create_distribution_with_tags(**call)["Distribution"]["Id"])

    def update(self, context: Context, number: str, new: Properties, old: Properties) -> None:
        """Send the whole configuration under the reference that it was created with."""
        reference = self.read(context, number)["Distribution"]["DistributionConfig"]["CallerReference"]
        config = {"CallerReference": reference, **new["DistributionConfig"]}
        super().update(context, number, {**new, "DistributionConfig": config}, old)

    def delete(self, context: Context, number: str, old: Properties) -> None:
        """Disable it, then delete it, as CloudFormation does ("DeleteDistribution")."""
        client = context.client("cloudfront")
        found = gone_is_fine(client.get_distribution_config, Id=number)
        if found and found["DistributionConfig"]["Enabled"]:
            disabled = {**found["DistributionConfig"], "Enabled": False}
            client.update_distribution(Id=number, IfMatch=found["ETag"], DistributionConfig=disabled)
        super().delete(context, number, old)


def _with_tags(client: Any) -> Any:
    return input_shape(client, "create_distribution_with_tags").members["DistributionConfigWithTags"]


HANDLERS = {
    "AWS::CloudFront::Distribution": Distribution("Distribution", "DistributionConfig").handler(),
    "AWS::CloudFront::VpcOrigin": Versioned("VpcOrigin", "VpcOriginEndpointConfig").handler(),
    "AWS::CloudFront::CachePolicy": Versioned("CachePolicy", "CachePolicyConfig").handler(),
    "AWS::CloudFront::OriginRequestPolicy": Versioned("OriginRequestPolicy", "OriginRequestPolicyConfig").handler(),
    "AWS::CloudFront::ResponseHeadersPolicy": Versioned(
        "ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"
    ).handler(),
    "AWS::CloudFront::OriginAccessControl": Versioned("OriginAccessControl", "OriginAccessControlConfig").handler(),
}
