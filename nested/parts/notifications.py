"""Notifications: the topic that alarms, events and budgets tell, and the key that lets them.

Alarms that send to a topic under the key AWS keeps for SNS vanish without a word, because its policy admits no other
service. So the key is the stack's own: who may publish may use the key, and nobody else ("Managing Amazon SNS
encryption keys and costs", Amazon SNS Developer Guide).
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, GetAtt, Not, Ref, Sub, Tags, Template
from troposphere.kms import Key
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from nested import inputs
from nested.parts.permissions import Statement, allow, policy

_CONDITION = "HasEmail"


def add_to(t: Template) -> None:
    """Add the topic, its key and the optional subscription; the template needs AlarmEmail and the identity."""
    t.add_condition(_CONDITION, Not(Equals(Ref(inputs.ALARM_EMAIL.name), "")))
    t.add_resource([_key(), _topic(), _topic_policy(), _subscription()])


def _key() -> Key:
    """Return the key. It goes with the stack: nothing that stays is encrypted with it, only messages on their way."""
    return Key(
        "NotificationKey",
        Description=Sub("Notifications of ${ProjectName} in ${EnvironmentName}"),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        EnableKeyRotation=True,
        KeyPolicy=policy(_administration(), *_use()),
        Tags=Tags(Project=Ref(inputs.PROJECT_NAME.name), Environment=Ref(inputs.ENVIRONMENT_NAME.name)),
    )


def _administration() -> Statement:
    """Leave it to the account's IAM policies who administers the key; without this nobody could, not even to delete."""
    root = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    return {"Sid": "Administration", "Principal": root} | allow("kms:*", "*")


def _use() -> list[Statement]:
    uses = ["kms:Decrypt", "kms:GenerateDataKey*"]
    # Deliveries of EventBridge to an encrypted topic carry no source, so a condition on one would lose them all.
    return [
        {"Sid": "Alarms", "Principal": _service("cloudwatch")} | allow(uses, "*", when=_own_account()),
        {"Sid": "Events", "Principal": _service("events")} | allow(uses, "*"),
        {"Sid": "Budgets", "Principal": _service("budgets")} | allow(uses, "*", when=_own_account()),
    ]


def _topic() -> Topic:
    return Topic(
        "Notifications",
        DisplayName=Sub("${ProjectName} ${EnvironmentName}"),
        KmsMasterKeyId=GetAtt("NotificationKey", "Arn"),
    )


def _topic_policy() -> TopicPolicy:
    return TopicPolicy(
        "NotificationsPolicy",
        Topics=[Ref("Notifications")],
        PolicyDocument=policy(
            {"Sid": "Alarms", "Principal": _service("cloudwatch")} | _publish(when=_own_account()),
            # "Using resource-based policies for Amazon EventBridge": its statement for topics has no condition.
            {"Sid": "Events", "Principal": _service("events")} | _publish(),
            {"Sid": "Budgets", "Principal": _service("budgets")} | _publish(when=_own_account()),
        ),
    )


def _publish(when: dict[str, Any] | None = None) -> Statement:
    return allow("sns:Publish", Ref("Notifications"), when=when)


def _subscription() -> SubscriptionResource:
    return SubscriptionResource(
        "EmailSubscription",
        Condition=_CONDITION,
        TopicArn=Ref("Notifications"),
        Protocol="email",
        Endpoint=Ref(inputs.ALARM_EMAIL.name),
    )


def _service(name: str) -> dict[str, str]:
    return {"Service": f"{name}.amazonaws.com"}


def _own_account() -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
