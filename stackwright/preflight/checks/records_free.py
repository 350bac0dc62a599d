"""Records of the domain, which CloudFormation never takes over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.zones import Entry, entries, plain, policy

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

AT_MOST = "100"  # records of one name that are looked at


def _ask(subject: Subject) -> Iterator[Point]:
    records = [each for each in entries(subject) if each.kind]
    if not records:
        yield moot("the plan adds no record to a hosted zone that is there already")
    names = dict.fromkeys((each.zone, plain(each.name)) for each in records)
    yield from one_by_one(names, lambda place: _free(subject, records, *place))


def _free(subject: Subject, records: list[Entry], zone: str, name: str) -> Iterator[Point]:
    page = subject.aws.call(
        "route53", "list_resource_record_sets", HostedZoneId=zone, StartRecordName=name, MaxItems=AT_MOST
    )
    there = [each for each in page["ResourceRecordSets"] if plain(each["Name"]) == name]
    wanted = [each for each in records if (each.zone, plain(each.name)) == (zone, name)]
    taken = [(entry, found) for entry in wanted for found in there if _collide(entry, found)]
    for entry, found in taken:
        yield _taken(entry, found, f"{zone} has a record {name} {found['Type']}")
    if not taken:
        yield holds(f"{name} {', '.join(each.kind for each in wanted)}")


def _taken(entry: Entry, found: dict[str, Any], what: str) -> Point:
    if policy(found) != entry.policy and found["Type"] == entry.kind:
        ways = [each or "simple" for each in (policy(found), entry.policy)]
        text = f"{entry.path}: {what} that routes another way ({ways[0]}, not {ways[1]}): they cannot live together"
        return fails(text, mend="delete it first, and the name answers nothing until this stack has made its own")
    if entry.role and found.get("Failover") == entry.role and found.get("SetIdentifier") != entry.set_identifier:
        text = f"{entry.path}: {what} that is {entry.role} already, in {found['SetIdentifier']}"
        return fails(text, mend="give FailoverRole the other value")
    text = f"{entry.path}: {what} that is not of this stack"
    return fails(text, mend="destroy the stack that wrote it, or delete it, or give another DomainName")


def _collide(entry: Entry, found: dict[str, Any]) -> bool:
    """Tell whether a record that is there keeps Route 53 from making another."""
    if found["Type"] != entry.kind:
        return "CNAME" in (found["Type"], entry.kind)
    other = found.get("SetIdentifier", "")
    alike = policy(found) == entry.policy and not (entry.role and found.get("Failover") == entry.role)
    return not (other and entry.set_identifier and alike) or other == entry.set_identifier


CHECK = Check(
    number=11,
    name="records-free",
    claim="The hosted zone has none of the records yet that the plan adds",
    why="CloudFormation never takes over a record that is there: the stack's last step fails, and all rolls back",
    source="ChangeResourceRecordSets in the Amazon Route 53 API Reference",
    ask=_ask,
)
