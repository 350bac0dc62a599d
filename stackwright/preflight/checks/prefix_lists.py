"""Prefix lists in the rules of security groups: each region has its own, and each counts as many rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackwright.aws import listed
from stackwright.cloudfront import ORIGIN_FACING, ORIGIN_FACING_WEIGHT
from stackwright.preflight.asking import items, members
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.quotas import Quota, within

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

QUOTA = Quota("vpc", "L-0EA8095F", "rules of one security group", 60)

_GROUP = "AWS::EC2::SecurityGroup"
_PEERS = {"Ingress": "SourcePrefixListId", "Egress": "DestinationPrefixListId"}
_WEIGHTS = {ORIGIN_FACING: ORIGIN_FACING_WEIGHT}


@dataclass(frozen=True)
class Side:
    """The rules of one group in one direction, in IPv4; those of IPv6 have a quota of their own."""

    path: str
    direction: str
    rules: tuple[dict[str, Any], ...]

    @property
    def lists(self) -> list[str]:
        """The prefix lists of the region that the rules name."""
        given = [each.get(_PEERS[self.direction]) for each in self.rules]
        return [each for each in given if isinstance(each, str) and each.startswith("pl-")]


def _ask(subject: Subject) -> Iterator[Point]:
    sides = [each for each in _sides(subject) if each.lists]
    if not sides:
        yield moot("no security group of the plan names a prefix list")
        return
    wanted = sorted({number for each in sides for number in each.lists})
    asked = [{"Name": "prefix-list-id", "Values": wanted}]
    found = listed(subject.aws, "ec2", "describe_managed_prefix_lists", "PrefixLists", Filters=asked)
    known = {each["PrefixListId"]: each for each in found}
    for side in sides:
        yield from _named(subject, side, known)
        yield _fitting(subject, side, known)


def _sides(subject: Subject) -> Iterator[Side]:
    for group in subject.resources(_GROUP):
        for direction in _PEERS:
            inside = items(group.properties.get(f"SecurityGroup{direction}"))
            alone = [
                each.properties
                for each in subject.resources(f"{_GROUP}{direction}")
                if subject.graph.target(each.properties.get("GroupId")) == group
            ]
            rules = (members(each) for each in (*inside, *alone))
            yield Side(group.path, direction, tuple(each for each in rules if "CidrIpv6" not in each))


def _named(subject: Subject, side: Side, known: dict[str, Any]) -> Iterator[Point]:
    """Yield whether each list is there and, where CloudFront is to come in, CloudFront's."""
    comes_in = side.direction == "Ingress" and bool(subject.resources("AWS::CloudFront::Distribution"))
    for number in side.lists:
        name = known[number]["PrefixListName"] if number in known else None
        if name is None:
            yield fails(f"{side.path}: {subject.aws.region} has no prefix list {number}", mend=_mend(subject))
        elif comes_in and name != ORIGIN_FACING:
            yield fails(f"{side.path}: {number} is {name}, by which CloudFront does not come", mend=_mend(subject))
        else:
            yield holds(f"{side.path}: {number} is {name}")


def _mend(subject: Subject) -> str:
    ask = f"aws ec2 describe-managed-prefix-lists --region {subject.aws.region}"
    return f"give OriginFacingPrefixListId the id that this tells of {ORIGIN_FACING}: {ask}"


def _fitting(subject: Subject, side: Side, known: dict[str, Any]) -> Point:
    weights = sum(_weight(known.get(number, {})) for number in side.lists)
    plain = len(side.rules) - len(side.lists)
    return within(subject.aws, QUOTA, used=plain, adds=weights, by=f"{side.path} {side.direction}")


def _weight(prefix_list: dict[str, Any]) -> int:
    """A list of one's own counts as the entries that it may have."""
    documented = _WEIGHTS.get(prefix_list.get("PrefixListName", ""))
    return documented or int(prefix_list.get("MaxEntries") or 1)


CHECK = Check(
    number=19,
    name="prefix-lists",
    claim="The region has the prefix lists that security groups name, and they fit among a group's rules",
    why="Their ids differ from region to region, and CloudFront's counts as 55 of the 60 rules that a group may have",
    source='"AWS-managed prefix lists" in the Amazon VPC User Guide',
    ask=_ask,
)
