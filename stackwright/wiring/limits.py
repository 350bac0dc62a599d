"""What CloudFormation accepts at most, refused before anything is written.

Figures: "Understand CloudFormation quotas" in the AWS CloudFormation User Guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stackwright.wiring.refusals import Refused
from stackwright.wiring.text import BYTES_AS_TEXT, as_text

COUNTS = {"Resources": 500, "Parameters": 200, "Outputs": 200}
BYTES_BY_S3 = 1_000_000

# Writing indented text is slower than compact text, and makes it about half as long again: ten times is far off.
_INDENTED_PER_COMPACT = 10
_TROPOSPHERE = re.compile(r"Maximum (?:number of )?(resources|parameters|outputs|mappings) (\d+) reached")


def check(name: str, body: dict[str, Any], *, at_most: int = BYTES_BY_S3) -> None:
    """Raise Refused if a template has more than CloudFormation takes, in parts or in bytes as written, or nothing."""
    if not body.get("Resources"):
        raise Refused(f"{name} has no resource and CloudFormation needs one; give it something to make")
    for section, limit in COUNTS.items():
        found = len(body.get(section, {}))
        if found > limit:
            raise Refused(_too_many(name, found, section.lower(), limit))
    found = size(body, at_most)
    if found > at_most:
        way = "in a template passed as text" if at_most == BYTES_AS_TEXT else "in one template"
        raise Refused(
            f"{name} has {found:,} bytes and CloudFormation takes {at_most:,} {way}; split it into more stacks"
        )


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn the bare ValueError with which troposphere stops at a limit into a Refused that names the place."""
    try:
        yield
    except ValueError as error:
        match = _TROPOSPHERE.search(str(error))
        if not match:
            raise
        raise Refused(_too_many(place, f"more than {match[2]}", match[1], int(match[2]))) from error


def _too_many(name: str, found: int | str, what: str, limit: int) -> str:
    return (
        f"{name} has {found} {what} and CloudFormation takes {limit} in one template; "
        f"split it, or share what its instances have in common"
    )


def size(body: dict[str, Any], at_most: int) -> int:
    """Return the bytes of a template as written; a lower figure where that is far from the limit."""
    compact = len(json.dumps(body))
    return len(as_text(body)) if compact * _INDENTED_PER_COMPACT > at_most else compact
