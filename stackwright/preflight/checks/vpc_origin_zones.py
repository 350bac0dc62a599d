"""Availability Zones of load balancers that CloudFront is to reach by a VPC origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.cloudfront import zones_without_vpc_origins
from stackwright.preflight.asking import items, members
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.fleet import zones_of_subnets

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource


def _ask(subject: Subject) -> Iterator[Point]:
    balancers = list(_balancers(subject))
    if not balancers:
        yield moot("the plan adds no VPC origin of a load balancer")
        return
    described = subject.aws.call("ec2", "describe_availability_zones")["AvailabilityZones"]
    ids = {each["ZoneName"]: each["ZoneId"] for each in described}
    for each in balancers:
        yield from _reached(subject, each, ids)


def _balancers(subject: Subject) -> Iterator[Resource]:
    for origin in subject.added("AWS::CloudFront::VpcOrigin"):
        endpoint = members(origin.properties.get("VpcOriginEndpointConfig")).get("Arn")
        found = subject.graph.target(endpoint)
        if found is not None:
            yield found


def _reached(subject: Subject, balancer: Resource, ids: dict[str, str]) -> Iterator[Point]:
    zones = zones_of_subnets(subject, items(balancer.properties.get("Subnets")))
    out_of_reach = [each for each in zones if ids.get(each) in zones_without_vpc_origins()]
    for zone in out_of_reach:
        text = f"{balancer.path}: CloudFront has no VPC origins in {zone} ({ids[zone]})"
        yield fails(text, mend="name other zones (AvailabilityZones), or fewer (ZoneCount)")
    if zones and not out_of_reach:
        yield holds(f"{balancer.path} in {', '.join(zones)}")


CHECK = Check(
    number=20,
    name="vpc-origin-zones",
    claim="CloudFront has VPC origins in every zone of the load balancer that it is to reach",
    why="Five zones have none, which of them an account calls by which letter differs, and the VPC origin fails last",
    source='"Restrict access with VPC origins" in the Amazon CloudFront Developer Guide',
    ask=_ask,
)
