"""Rotation: a secret whose value changes starts a new deployment of the service, on request.

ECS reads a secret when it starts a task, so that a new value reaches no task that runs. Secrets Manager tells
EventBridge when AWSCURRENT moves to another version, by a rotation or by hand, and needs no trail for it ("Secret event
notifications", AWS Secrets Manager User Guide). EventBridge cannot update a service, so a state machine does.
"""

from __future__ import annotations

from typing import Any

from troposphere import And, Equals, GetAtt, Ref, Sub, Template
from troposphere.cloudwatch import Alarm, MetricDataQuery, MetricDimension
from troposphere.events import RetryPolicy, Rule, Target
from troposphere.iam import Policy, Role
from troposphere.logs import LogGroup
from troposphere.stepfunctions import CloudWatchLogsLogGroup, LogDestination, LoggingConfiguration, StateMachine

from nested import inputs
from nested.parts.judging import query
from nested.parts.permissions import Statement, allow, policy, trust
from nested.parts.references import SECRET_ARN
from nested.parts.rules import given
from nested.shape import needs

# The state machine is named after it and not after the stack: the account's execution role goes by it.
MACHINE = "Redeployment"

_LOGS = "RedeploymentLogs"
_CONDITION = "RedeploysOnRotation"

# Seconds before the first of these attempts, twice as long before each next one: four minutes in all.
_INTERVAL, _ATTEMPTS = 4, 6

# An event that cannot be delivered for so long is an outage that somebody is looking at.
_EVENT_SECONDS = 3600
_EVENT_ATTEMPTS = 24

_ALARM_SECONDS = 300


def template() -> Template:
    """Emit the stack that redeploys a service. Gives nothing.

    Needs ClusterName, ServiceName, SecretId, RedeployOnRotation, LogRetentionDays and NotificationTopicArn. Off, or
    without a secret, it holds an empty log group alone.
    """
    t = Template(Description="New deployment of the service when its secret rotates")
    needs(t, inputs.CLUSTER_NAME, inputs.SERVICE_NAME, inputs.SECRET_ID, inputs.REDEPLOY_ON_ROTATION)
    needs(t, inputs.LOG_RETENTION_DAYS, inputs.NOTIFICATION_TOPIC_ARN)
    wanted = Equals(Ref(inputs.REDEPLOY_ON_ROTATION.name), "on")
    t.add_condition(_CONDITION, And(wanted, given(inputs.SECRET_ID)))
    t.add_resource([_log_group(), _machine_role(), _machine(), _rule_role(), _rule(), _failed()])
    return t


def _log_group() -> LogGroup:
    # Without a condition, because a stack has a resource; what a machine that is gone did is of no use.
    return LogGroup(
        _LOGS,
        RetentionInDays=Ref(inputs.LOG_RETENTION_DAYS.name),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )


