"""Rollout: how a service's tasks are replaced, and what ends a replacement that goes wrong."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, Tags
from troposphere.ecs import (
    DeploymentAlarms,
    DeploymentCircuitBreaker,
    DeploymentConfiguration,
    ThresholdConfiguration,
)

from nested import inputs

# Longest that the creation of a service's stack may take: instances that have to be launched first, and the tasks that
# the circuit breaker lets fail. It covers creation only; updates end by circuit breaker and alarms.
CREATION_MINUTES = 30

# The first failure of a deployment may be an accident, the second ends it. By default it would be the third at the
# earliest, and one healthy moment would start the count anew, so that a crash loop goes on for hours.
FAILED_TASKS = 2


def configuration() -> DeploymentConfiguration:
    """Return the configuration of a rolling update; the template has the alarms UnhealthyHosts and ServerErrors."""
    return DeploymentConfiguration(
        DeploymentCircuitBreaker=DeploymentCircuitBreaker(**breaker()), Alarms=watched(), **percents()
    )


def percents() -> dict[str, Ref]:
    """Return how many tasks may run, at the least and at the most."""
    return {
        "MinimumHealthyPercent": Ref(inputs.MINIMUM_HEALTHY_PERCENT.name),
        "MaximumPercent": Ref(inputs.MAXIMUM_PERCENT.name),
    }


def breaker() -> dict[str, Any]:
    """Return the members of the circuit breaker."""
    counted = ThresholdConfiguration(Type="COUNT", Value=FAILED_TASKS)
    return {"Enable": True, "Rollback": True, "ResetOnHealthyTask": False, "ThresholdConfiguration": counted}


def watched(*more: Any) -> DeploymentAlarms:
    """Return the alarms that a deployment goes back on."""
    names = [Ref("UnhealthyHosts"), Ref("ServerErrors"), *more]
    return DeploymentAlarms(AlarmNames=names, Enable=True, Rollback=True)


def tags() -> Tags:
    """Return the service's tags, which its tasks take; those of the stack alone would miss a task without any."""
    return Tags(Project=Ref(inputs.PROJECT_NAME.name), Environment=Ref(inputs.ENVIRONMENT_NAME.name))
