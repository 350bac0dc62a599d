"""Instance types, not all of which every zone offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.aws import listed
from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot, untold
from stackwright.preflight.fleet import GROUP, types_of, zones_of

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource


def _ask(subject: Subject) -> Iterator[Point]:
    groups = subject.resources(GROUP)
    if not groups:
        yield moot("the plan has no Auto Scaling group")
    yield from one_by_one(groups, lambda group: _offered(subject, group))


def _offered(subject: Subject, group: Resource) -> Iterator[Point]:
    types, zones = types_of(subject, group), zones_of(subject, group)
    if not types or not zones:
        yield untold(f"{group.path}: its instance types or zones are not known before AWS makes them")
        return
    by_zone = _offers(subject, types)
    for name in types:
        if not any(name in offered for offered in by_zone.values()):
            text = f"{group.path}: {subject.aws.region} does not offer {name}"
            yield fails(text, mend="give another InstanceType or AlternativeInstanceType")
    for zone in zones:
        if not by_zone.get(zone):
            text = f"{group.path}: zone {zone} offers none of {', '.join(types)}"
            yield fails(text, mend="give another instance type, or other zones in AvailabilityZones")
    offered = [f"{zone}: {', '.join(sorted(by_zone[zone]))}" for zone in zones if by_zone.get(zone)]
    if offered:
        yield holds("; ".join(offered))


def _offers(subject: Subject, types: list[str]) -> dict[str, set[str]]:
    """Return which of the types each zone of the region offers."""
    wanted = {"Name": "instance-type", "Values": types}
    found = listed(
        subject.aws,
        "ec2",
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        LocationType="availability-zone",
        Filters=[wanted],
    )
    offers: dict[str, set[str]] = {}
    for offer in found:
        offers.setdefault(offer["Location"], set()).add(offer["InstanceType"])
    return offers


CHECK = Check(
    number=6,
    name="instance-types",
    claim="Every zone of the Auto Scaling group offers one of its instance types",
    why="Some zones lack some types (us-east-1e is the usual one), and there the group never starts an instance",
    source="DescribeInstanceTypeOfferings in the Amazon EC2 API Reference",
    ask=_ask,
)
