"""What could smuggle one request inside another does not get past the load balancer."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.symbols import is_symbolic
from stackwright.verify.deployment import Deployment, attribute, on
from stackwright.verify.interfaces import LOAD_BALANCER
from stackwright.verify.rule import Finding, Rule

DROP = "routing.http.drop_invalid_header_fields.enabled"
MITIGATION = "routing.http.desync_mitigation_mode"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each Application Load Balancer that passes on invalid headers or ambiguous requests."""
    for each in deployment.of(LOAD_BALANCER):
        if each.properties.get("Type", "application") != "application":
            continue
        drop, mode = attribute(each, DROP, "false"), attribute(each, MITIGATION, "defensive")
        if not on(drop) and not is_symbolic(drop):
            problem = "headers that no server agrees on reach the targets"
            yield Finding(each.path, DROP, drop, problem, f"set the attribute {DROP} to true")
        if mode not in ("defensive", "strictest") and not is_symbolic(mode):
            problem = "requests that two servers read differently reach the targets"
            yield Finding(
                each.path, MITIGATION, mode, problem, f"set the attribute {MITIGATION} to defensive or strictest"
            )


RULE = Rule(
    claim="Application Load Balancers drop invalid headers and refuse requests that could smuggle another.",
    why="A request hidden in another one is answered to somebody else, or passes by every check at the entrance.",
    source="HTTP headers and Desync mitigation mode (User Guide for Application Load Balancers)",
    about=(LOAD_BALANCER,),
    check=check,
)
