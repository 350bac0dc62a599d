"""What EventBridge does for a pipeline: start it, tell of its failures, and write down what it did."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, iam, logs
from troposphere.events import InputTransformer, Rule, Target

from nested import inputs
from nested.parts.permissions import allow, policy, trust
from nested.parts.pipeline_buckets import SOURCE
from nested.parts.pipeline_stages import SOURCE_KEY

PIPELINE = "Pipeline"
LOGS = "ExecutionLogs"

_EXECUTIONS = "CodePipeline Pipeline Execution State Change"
_ACTIONS = "CodePipeline Action Execution State Change"


def add_to(t: Template, *, unless_connected: str) -> None:
    """Add the rules and what they need to a template that has the pipeline, the topic and the buckets."""
    t.add_resource([_upload_role(unless_connected), _upload_starts(unless_connected)])
    t.add_resource(_failure_is_told())
    t.add_resource([_log_group(), _log_policy(), _actions_are_logged()])


def _upload_role(condition: str) -> iam.Role:
    # Without a condition on the source: "Create an EventBridge rule for an Amazon S3 source", AWS CodePipeline User
    # Guide, has none.
    start = allow("codepipeline:StartPipelineExecution", _pipeline_arn())
    return iam.Role(
        "UploadRole",
        Condition=condition,
        AssumeRolePolicyDocument=trust("events.amazonaws.com"),
        Policies=[iam.Policy(PolicyName="Start", PolicyDocument=policy(start))],
    )


def _upload_starts(condition: str) -> Rule:
    """Return the rule for exactly this object: everything else in the bucket starts nothing."""
    uploaded = {"bucket": {"name": [Ref(SOURCE)]}, "object": {"key": [SOURCE_KEY]}}
    return Rule(
        "UploadStarts",
        Condition=condition,
        EventPattern={"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": uploaded},
        Targets=[Target(Id="Pipeline", Arn=_pipeline_arn(), RoleArn=GetAtt("UploadRole", "Arn"))],
    )


def _failure_is_told() -> Rule:
    paths = {"pipeline": "$.detail.pipeline", "execution": "$.detail.execution-id"}
    told = '"Pipeline <pipeline> has failed; its execution is <execution>."'
    return Rule(
        "FailureIsTold",
        EventPattern=_of_pipeline(_EXECUTIONS, state=["FAILED"]),
        Targets=[
            Target(
                Id="Notifications",
                Arn=Ref("Notifications"),
                InputTransformer=InputTransformer(InputPathsMap=paths, InputTemplate=told),
            )
        ],
    )


def _log_group() -> logs.LogGroup:
    return logs.LogGroup(
        LOGS,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        RetentionInDays=Ref(inputs.BUILD_LOG_RETENTION_DAYS.name),
    )


def _log_policy() -> logs.ResourcePolicy:
    # "Using resource-based policies for Amazon EventBridge", Amazon EventBridge User Guide. A region has ten such
    # policies ("PutResourcePolicy"), of which every pipeline takes one.
    write = allow(["logs:CreateLogStream", "logs:PutLogEvents"], GetAtt(LOGS, "Arn").to_dict())
    services = {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
    return logs.ResourcePolicy(
        "ExecutionLogPolicy",
        PolicyName=Ref("AWS::StackName"),
        PolicyDocument=policy({"Principal": services} | write),
    )


def _actions_are_logged() -> Rule:
    """Return the rule that logs each action, and with an approval who gave it."""
    group = Sub(f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{LOGS}}}")
    return Rule(
        "ActionsAreLogged",
        DependsOn="ExecutionLogPolicy",
        EventPattern=_of_pipeline(_EXECUTIONS, _ACTIONS),
        Targets=[Target(Id="Logs", Arn=group)],
    )


def _of_pipeline(*details: str, **more: Any) -> dict[str, Any]:
    return {
        "source": ["aws.codepipeline"],
        "detail-type": list(details),
        "detail": {"pipeline": [Ref(PIPELINE)], **more},
    }


def _pipeline_arn() -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:codepipeline:${{AWS::Region}}:${{AWS::AccountId}}:${{{PIPELINE}}}")
