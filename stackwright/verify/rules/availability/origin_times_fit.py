"""CloudFront lets go of a connection before its load balancer does, and waits for an answer for longer."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, at, attribute, number
from stackwright.verify.distributions import DISTRIBUTION, Origin, origins
from stackwright.verify.rule import Finding, Rule

# Defaults: "VpcOriginConfig", "CustomOriginConfig", CloudFront API Reference; "Application Load Balancer attributes".
KEEP_ALIVE = "OriginKeepaliveTimeout"
READ = "OriginReadTimeout"
_DEFAULTS = {KEEP_ALIVE: 5, READ: 30}
IDLE = "idle_timeout.timeout_seconds"
_DEFAULT_IDLE = "60"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each time of an origin that does not fit the idle timeout of the load balancer behind it."""
    for distribution in deployment.of(DISTRIBUTION):
        for origin in origins(deployment.graph, distribution):
            balancer = origin.load_balancer
            idle = number(attribute(balancer, IDLE, _DEFAULT_IDLE)) if balancer is not None else None
            if balancer is not None and idle is not None:
                yield from _misfits(distribution, origin, balancer, idle)


def _misfits(distribution: Resource, origin: Origin, balancer: Resource, idle: float) -> Iterator[Finding]:
    kind = "VpcOriginConfig" if origin.by is not None else "CustomOriginConfig"
    kept, read = (number(at(origin.given, f"{kind}.{name}", _DEFAULTS[name])) for name in (KEEP_ALIVE, READ))
    place = f"{origin.place}.{kind}."
    if kept is not None and kept >= idle:
        problem = f"{balancer.path} closes connections after {idle:g} s, and CloudFront would go on using them"
        yield Finding(distribution.path, f"{place}{KEEP_ALIVE}", kept, problem, f"set it below {idle:g}")
    if read is not None and read < idle:
        problem = f"CloudFront gives up and asks again, while {balancer.path} still waits, for up to {idle:g} s"
        yield Finding(distribution.path, f"{place}{READ}", read, problem, f"set it to {idle:g} or more")


RULE = Rule(
    claim="CloudFront lets go of connections before its load balancer does, and waits for answers no shorter.",
    why="A connection closed by the other end fails a request at random, and one that is given up is made twice.",
    source="Response timeout, Keep-alive timeout (Amazon CloudFront Developer Guide)",
    about=(DISTRIBUTION,),
    check=check,
)
