"""Availability Zones, of which accounts have different ones in one region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.preflight.check import Check, Point, fails, holds, moot

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject


def _ask(subject: Subject) -> Iterator[Point]:
    aws = subject.aws
    mend = f"use fewer zones (ZoneCount), name others (AvailabilityZones), or another region than {aws.region}"
    if subject.unresolved:
        yield fails(subject.unresolved, mend=mend)
        return
    placed = {each.path: each.properties.get("AvailabilityZone") for each in subject.added("AWS::EC2::Subnet")}
    named = {path: zone for path, zone in placed.items() if isinstance(zone, str)}
    if not named:
        yield moot("the plan adds no subnet in a zone it names")
        return
    found = aws.call("ec2", "describe_availability_zones")["AvailabilityZones"]
    usable = {each["ZoneName"] for each in found if each["State"] == "available"}
    for path, zone in named.items():
        if zone not in usable:
            yield fails(f"{path}: this account has no zone {zone}, only {', '.join(sorted(usable))}", mend=mend)
    if usable & set(named.values()):
        yield holds(f"subnets in {', '.join(sorted(usable & set(named.values())))}")


CHECK = Check(
    number=5,
    name="zones",
    claim="This account has the zones that the plan puts subnets into",
    why="New accounts get two zones of us-west-1, and which ones differs from account to account",
    source='"Fn::GetAZs" in the AWS CloudFormation User Guide',
    ask=_ask,
)
