"""Deployment configurations: in which steps CodeDeploy moves an ECS service's traffic.

Source: "Deployment configurations on an Amazon ECS compute platform", AWS CodeDeploy User Guide, and
"TrafficRoutingConfig", AWS CodeDeploy API Reference.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from moto.codedeploy.exceptions import CodeDeployException
from moto.core.utils import utcnow

ALL_AT_ONCE = "CodeDeployDefault.ECSAllAtOnce"
_WHOLE = 100
_PREDEFINED = {
    ALL_AT_ONCE: {"type": "AllAtOnce"},
    **{
        f"CodeDeployDefault.ECSLinear10PercentEvery{minutes}Minutes": {
            "type": "TimeBasedLinear",
            "timeBasedLinear": {"linearPercentage": 10, "linearInterval": minutes},
        }
        for minutes in (1, 3)
    },
    **{
        f"CodeDeployDefault.ECSCanary10Percent{minutes}Minutes": {
            "type": "TimeBasedCanary",
            "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": minutes},
        }
        for minutes in (5, 15)
    },
}


def own(backend: Any) -> dict[str, dict[str, Any]]:
    """Return the account's own configurations by name."""
    found: dict[str, dict[str, Any]] = backend.__dict__.setdefault("deployment_configs", {})
    return found


def names(backend: Any) -> list[str]:
    """Return what a deployment of ECS services may name."""
    return [*_PREDEFINED, *own(backend)]


def create(backend: Any, given: Mapping[str, Any]) -> str:
    """Keep a configuration; return its id."""
    name = given["deploymentConfigName"]
    if name in names(backend):
        reason = f"The deployment configuration {name} already exists."
        raise CodeDeployException("DeploymentConfigAlreadyExistsException", reason)
    routing = given.get("trafficRoutingConfig") or {}
    if given.get("computePlatform") == "ECS":
        _check(routing)
    own(backend)[name] = {**given, "deploymentConfigId": str(uuid.uuid4()), "createTime": utcnow()}
    return str(own(backend)[name]["deploymentConfigId"])


def info(backend: Any, name: str) -> dict[str, Any]:
    """Return what GetDeploymentConfig tells."""
    if name in _PREDEFINED:
        return {"deploymentConfigName": name, "computePlatform": "ECS", "trafficRoutingConfig": _PREDEFINED[name]}
    check_known(backend, name)
    return own(backend)[name]


def check_known(backend: Any, name: str) -> None:
    """Refuse a configuration that is not there."""
    if name not in names(backend):
        reason = f"No deployment configuration found for name: {name}"
        raise CodeDeployException("DeploymentConfigDoesNotExistException", reason)


def delete(backend: Any, name: str) -> None:
    """Take a configuration away, but none that a group has."""
    groups = [each for of_one in backend.deployment_groups.values() for each in of_one.values()]
    if name in _PREDEFINED or any(str(each.deployment_config_name) == name for each in groups):
        reason = f"The deployment configuration {name} is still in use."
        raise CodeDeployException("DeploymentConfigInUseException", reason)
    own(backend).pop(name, None)


def steps(routing: Mapping[str, Any]) -> list[int]:
    """Return the shares of the traffic, in percent, that the replacement has after each step."""
    if routing.get("type") == "TimeBasedLinear":
        percentage = int(routing["timeBasedLinear"]["linearPercentage"])
        return [min(share, _WHOLE) for share in range(percentage, _WHOLE + percentage, percentage)]
    if routing.get("type") == "TimeBasedCanary":
        return [int(routing["timeBasedCanary"]["canaryPercentage"]), _WHOLE]
    return [_WHOLE]


def _check(routing: Mapping[str, Any]) -> None:
    kind = str(routing.get("type", "AllAtOnce"))
    if kind == "AllAtOnce":
        return
    word = kind.removeprefix("TimeBased").lower()
    given = routing.get(f"timeBased{word.capitalize()}") or {}
    share, minutes = given.get(f"{word}Percentage"), given.get(f"{word}Interval")
    if share is None or minutes is None or not 0 < share < _WHOLE or minutes < 1:
        reason = f"The traffic routing configuration {kind} needs a percentage of 1 to 99 and an interval in minutes."
        raise CodeDeployException("InvalidTrafficRoutingConfigurationException", reason)
