"""Elastic IP addresses, of which a region gives five."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.preflight.check import Check, Point, moot
from stackwright.preflight.quotas import Quota, within

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

QUOTA = Quota("ec2", "L-0263D0A3", "Elastic IPs", 5)


def _ask(subject: Subject) -> Iterator[Point]:
    added = subject.added("AWS::EC2::EIP")
    if not added:
        yield moot("the plan adds no Elastic IP")
        return
    addresses = subject.aws.call("ec2", "describe_addresses")["Addresses"]
    own = [each for each in addresses if not each.get("ServiceManaged")]
    by = ", ".join(each.path for each in added)
    yield within(subject.aws, QUOTA, used=len(own), adds=len(added), by=by)


CHECK = Check(
    number=2,
    name="elastic-ips",
    claim="The region has Elastic IPs left for the NAT gateways that the plan adds",
    why="Three NAT gateways in two environments pass the default of five, and the stack rolls back at the sixth",
    source='"Amazon VPC quotas" in the Amazon VPC User Guide',
    ask=_ask,
)
