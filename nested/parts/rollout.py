"""Rollout: how a service's tasks are replaced, and what ends a replacement that goes wrong."""

from __future__ import annotations

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
    """Return the configuration; the template has the alarms UnhealthyHosts and ServerErrors."""
    return DeploymentConfiguration(
        MinimumHealthyPercent=Ref(inputs.MINIMUM_HEALTHY_PERCENT.name),
        MaximumPercent=Ref(inputs.MAXIMUM_PERCENT.name),
        DeploymentCircuitBreaker=DeploymentCircuitBreaker(
            Enable=True,
            Rollback=True,
            ResetOnHealthyTask=False,
            ThresholdConfiguration=ThresholdConfiguration(Type="COUNT", Value=FAILED_TASKS),
        ),
        Alarms=DeploymentAlarms(AlarmNames=[Ref("UnhealthyHosts"), Ref("ServerErrors")], Enable=True, Rollback=True),
    )


def tags() -> Tags:
    """Return the service's tags, which its tasks take; those of the stack alone would miss a task without any."""
    return Tags(Project=Ref(inputs.PROJECT_NAME.name), Environment=Ref(inputs.ENVIRONMENT_NAME.name))
