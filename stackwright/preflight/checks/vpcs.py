"""VPCs, of which a region gives five, the default one included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.aws import listed
from stackwright.preflight.check import Check, Point, moot
from stackwright.preflight.quotas import Quota, within

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

QUOTA = Quota("vpc", "L-F678F1CE", "VPCs", 5)


def _ask(subject: Subject) -> Iterator[Point]:
    added = subject.added("AWS::EC2::VPC")
    if not added:
        yield moot("the plan adds no VPC")
        return
    used = len(list(listed(subject.aws, "ec2", "describe_vpcs", "Vpcs")))
    yield within(subject.aws, QUOTA, used=used, adds=len(added), by=", ".join(each.path for each in added))


CHECK = Check(
    number=3,
    name="vpcs",
    claim="The region has room for the VPC that the plan adds",
    why="An account has five a region, the default VPC among them; every environment takes one",
    source='"Amazon VPC quotas" in the Amazon VPC User Guide',
    ask=_ask,
)
