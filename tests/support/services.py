"""The service stack as deployed, with what other stacks would feed it."""

from __future__ import annotations

from typing import Any

from nested import service
from nested.parts.placing import Capacity
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

REPOSITORY = "arn:aws:ecr:eu-west-1:123456789012:repository/shop"
FED = {
    "ProjectName": "shop",
    "EnvironmentName": "prod",
    "VpcId": "vpc-0a1b2c3d",
    "PrivateSubnetIds": "subnet-0a1b2c3d,subnet-1a2b3c4d",
    "RepositoryArn": REPOSITORY,
    "ClusterName": "cluster-1",
    "ListenerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/lb/1/2",
    "LoadBalancerSecurityGroupId": "sg-0a1b2c3d",
    "LoadBalancerFullName": "app/lb/1",
    "ListenerRulePriority": "10",
}
ON_EC2 = {"CapacityProviderName": "provider-1"}


def deployed(
    capacity: Capacity = "ec2",
    *,
    port: int = 3000,
    health_path: str = "/health",
    health_command: list[str] | None = None,
    secrets: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
    **given: str,
) -> Graph:
    """Return the resources of the service stack, built with these options and deployed with these parameters."""
    options: dict[str, Any] = {"health_command": health_command, "secrets": secrets, "values": values}
    template = service.template(capacity=capacity, port=port, health_path=health_path, **options).to_dict()
    fed = FED | (ON_EC2 if capacity == "ec2" else {})
    return resolve(template, {}, fed | given, region="eu-west-1", stack_name="shop-prod-Service-1A2B")


def properties(graph: Graph, path: str) -> dict[str, Any]:
    """Return the properties of one resource, unknowns as text."""
    found: dict[str, Any] = rendered(graph.resources[path].properties)
    return found
