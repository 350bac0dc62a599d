"""Deployment groups of ECS services: what CodeDeploy refuses, and what it tells of one.

Sources: "CreateDeploymentGroup" and "UpdateDeploymentGroup", AWS CodeDeploy API Reference, and "Before you begin an
Amazon ECS deployment", AWS CodeDeploy User Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from moto.codedeploy.exceptions import CodeDeployException
from moto.ecs.models import ecs_backends

from stackwright.emulator.services import codedeploy_configs, codedeploy_traffic, ecs_task_sets

# What UpdateDeploymentGroup changes, under the names of the call.
MEMBERS = (
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "blueGreenDeploymentConfiguration",
    "deploymentConfigName",
    "deploymentStyle",
    "ecsServices",
    "loadBalancerInfo",
    "outdatedInstancesStrategy",
    "serviceRoleArn",
    "terminationHookEnabled",
    "triggerConfigurations",
)
_PAIR = (
    "A deployment group associated with an application that uses the ECS compute platform must contain a valid pair of "
    "target groups that identify a load balancer. The target groups in the pair must exist and be different."
)


def check(backend: Any, given: Mapping[str, Any], *, beside: str = "") -> None:
    """Refuse a group of an ECS application that could not deploy; `beside` is the group that is changed itself."""
    codedeploy_configs.check_known(backend, given.get("deploymentConfigName") or codedeploy_configs.ALL_AT_ONCE)
    style = given.get("deploymentStyle") or {}
    if (style.get("deploymentType"), style.get("deploymentOption")) != ("BLUE_GREEN", "WITH_TRAFFIC_CONTROL"):
        reason = "Only BLUE_GREEN with WITH_TRAFFIC_CONTROL is supported for the ECS compute platform."
        raise CodeDeployException("InvalidDeploymentStyleException", reason)
    configuration = given.get("blueGreenDeploymentConfiguration") or {}
    if not {"deploymentReadyOption", "terminateBlueInstancesOnDeploymentSuccess"} <= configuration.keys():
        reason = "BlueGreenDeploymentConfiguration must be specified for the ECS compute platform."
        raise CodeDeployException("InvalidBlueGreenDeploymentConfigurationException", reason)
    _check_rollback(given)
    _check_balancer(backend, given)
    _check_service(backend, given, beside)


def _check_rollback(given: Mapping[str, Any]) -> None:
    rollback = given.get("autoRollbackConfiguration") or {}
    alarms = given.get("alarmConfiguration") or {}
    if rollback.get("enabled") and not rollback.get("events"):
        reason = "At least one event must be specified when automatic rollback is enabled."
        raise CodeDeployException("InvalidAutoRollbackConfigException", reason)
    if len(alarms.get("alarms") or []) > 10:
        raise CodeDeployException("AlarmsLimitExceededException", "The maximum number of alarms is 10.")


def _check_balancer(backend: Any, given: Mapping[str, Any]) -> None:
    place = backend.account_id, backend.region_name
    pairs = (given.get("loadBalancerInfo") or {}).get("targetGroupPairInfoList") or []
    names = [each.get("name") for each in pairs[0].get("targetGroups") or []] if len(pairs) == 1 else []
    if len(set(names)) != 2 or not all(codedeploy_traffic.group_named(*place, name) for name in names):
        raise CodeDeployException("InvalidTargetGroupPairException", _PAIR)
    production = (pairs[0].get("prodTrafficRoute") or {}).get("listenerArns") or []
    test = (pairs[0].get("testTrafficRoute") or {}).get("listenerArns") or []
    if len(production) != 1 or len(test) > 1:
        reason = "One production listener, and at most one test listener, must be specified."
        raise CodeDeployException("InvalidLoadBalancerInfoException", reason)
    for arn in (*production, *test):
        if codedeploy_traffic.listener(*place, arn) is None:
            raise CodeDeployException("InvalidLoadBalancerInfoException", f"Listener {arn} could not be found.")


def _check_service(backend: Any, given: Mapping[str, Any], beside: str) -> None:
    services = given.get("ecsServices") or []
    if len(services) != 1:
        raise CodeDeployException("InvalidECSServiceException", "Exactly one ECS service must be specified.")
    found = service_of(backend, services[0])
    if found is None or not ecs_task_sets.controlled(found):
        reason = f"The ECS service {services[0]['serviceName']} has no CODE_DEPLOY deployment controller."
        raise CodeDeployException("InvalidECSServiceException", reason)
    groups = (each for of_one in backend.deployment_groups.values() for each in of_one.values())
    if any(each.ecs_services == services and each.deployment_group_name != beside for each in groups):
        reason = "An Amazon ECS service can be associated with one deployment group only."
        raise CodeDeployException("ECSServiceMappingLimitExceededException", reason)


def service_of(backend: Any, named: Mapping[str, str]) -> Any:
    """Return the ECS service that a group deploys, None if it is gone."""
    ecs = ecs_backends[backend.account_id][backend.region_name]
    return ecs.services.get(f"{named['clusterName'].rpartition('/')[2]}:{named['serviceName']}")


def given_of(group: Any) -> dict[str, Any]:
    """Return what the group was given, under the names of the call."""
    return {name: getattr(group, _attribute(name)) for name in MEMBERS}


def change(group: Any, given: Mapping[str, Any]) -> None:
    """Set what UpdateDeploymentGroup was given."""
    for name in MEMBERS:
        if given.get(name) is not None:
            setattr(group, _attribute(name), given[name])


def _attribute(name: str) -> str:
    return str(xform_name(name))
