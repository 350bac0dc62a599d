"""Messages: which events are told, and in which words.

A message says service, environment, what has become of what, version, and where in the console to look. Only members
that every such event has are taken: EventBridge drops a message with a path that leads nowhere. And only ids, names and
states, never free text: EventBridge does not escape what it puts into a template ("Amazon EventBridge input
transformation", common issues), and Slack takes no broken JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import If, Ref, Sub
from troposphere.events import InputTransformer

from nested import inputs
from nested.parts.stack_names import root
from nested.shape import Input

# What alarms that tell a person go by among the kinds.
ALARMS = "Alarms"

# Whether the service has a version yet.
HAS_VERSION = "HasVersion"

# Alarms of the observability stack that tell by themselves; the others only make these go off.
TELLING = (
    "ServiceIsUnwell",
    "CpuIsFull",
    "MemoryIsFull",
    "LogErrors",
    "NatPortsUsedUpOne",
    "NatPortsUsedUpTwo",
    "NatPortsUsedUpThree",
)

_CONSOLE = "https://${AWS::Region}.console.aws.amazon.com"
_WHOSE = "${ProjectName} ${EnvironmentName}"


@dataclass(frozen=True)
class Kind:
    """One kind of event: a rule's title and pattern, members by placeholder, and the sentence and link they go into."""

    title: str
    pattern: dict[str, Any]
    members: dict[str, str]
    sentence: str
    link: str

    def text(self, version: Input | None) -> str:
        """Return the message, its placeholders in angle brackets, parameters as Sub has them."""
        known = ", version ${Version}" if version else ""
        return f"{_WHOSE}: {self.sentence}{known}. {_CONSOLE}{self.link}"


def ecs() -> Kind:
    """Return the deployments of the cluster's services; by cluster and not by service, so that nothing waits for it.

    Source: "Amazon ECS service deployment state change events", Amazon ECS Developer Guide.
    """
    services = Sub("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:service/${ClusterName}/")
    names = ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"]
    pattern = _of("ecs", "ECS Deployment State Change", {"eventName": names}, [{"prefix": services}])
    return Kind(
        "ServiceDeployments",
        pattern,
        {"status": "$.detail.eventName", "deployment": "$.detail.deploymentId", "service": "$.resources[0]"},
        "<status>, deployment <deployment> of <service>",
        "/ecs/v2/clusters/${ClusterName}/services?region=${AWS::Region}",
    )


def codedeploy(application: Input) -> Kind:
    """Return the deployments of a CodeDeploy application.

    Source: "Monitoring deployments with Amazon CloudWatch Events", AWS CodeDeploy User Guide.
    """
    detail = {"application": [Ref(application.name)]}
    return Kind(
        "CodeDeployments",
        _of("codedeploy", "CodeDeploy Deployment State-change Notification", detail),
        {"status": "$.detail.state", "deployment": "$.detail.deploymentId", "group": "$.detail.deploymentGroup"},
        "CodeDeploy <status>, deployment <deployment> of <group>",
        "/codesuite/codedeploy/deployments/<deployment>?region=${AWS::Region}",
    )


def pipelines(pipeline: Input) -> Kind:
    """Return the executions of a pipeline.

    Source: "Monitoring CodePipeline events", AWS CodePipeline User Guide.
    """
    states = ["STARTED", "SUCCEEDED", "FAILED", "STOPPED", "SUPERSEDED"]
    detail = {"pipeline": [Ref(pipeline.name)], "state": states}
    return Kind(
        "PipelineExecutions",
        _of("codepipeline", "CodePipeline Pipeline Execution State Change", detail),
        {"status": "$.detail.state", "pipeline": "$.detail.pipeline", "execution": "$.detail.execution-id"},
        "pipeline <pipeline> <status>, execution <execution>",
        "/codesuite/codepipeline/pipelines/<pipeline>/view?region=${AWS::Region}",
    )


def alarms() -> Kind:
    """Return the alarms that tell a person, as they go off and as they are over.

    They are known by the names that `judging.told_as` gives them, so that nothing waits for them; by whole names,
    because EventBridge refuses a pattern of a few wildcards as too complex ("Comparison operators for use in event
    patterns", Amazon EventBridge User Guide). Source: "Alarm events and EventBridge", Amazon CloudWatch User Guide.
    """
    names = [Sub(f"${{Root}}-{title}", Root=root("Notifications")) for title in TELLING]
    over = {"state": {"value": ["OK"]}, "previousState": {"value": ["ALARM"]}}
    either = [{"state": {"value": ["ALARM"]}}, over]
    detail = {"alarmName": names, "$or": either}
    return Kind(
        ALARMS,
        _of("cloudwatch", "CloudWatch Alarm State Change", detail),
        {"status": "$.detail.state.value", "alarm": "$.detail.alarmName"},
        "<status>, alarm <alarm>",
        "/cloudwatch/home?region=${AWS::Region}#alarmsV2:alarm/<alarm>",
    )


def _of(service: str, kind: str, detail: dict[str, Any], resources: Sequence[Any] = ()) -> dict[str, Any]:
    pattern: dict[str, Any] = {"source": [f"aws.{service}"], "detail-type": [kind], "detail": detail}
    return pattern | ({"resources": list(resources)} if resources else {})


def for_slack(kind: Kind, version: Input | None) -> InputTransformer:
    """Return what makes a message of chat.postMessage from an event ("chat.postMessage method", Slack API)."""
    message = {
        "channel": f"${{{inputs.SLACK_CHANNEL_ID.name}}}",
        "text": kind.text(version),
        # Names and tags have underscores and asterisks of their own.
        "mrkdwn": False,
        "unfurl_links": False,
    }
    return _transformed(kind, version, json.dumps(message))


def for_topic(kind: Kind, version: Input | None) -> InputTransformer:
    """Return what makes one line for the topic's subscribers from an event."""
    return _transformed(kind, version, json.dumps(kind.text(version)))


def _transformed(kind: Kind, version: Input | None, template: str) -> InputTransformer:
    known = {"Version": If(HAS_VERSION, Ref(version.name), "none yet")} if version else {}
    return InputTransformer(InputPathsMap=kind.members, InputTemplate=Sub(template, **known))
