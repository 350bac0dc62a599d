"""Notifications: deployments, pipelines and alarms to Slack, and deployments to a topic.

EventBridge does it alone: a rule for each kind of event, a transformer that makes a message of it (`parts.messages`),
an API destination that posts it (`parts.slack`). Off until a secret or a topic is given. It takes nothing of the
service or of observability, and so waits for neither: its rules change beside the service, while a new version is being
deployed. Nothing makes them change first, so that a deployment's first message may say the version before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import Condition as named
from troposphere import GetAtt, If, NoValue, Or, Ref, Template
from troposphere.cloudwatch import Alarm, MetricDimension
from troposphere.events import DeadLetterConfig, RetryPolicy, Rule, Target
from troposphere.sqs import Queue, QueuePolicy

from nested import inputs
from nested.parts import messages, slack
from nested.parts.messages import Kind
from nested.parts.permissions import allow, policy
from nested.parts.rules import both_or_neither, given, must
from nested.shape import Input, needs

_BY_TOPIC, _ANYBODY = "TellsTopic", "TellsAnybody"

# An hour: who hears of a deployment later has found out by then.
_SECONDS, _ATTEMPTS = 3600, 30

_KEPT_SECONDS = 14 * 24 * 3600  # "CreateQueue": the longest


def template(
    *,
    version: Input | None = inputs.IMAGE,
    application: Input | None = None,
    pipeline: Input | None = None,
) -> Template:
    """Emit the notification stack of a system. Gives nothing.

    Tells of deployments by ECS, of alarms, and where `application` or `pipeline` name what gives it, of those of a
    CodeDeploy application and of a pipeline's executions. `version` is the parameter that says what is deployed; with
    none there is no service, and neither its deployments nor alarms are told. Needs the identity, with a version
    ClusterName, and SlackSecretId, SlackChannelId and EventTopicArn.
    """
    t = Template(Description="Deployments and alarms to Slack and SNS")
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, *((inputs.CLUSTER_NAME, version) if version else ()))
    needs(t, inputs.SLACK_SECRET_ID, inputs.SLACK_CHANNEL_ID, inputs.EVENT_TOPIC_ARN)
    needs(t, *filter(None, (application, pipeline)))
    _add_conditions(t, version)
    t.add_resource(slack.resources())
    kinds = [messages.alarms(), messages.ecs()] if version else []
    kinds += [messages.codedeploy(application)] if application else []
    rules = [_rule(each, version) for each in kinds]
    rules += [_rule(messages.pipelines(pipeline), None)] if pipeline else []
    t.add_resource([*rules, _lost(), _lost_policy(rules), _losing()])
    return t


def _add_conditions(t: Template, version: Input | None) -> None:
    text = "SlackSecretId and SlackChannelId are given both, or neither"
    t.add_rule("SlackIsWhole", must(both_or_neither(inputs.SLACK_SECRET_ID, inputs.SLACK_CHANNEL_ID), text))
    t.add_condition(slack.TOLD, given(inputs.SLACK_SECRET_ID))
    t.add_condition(_BY_TOPIC, given(inputs.EVENT_TOPIC_ARN))
    t.add_condition(_ANYBODY, Or(named(slack.TOLD), named(_BY_TOPIC)))
    if version:
        t.add_condition(messages.HAS_VERSION, given(version))


def _rule(kind: Kind, version: Input | None) -> Rule:
    """Return the rule; alarms tell a topic by themselves, so that only Slack is told of them here."""
    own_way = kind.title == messages.ALARMS
    posted = Target(Id="Slack", InputTransformer=messages.for_slack(kind, version), **slack.target(), **_patience())
    told = Target(
        Id="Topic",
        Arn=Ref(inputs.EVENT_TOPIC_ARN.name),
        InputTransformer=messages.for_topic(kind, version),
        **_patience(),
    )
    return Rule(
        kind.title,
        Condition=slack.TOLD if own_way else _ANYBODY,
        EventPattern=kind.pattern,
        State="ENABLED",
        Targets=[posted] if own_way else [If(slack.TOLD, posted, NoValue), If(_BY_TOPIC, told, NoValue)],
    )


def _patience() -> dict[str, Any]:
    return {
        "RetryPolicy": RetryPolicy(MaximumEventAgeInSeconds=_SECONDS, MaximumRetryAttempts=_ATTEMPTS),
        "DeadLetterConfig": DeadLetterConfig(Arn=GetAtt("LostMessages", "Arn")),
    }


def _lost() -> Queue:
    # Without a condition, because a stack has a resource; an empty queue costs nothing.
    return Queue(
        "LostMessages",
        SqsManagedSseEnabled=True,
        MessageRetentionPeriod=_KEPT_SECONDS,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )


def _lost_policy(rules: Sequence[Rule]) -> QueuePolicy:
    """Let the rules, and nobody else, leave what they cannot deliver ("Using dead-letter queues", EventBridge)."""
    # Not by names: one of 64 characters does not have the whole of the stack's in it.
    own = [GetAtt(each, "Arn") for each in rules]
    made = [
        If(slack.TOLD, arn, NoValue) if each.Condition == slack.TOLD else arn
        for each, arn in zip(rules, own, strict=True)
    ]
    sources = {"ArnEquals": {"aws:SourceArn": made}}
    leave = {"Principal": {"Service": "events.amazonaws.com"}} | allow(
        "sqs:SendMessage", GetAtt("LostMessages", "Arn"), when=sources
    )
    return QueuePolicy(
        "LostMessagesPolicy", Condition=_ANYBODY, Queues=[Ref("LostMessages")], PolicyDocument=policy(leave)
    )


def _losing() -> Alarm:
    topic = [Ref(inputs.EVENT_TOPIC_ARN.name)]
    return Alarm(
        "MessagesAreLost",
        Condition=_ANYBODY,
        AlarmDescription="Messages to Slack or SNS do not arrive: the queue has them, and why",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[MetricDimension(Name="QueueName", Value=GetAtt("LostMessages", "QueueName"))],
        Statistic="Maximum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=If(_BY_TOPIC, topic, NoValue),
        OKActions=If(_BY_TOPIC, topic, NoValue),
    )
