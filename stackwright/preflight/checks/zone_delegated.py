"""Delegation: whether the world asks the name servers of the hosted zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.dns import values
from stackwright.preflight.zones import plain, zone, zones

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject


def _ask(subject: Subject) -> Iterator[Point]:
    ids = zones(subject)
    if not ids:
        yield moot("the plan adds no record and no certificate to a hosted zone that is there already")
    yield from one_by_one(ids, lambda zone_id: _delegated(subject, zone_id))


def _delegated(subject: Subject, zone_id: str) -> Iterator[Point]:
    try:
        found = zone(subject.aws, zone_id)
    except AwsError as error:
        if error.code != "NoSuchHostedZone":
            raise
        yield fails(f"there is no hosted zone {zone_id}", mend="give another HostedZoneId, or deploy `account` first")
        return
    if found.private:
        yield moot(f"{found.name} ({zone_id}) is private")
        return
    answered = frozenset(map(plain, values(subject.aws, found.name, "NS") or []))
    own = ", ".join(sorted(found.name_servers))
    mend = f"enter {own} at the registrar, or as NS of {found.name} in the zone above"
    if not answered:
        yield fails(f"{found.name} ({zone_id}): public DNS does not find the zone", mend=mend)
    elif answered - found.name_servers:
        others = ", ".join(sorted(answered))
        yield fails(f"{found.name} ({zone_id}): public DNS refers to {others}", mend=mend)
    else:
        yield holds(f"{found.name} ({zone_id}) by {', '.join(sorted(answered))}")


CHECK = Check(
    number=8,
    name="zone-delegated",
    claim="Public DNS refers to the name servers of the hosted zone that records and certificates go into",
    why="Without it no certificate is validated, and the stack waits for it until it times out",
    source='"Getting the name servers for a public hosted zone" in the Amazon Route 53 Developer Guide',
    ask=_ask,
)
