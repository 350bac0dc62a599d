"""What CloudFront answers carries security headers, whichever behavior answers."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import is_symbolic
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.distributions import DISTRIBUTION, Behavior, behaviors, policy
from stackwright.verify.rule import Finding, Rule

NAME = "ResponseHeadersPolicyId"
STRICT = "ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"

# "Use managed response headers policies", Amazon CloudFront Developer Guide: SimpleCORS and CORS-With-Preflight, those
# that set no security header.
_CORS_ONLY = ("60669652-455b-4ae9-85a4-c4c02393f86c", "5cc3b908-e619-4b99-88e5-2cf7f45965bd")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each behavior that names no response headers policy, or one without security headers."""
    for distribution in deployment.of(DISTRIBUTION):
        for behavior in behaviors(distribution):
            given, own = policy(deployment.graph, behavior, NAME)
            problem = _problem(given, own)
            if problem:
                yield _finding(distribution, behavior, given, problem)


def _problem(given: object, own: Resource | None) -> str | None:
    if given is None:
        return "names no policy, and a policy that no behavior names has no effect"
    if given in _CORS_ONLY:
        return "names a policy for other origins' scripts alone"
    if own is not None and not is_symbolic(at(own.properties, STRICT)) and not at(own.properties, STRICT):
        return f"names {own.path}, which does not tell browsers to keep to HTTPS"
    return None


def _finding(distribution: Resource, behavior: Behavior, given: object, problem: str) -> Finding:
    mend = f"name a policy with security headers, such as AWS's own: {SECURITY_HEADERS}"
    return Finding(distribution.path, f"{behavior.place}.{NAME}", given, f"{behavior.paths} {problem}", mend)


RULE = Rule(
    claim="Every answer of CloudFront carries security headers.",
    why="A policy has effect only where a behavior names it; the path that was forgotten is answered without.",
    source="Understand response headers policies (Amazon CloudFront Developer Guide)",
    about=(DISTRIBUTION,),
    check=check,
)
