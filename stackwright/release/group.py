"""The deployment group: what a stack says of how it is released, and what AWS says of it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackwright.aws import ecs_service
from stackwright.ecs.appspec import AppSpec, parse
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack

APPLICATION, GROUP, APP_SPEC = "CodeDeployApplicationName", "DeploymentGroupName", "AppSpec"


@dataclass(frozen=True)
class Group:
    """One service that CodeDeploy deploys; `spec` is what the stack would have released."""

    application: str
    name: str
    cluster: str
    service: str
    spec: AppSpec

    @property
    def named(self) -> dict[str, str]:
        """The members that name the group in calls."""
        return {"applicationName": self.application, "deploymentGroupName": self.name}


def is_released(outputs: Mapping[str, str]) -> bool:
    """Tell whether a stack of these outputs is one that CodeDeploy deploys."""
    return {APPLICATION, GROUP, APP_SPEC} <= outputs.keys()


def group_of(aws: Aws, stack: Stack) -> Group:
    """Return the group that a stack's outputs name."""
    application, name = stack.outputs[APPLICATION], stack.outputs[GROUP]
    found = aws.call("codedeploy", "get_deployment_group", applicationName=application, deploymentGroupName=name)
    (service,) = found["deploymentGroupInfo"]["ecsServices"]
    return Group(application, name, service["clusterName"], service["serviceName"], parse(stack.outputs[APP_SPEC]))


def live(aws: Aws, group: Group) -> str:
    """Return the task definition that is in production: that of the service's primary task set."""
    sets = ecs_service(aws, group.cluster, group.service).get("taskSets", [])
    primary = next((each for each in sets if each["status"] == "PRIMARY"), None)
    if primary is None:
        raise StackwrightError(f"service {group.service} has no primary task set: nothing of it is in production")
    return str(primary["taskDefinition"])
