"""CodeDeploy: applications, deployment configurations, deployment groups."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers
from stackwright.emulator.handlers.tags import Tagging

_TAGGING = Tagging(key="ResourceArn", tags="Tags", keys="TagKeys")


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:codedeploy:{context.region}:{context.account}:{name}"


def _application_arn(context: Context, physical_id: str, properties: Properties) -> str:
    return _arn(context, f"application:{physical_id}")


def _group_arn(context: Context, physical_id: str, properties: Properties) -> str:
    return _arn(context, f"deploymentgroup:{properties['ApplicationName']}/{physical_id}")


_APPLICATION = Mapped(
    service="codedeploy",
    create="create_application",
    identity="=ApplicationName",
    key="applicationName",
    delete="delete_application",
    name=Name("ApplicationName", 100),
    tagging=_TAGGING,
    tag_by=_application_arn,
)

_CONFIG = Mapped(
    service="codedeploy",
    create="create_deployment_config",
    identity="=DeploymentConfigName",
    key="deploymentConfigName",
    delete="delete_deployment_config",
    name=Name("DeploymentConfigName", 100),
)

_CHANGEABLE = (
    "AlarmConfiguration",
    "AutoRollbackConfiguration",
    "AutoScalingGroups",
    "BlueGreenDeploymentConfiguration",
    "DeploymentConfigName",
    "DeploymentStyle",
    "ECSServices",
    "Ec2TagFilters",
    "Ec2TagSet",
    "LoadBalancerInfo",
    "OnPremisesInstanceTagFilters",
    "OnPremisesTagSet",
    "OutdatedInstancesStrategy",
    "ServiceRoleArn",
    "TerminationHookEnabled",
    "TriggerConfigurations",
)

_GROUP = Mapped(
    service="codedeploy",
    create="create_deployment_group",
    identity="=DeploymentGroupName",
    key="deploymentGroupName",
    delete="delete_deployment_group",
    name=Name("DeploymentGroupName", 100),
    scope=("ApplicationName",),
    steps=(
        Step(
            "update_deployment_group",
            _CHANGEABLE,
            at_creation=False,
            key="currentDeploymentGroupName",
        ),
    ),
    tagging=_TAGGING,
    tag_by=_group_arn,
)

HANDLERS = handlers(
    {
        "AWS::CodeDeploy::Application": _APPLICATION,
        "AWS::CodeDeploy::DeploymentConfig": _CONFIG,
        "AWS::CodeDeploy::DeploymentGroup": _GROUP,
    }
)
