"""CAA records, by which a domain says who may issue certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.dns import values
from stackwright.preflight.zones import certificates, plain

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.preflight.subject import Subject

AMAZON = {"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}


def _ask(subject: Subject) -> Iterator[Point]:
    names = dict.fromkeys(entry.name for entry in certificates(subject))
    if not names:
        yield moot("the plan adds no certificate that is validated by DNS")
    yield from one_by_one(names, lambda name: _allowed(subject.aws, name))


def _allowed(aws: Aws, name: str) -> Iterator[Point]:
    domain, records = _nearest(aws, plain(name).removeprefix("*."))
    issuers = _issuers(records, wildcard=name.startswith("*."))
    if issuers is None or issuers & AMAZON:
        yield holds(f"{name}: {f'{domain} names Amazon' if issuers else 'anybody may'}")
    else:
        text = f"{name}: the CAA record of {domain} lets only {', '.join(sorted(filter(None, issuers))) or 'nobody'}"
        yield fails(f"{text} issue certificates", mend=f"add the CAA record '0 issue \"amazon.com\"' to {domain}")


def _nearest(aws: Aws, name: str) -> tuple[str, list[str]]:
    """Return the CAA records of a name, or of the closest one above that has any."""
    labels = name.split(".")
    for start in range(len(labels)):
        above = ".".join(labels[start:])
        found = values(aws, above, "CAA")
        if found:
            return above, found
    return name, []


def _issuers(records: list[str], *, wildcard: bool) -> set[str] | None:
    """Return who may issue, "" for nobody; None where the records say nothing of it."""
    said = [record.split(maxsplit=2)[1:] for record in records]
    wild = [value for tag, value in said if tag == "issuewild"] if wildcard else []
    issuing = wild or [value for tag, value in said if tag == "issue"]
    return {value.strip('"').partition(";")[0].strip() for value in issuing} if issuing else None


CHECK = Check(
    number=9,
    name="certificate-authority",
    claim="No CAA record of the domain keeps Amazon from issuing its certificate",
    why="The certificate fails with CAA_ERROR at the end of its validation, and with it the stack",
    source='"(Optional) Configure a CAA record" in the AWS Certificate Manager User Guide',
    ask=_ask,
)
