"""Nothing is put into a VPC's default security group, which lets its members reach each other on every port.

CloudFormation can neither change nor close that group, so what can be promised is that it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.symbols import Symbol, Value
from stackwright.verify.deployment import Deployment, listed
from stackwright.verify.interfaces import (
    AUTO_SCALING_GROUP,
    DATABASE,
    INSTANCE,
    LOAD_BALANCER,
    NETWORK_INTERFACE,
    SERVICE,
    interfaces,
)
from stackwright.verify.routes import ENDPOINT
from stackwright.verify.rule import Finding, Rule

DEFAULT_GROUP = "DefaultSecurityGroup"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield everything that is in a default security group, by name or because it names no other."""
    worn = [(each.path, each.groups) for each in interfaces(deployment.graph) if each.filtered]
    for endpoint in deployment.of(ENDPOINT):
        if endpoint.properties.get("VpcEndpointType") == "Interface":
            worn.append((endpoint.path, tuple(listed(endpoint.properties.get("SecurityGroupIds")))))
    for path, groups in worn:
        if not groups:
            yield _finding(path, None, "names no security group, so that it is put into the VPC's default one")
        elif defaults := [each for each in groups if _is_default(each)]:
            yield _finding(path, defaults[0], "is put into the VPC's default security group")


def _is_default(group: Value) -> bool:
    return isinstance(group, Symbol) and group.attribute == DEFAULT_GROUP


def _finding(path: str, value: Value, problem: str) -> Finding:
    return Finding(path, "SecurityGroups", value, problem, "give it a security group of its own")


RULE = Rule(
    claim="Nothing is put into a VPC's default security group.",
    why="Its members reach each other on every port, and CloudFormation cannot close it.",
    source="Default security groups for your VPCs (Amazon VPC User Guide)",
    about=(LOAD_BALANCER, SERVICE, AUTO_SCALING_GROUP, INSTANCE, NETWORK_INTERFACE, DATABASE, ENDPOINT),
    check=check,
)
