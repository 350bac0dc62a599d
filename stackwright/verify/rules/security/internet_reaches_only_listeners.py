"""From the internet nothing can be reached but the ports of listeners that are meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.verify.deployment import Deployment
from stackwright.verify.interfaces import (
    AUTO_SCALING_GROUP,
    CLASSIC,
    DATABASE,
    INSTANCE,
    LOAD_BALANCER,
    NETWORK_INTERFACE,
    SERVICE,
)
from stackwright.verify.reach import INTERNET, Reach, Way, direct, undeclared
from stackwright.verify.rule import Finding, Rule

# They have no ports; what they tell of unreachable hosts and sizes of packets is often let in on purpose.
_WITHOUT_PORTS = ("icmp", "icmpv6")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each rule of a security group that lets the internet reach a port that no listener declares."""
    reach = Reach(deployment.graph)
    declared = {each.path: reach.ports_of(each.path) for each in reach.interfaces if each.kind == "load balancer"}
    # A load balancer whose listeners are all made elsewhere may listen on anything.
    elsewhere = {path for path, ports in declared.items() if not ports}
    for way in direct(reach):
        if way.source != INTERNET or way.opening is None or way.ports.protocol in _WITHOUT_PORTS:
            continue
        if way.target not in elsewhere and undeclared(way.ports, declared.get(way.target, [])):
            yield _finding(way, listens=way.target in declared)


def _finding(way: Way, *, listens: bool) -> Finding:
    assert way.opening is not None
    mend = "let in the ports of its listeners only" if listens else "let in a load balancer's security group only"
    return Finding(
        way.opening.path,
        way.opening.property,
        f"{way.opening.ports} from {way.opening.peer}",
        f"the internet reaches what no listener declares: {way}",
        mend,
    )


RULE = Rule(
    claim="The internet reaches no port but those of internet-facing load balancers' listeners.",
    why="Whatever else answers is found by scanners within minutes, and nobody watches it as the entrance is watched.",
    source="Control traffic to your AWS resources using security groups (Amazon VPC User Guide)",
    about=(LOAD_BALANCER, CLASSIC, SERVICE, AUTO_SCALING_GROUP, INSTANCE, NETWORK_INTERFACE, DATABASE),
    check=check,
)
