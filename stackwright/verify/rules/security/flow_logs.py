"""Every network keeps a record of the traffic that it refuses."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import Deployment
from stackwright.verify.routes import SUBNET
from stackwright.verify.rule import Finding, Rule

VPC = "AWS::EC2::VPC"
FLOW_LOG = "AWS::EC2::FlowLog"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each VPC that has no flow log, neither its own nor one on each of its subnets."""
    graph = deployment.graph
    logged = {path for each in deployment.of(FLOW_LOG) if (path := _logged(graph, each))}
    for vpc in deployment.of(VPC):
        subnets = {each.path for each in deployment.of(SUBNET) if graph.target(each.properties.get("VpcId")) == vpc}
        if vpc.path not in logged and not (subnets and subnets <= logged):
            problem = "what was refused, and who tried, is written down nowhere"
            yield Finding(vpc.path, "", None, problem, f"add an {FLOW_LOG} of ALL or REJECT traffic with this VPC's id")


def _logged(graph: Graph, log: Resource) -> str | None:
    if log.properties.get("TrafficType", "ALL") == "ACCEPT":
        return None
    found = graph.target(log.properties.get("ResourceId"))
    return found.path if found is not None else None


RULE = Rule(
    claim="Every VPC logs the traffic that it refuses.",
    why="Who scans, and which rule of a security group is missing, is seen nowhere else.",
    source="Security Hub controls for Amazon EC2, EC2.6 (AWS Security Hub User Guide)",
    about=(VPC,),
    check=check,
)
