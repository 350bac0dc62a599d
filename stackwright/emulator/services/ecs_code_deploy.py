"""Services that CodeDeploy deploys: what ECS refuses of their creation and of their updates.

Sources: "CreateService" (deploymentController, loadBalancers, schedulingStrategy), "DeploymentCircuitBreaker" and
"UpdateService", Amazon ECS API Reference: of such a service only the desired count, deployment configuration, grace
period, placement, managed tags and propagated tags can be updated. The words are those that users quote
(aws/aws-cdk#23564 and #36012, hashicorp/terraform-provider-aws#8005 and #13473). A value is refused although it is the
present one: CloudFormation once sent them all, and met the refusal (cloudformation-coverage-roadmap#1529).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ecs.exceptions import InvalidParameterException

from stackwright.emulator.services import ecs_task_sets

_ELSEWHERE = "on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
_FIXED = {
    "taskDefinition": "Unable to update task definition",
    "networkConfiguration": "Unable to update network parameters",
    "platformVersion": "Unable to update platform version",
    "loadBalancers": "Unable to update load balancers",
    "capacityProviderStrategy": "Unable to update capacity provider strategy",
    "serviceRegistries": "Unable to update service registries",
    "enableExecuteCommand": "Unable to update execute command",
    "forceNewDeployment": "Cannot force a new deployment",
}


def check_creation(given: Mapping[str, Any]) -> None:
    """Refuse a CODE_DEPLOY service that could not be deployed."""
    if (given.get("deploymentController") or {}).get("type") != ecs_task_sets.CODE_DEPLOY:
        return
    if len([each for each in given.get("loadBalancers") or [] if each.get("targetGroupArn")]) != 1:
        raise InvalidParameterException(
            "A service with a CODE_DEPLOY deployment controller requires exactly one load balancer target group."
        )
    if given.get("schedulingStrategy") == "DAEMON":
        raise InvalidParameterException("The daemon scheduling strategy is not supported for CODE_DEPLOY services.")
    check_configuration(given)


def check_configuration(given: Mapping[str, Any]) -> None:
    """Refuse what only ECS's own deployments have."""
    configuration = given.get("deploymentConfiguration") or {}
    if (configuration.get("deploymentCircuitBreaker") or {}).get("enable"):
        raise InvalidParameterException(
            "Deployment circuit breaker feature is only supported for services with an ECS deployment controller."
        )
    if (configuration.get("alarms") or {}).get("enable"):
        raise InvalidParameterException(
            "Deployment alarms are only supported for services with an ECS deployment controller."
        )


def check_update(service: Any, given: Mapping[str, Any]) -> None:
    """Refuse what a CodeDeploy deployment has to do."""
    if service is None or not ecs_task_sets.controlled(service):
        return
    for member, text in _FIXED.items():
        if given.get(member):
            raise InvalidParameterException(f"{text} {_ELSEWHERE}")
    check_configuration(given)
