"""Domain names, each of which must lie in the hosted zone it is written into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.zones import entries, zone, zones

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject


def _ask(subject: Subject) -> Iterator[Point]:
    ids = zones(subject)
    if not ids:
        yield moot("the plan adds no record and no certificate to a hosted zone that is there already")
    yield from one_by_one(ids, lambda zone_id: _inside(subject, zone_id))


def _inside(subject: Subject, zone_id: str) -> Iterator[Point]:
    found = zone(subject.aws, zone_id)
    outside = [each for each in entries(subject) if each.zone == zone_id and not found.has(each.name)]
    for entry in outside:
        text = f"{entry.path}: {entry.name} is not in the hosted zone {found.name} ({zone_id})"
        yield fails(text, mend=f"let DomainName be {found.name} or a name below it, or give another HostedZoneId")
    if not outside:
        names = dict.fromkeys(each.name for each in entries(subject) if each.zone == zone_id)
        yield holds(f"{', '.join(names)} in {found.name}")


CHECK = Check(
    number=10,
    name="domain-in-zone",
    claim="Every record and every name of a certificate lies in its hosted zone",
    why="Route 53 refuses a record that is not in the zone, after everything else was made",
    source="ChangeResourceRecordSets in the Amazon Route 53 API Reference",
    ask=_ask,
)
