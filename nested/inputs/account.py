"""What an account and a region have once."""

from __future__ import annotations

from nested.shape import Input

_ACCOUNT = "Account and region"


def _service_linked_role(name: str, service: str) -> Input:
    return Input(
        name,
        "String",
        _ACCOUNT,
        f"Service-linked role of {service}",
        f"on: create the role that {service} needs; an account has it once the service has been used, and a second "
        "one cannot be created.",
        default="off",
        allowed=("on", "off"),
        shared=True,
    )


ECS_SERVICE_LINKED_ROLE = _service_linked_role("EcsServiceLinkedRole", "Amazon ECS")
LOAD_BALANCING_SERVICE_LINKED_ROLE = _service_linked_role("LoadBalancingServiceLinkedRole", "Elastic Load Balancing")
AUTO_SCALING_SERVICE_LINKED_ROLE = _service_linked_role("AutoScalingServiceLinkedRole", "Amazon EC2 Auto Scaling")
TASK_SCALING_SERVICE_LINKED_ROLE = _service_linked_role(
    "TaskScalingServiceLinkedRole", "Application Auto Scaling for ECS"
)
API_GATEWAY_LOGS = Input(
    "ApiGatewayLogs",
    "String",
    _ACCOUNT,
    "API Gateway's log role",
    "on: this stack owns the one role by which API Gateway logs in this region; off where another stack does.",
    default="on",
    allowed=("on", "off"),
    shared=True,
)
THREAT_DETECTION = Input(
    "ThreatDetection",
    "String",
    _ACCOUNT,
    "GuardDuty",
    "on: create the region's GuardDuty detector, charged by what it looks at; a second one cannot be created.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
SECURITY_FINDINGS = Input(
    "SecurityFindings",
    "String",
    _ACCOUNT,
    "Security Hub",
    "on: enable Security Hub with its default standards, charged by check; it needs AWS Config.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