def _machine_role() -> Role:
    machines = Sub(f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:stateMachine:{MACHINE}-*")
    own = {"ArnLike": {"aws:SourceArn": machines}, "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
    return Role(
        "RedeploymentRole",
        Condition=_CONDITION,
        AssumeRolePolicyDocument=trust("states.amazonaws.com", when=own),
        Policies=[Policy(PolicyName="Redeploy", PolicyDocument=policy(_update(), _deliver_logs()))],
    )


def _update() -> Statement:
    service = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:service/${ClusterName}/${ServiceName}"
    return allow("ecs:UpdateService", Sub(service))


def _deliver_logs() -> Statement:
    # "Using CloudWatch Logs to log execution history in Step Functions": none of these knows a resource.
    deliveries = ["Create{}", "Delete{}", "Get{}", "Update{}"]
    actions = [each.format("LogDelivery") for each in deliveries] + ["ListLogDeliveries"]
    actions += ["DescribeLogGroups", "DescribeResourcePolicies", "PutResourcePolicy"]
    return allow([f"logs:{each}" for each in actions], "*")


def _machine() -> StateMachine:
    destination = LogDestination(CloudWatchLogsLogGroup=CloudWatchLogsLogGroup(LogGroupArn=GetAtt(_LOGS, "Arn")))
    return StateMachine(
        MACHINE,
        Condition=_CONDITION,
        # Runs once for each event, keeps its history for 90 days, and is charged by the step.
        StateMachineType="STANDARD",
        RoleArn=GetAtt("RedeploymentRole", "Arn"),
        Definition=_definition(),
        DefinitionSubstitutions={
            "UpdateService": Sub("arn:${AWS::Partition}:states:::aws-sdk:ecs:updateService"),
            "ClusterName": Ref(inputs.CLUSTER_NAME.name),
            "ServiceName": Ref(inputs.SERVICE_NAME.name),
        },
        LoggingConfiguration=LoggingConfiguration(Level="ERROR", IncludeExecutionData=True, Destinations=[destination]),
    )


def _definition() -> dict[str, Any]:
    """Return the state machine in Amazon States Language: one call, again while AWS refuses it."""
    redeploy = {
        "Type": "Task",
        "Resource": "${UpdateService}",
        # What is not named stays: the tasks of the new deployment are of the revision that the service has.
        "Parameters": {"Cluster": "${ClusterName}", "Service": "${ServiceName}", "ForceNewDeployment": True},
        "Retry": [
            {
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": _INTERVAL,
                "MaxAttempts": _ATTEMPTS,
                "BackoffRate": 2,
            }
        ],
        "End": True,
    }
    return {"Comment": "The secret has a new value", "StartAt": "Redeploy", "States": {"Redeploy": redeploy}}


def _rule_role() -> Role:
    # No condition on the rule: EventBridge's pages show none for such roles, and all it may is start this machine.
    start = allow("states:StartExecution", Ref(MACHINE))
    return Role(
        "SecretChangedRole",
        Condition=_CONDITION,
        AssumeRolePolicyDocument=trust("events.amazonaws.com"),
        Policies=[Policy(PolicyName="Start", PolicyDocument=policy(start))],
    )


def _rule() -> Rule:
    target = Target(
        Id="Redeployment",
        Arn=Ref(MACHINE),
        RoleArn=GetAtt("SecretChangedRole", "Arn"),
        RetryPolicy=RetryPolicy(MaximumEventAgeInSeconds=_EVENT_SECONDS, MaximumRetryAttempts=_EVENT_ATTEMPTS),
    )
    return Rule(
        "SecretChanged",
        Condition=_CONDITION,
        Description="The service's secret has a new current version",
        EventPattern={
            "source": ["aws.secretsmanager"],
            "detail-type": ["Secret Label Updated"],
            "resources": [Sub(SECRET_ARN)],
            "detail": {"labelUpdated": ["AWSCURRENT"]},
        },
        State="ENABLED",
        Targets=[target],
    )


def _failed() -> Alarm:
    """Return the alarm on a redeployment that nobody started, or that failed: running tasks hold the old secret."""
    return Alarm(
        "RedeploymentFailed",
        Condition=_CONDITION,
        AlarmDescription="The secret has a new value, and the running tasks were not replaced",
        Metrics=[
            MetricDataQuery(Id="failures", Expression="FILL(failed, 0) + FILL(lost, 0)", ReturnData=True),
            _sum("failed", "AWS/States", "ExecutionsFailed", StateMachineArn=Ref(MACHINE)),
            _sum("lost", "AWS/Events", "FailedInvocations", RuleName=Ref("SecretChanged")),
        ],
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        TreatMissingData="notBreaching",
        AlarmActions=[Ref(inputs.NOTIFICATION_TOPIC_ARN.name)],
    )


def _sum(title: str, namespace: str, metric: str, **dimension: Any) -> MetricDataQuery:
    dimensions = [MetricDimension(Name=name, Value=value) for name, value in dimension.items()]
    return query(title, namespace, metric, dimensions, "Sum", _ALARM_SECONDS)
