"""CloudFront speaks TLS to load balancers and servers behind it, as viewers do with CloudFront."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.distributions import DISTRIBUTION, Origin, origins
from stackwright.verify.rule import Finding, Rule

POLICY = "OriginProtocolPolicy"
# "VpcOriginEndpointConfig", CloudFront API Reference; a custom origin has to say.
_DEFAULT = "match-viewer"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each origin that CloudFront may ask in the clear."""
    for distribution in deployment.of(DISTRIBUTION):
        for origin in origins(deployment.graph, distribution):
            path, place, given = _said(distribution.path, origin)
            if given in ("http-only", "match-viewer") and not is_symbolic(given):
                problem = "CloudFront asks the origin in the clear"
                mend = "set it to https-only, with a certificate for the name that CloudFront asks for"
                yield Finding(path, place, given, problem, mend)


def _said(distribution: str, origin: Origin) -> tuple[str, str, Value]:
    if origin.by is not None:
        place = f"VpcOriginEndpointConfig.{POLICY}"
        return origin.by.path, place, at(origin.by.properties, place, _DEFAULT)
    place = f"CustomOriginConfig.{POLICY}"
    return distribution, f"{origin.place}.{place}", at(origin.given, place)


RULE = Rule(
    claim="CloudFront speaks TLS to its origins.",
    why="What viewers send over TLS, passwords and secret headers among it, would go on in the clear.",
    source="Require HTTPS for communication between CloudFront and your custom origin (CloudFront Developer Guide)",
    about=(DISTRIBUTION,),
    check=check,
)
