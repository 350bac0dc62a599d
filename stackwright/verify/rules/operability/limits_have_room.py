"""Templates stay clear of CloudFormation's limits, so that the next resource does not need a new design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackwright.verify.deployment import Deployment
from stackwright.verify.rule import Finding, Rule
from stackwright.wiring.limits import BYTES_BY_S3, COUNTS, size

ROOM = 0.8  # of each limit may be used


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each template that uses more than four fifths of what CloudFormation takes."""
    for name, template in {"root": deployment.root, **deployment.nested}.items():
        for section, used, limit in _used(template):
            if used > ROOM * limit:
                problem = f"CloudFormation takes {limit:,}, and less than a fifth of that is left"
                yield Finding(name, section, used, problem, "split it into more stacks")


def _used(template: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    for section, limit in COUNTS.items():
        yield section, len(template.get(section, {})), limit
    yield "bytes", size(dict(template), BYTES_BY_S3), BYTES_BY_S3


RULE = Rule(
    claim="Every template leaves a fifth of CloudFormation's limits free.",
    why="A template at its limit refuses the resource that an incident asks for.",
    source="Understand CloudFormation quotas (AWS CloudFormation User Guide)",
    about=(),
    check=check,
)
