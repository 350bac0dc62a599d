"""Service-linked roles: which service has which, and what the first call that needs one meets in a fresh account.

The service creates the role on that call, a moment too late for the call itself; the next one goes through. What fails
so on AWS: aws-cloudformation/cloudformation-coverage-roadmap#818 for the first ECS cluster. Each service's page
"Using service-linked roles" has the role's name and says that it is created on first use.
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import Role, iam_backends

AUTO_SCALING = "autoscaling.amazonaws.com"
ECS = "ecs.amazonaws.com"
LOAD_BALANCING = "elasticloadbalancing.amazonaws.com"
TASK_SCALING = "ecs.application-autoscaling.amazonaws.com"
NEEDED = (AUTO_SCALING, ECS, LOAD_BALANCING, TASK_SCALING)

_PREFIX = "AWSServiceRoleFor"
_NAMES = {
    AUTO_SCALING: "AutoScaling",
    ECS: "ECS",
    TASK_SCALING: "ApplicationAutoScaling_ECSService",
    LOAD_BALANCING: "ElasticLoadBalancing",
    "ops.apigateway.amazonaws.com": "APIGateway",
    "replication.ecr.amazonaws.com": "ECRReplication",
    "vpcorigin.cloudfront.amazonaws.com": "CloudFrontVPCOrigin",
}


def role_of(backend: Any, service: str) -> Role | None:
    """Return the service's role in the account of moto's IAM backend."""
    roles: list[Role] = list(backend.get_roles())
    return next((each for each in roles if each.path == _path(service)), None)


def named(role: Role, service: str, suffix: str = "") -> Role:
    """Give a role the name that the service's page has; moto makes up its own."""
    if service in _NAMES:
        role.name = "_".join(filter(None, (_PREFIX + _NAMES[service], suffix)))
    return role


def arn(account: str, service: str) -> str:
    """Return the ARN that the service's role has or would have."""
    return f"arn:aws:iam::{account}:role{_path(service)}{_PREFIX}{_NAMES[service]}"


def found(account: str, service: str) -> bool:
    """Tell whether the account had the service's role; it has it from now on."""
    backend = iam_backends[account]["aws"]
    if role_of(backend, service):
        return True
    named(backend.create_service_linked_role(service, "", ""), service)
    return False


def _path(service: str) -> str:
    return f"/aws-service-role/{service}/"
