"""No subnet hands out public addresses by itself: who needs one says so."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import Deployment, on
from stackwright.verify.routes import SUBNET, table
from stackwright.verify.rule import Finding, Rule


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each subnet that gives an address in the internet to whatever is launched in it."""
    for subnet in deployment.of(SUBNET):
        for name in ("MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"):
            value = subnet.properties.get(name)
            if on(value) and (name == "MapPublicIpOnLaunch" or _leads_out(deployment.graph, subnet)):
                problem = "whatever is launched here has a public address, whether it was meant to or not"
                yield Finding(subnet.path, name, value, problem, f"set {name} to false, and ask for addresses by name")


def _leads_out(graph: Graph, subnet: Resource) -> bool:
    found = table(graph, subnet)
    return found is not None and "internet" in found.ways("::/0")


RULE = Rule(
    claim="No subnet gives a public address to whatever is launched in it.",
    why="One instance in the wrong subnet would be in the internet without anybody having asked for it.",
    source="Security Hub controls for Amazon EC2, EC2.15 (AWS Security Hub User Guide)",
    about=(SUBNET,),
    check=check,
)
