"""Notifications: the topic that alarms, events and budgets tell, and the key that lets them.

Alarms that send to a topic under the key AWS keeps for SNS vanish without a word, because its policy admits no other
service. So the key is the stack's own: who may publish may use the key, and nobody else ("Managing Amazon SNS
encryption keys and costs", Amazon SNS Developer Guide).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from troposphere import GetAtt, Ref, Sub, Tags, Template
from troposphere.kms import Key
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from nested import inputs
from nested.parts.permissions import Statement, allow, policy
from nested.parts.rules import given

Publisher = Literal["cloudwatch", "events", "budgets"]

# Deliveries of EventBridge to an encrypted topic carry no source, so a condition on one would lose them all; its
# statement for topics has none ("Using resource-based policies for Amazon EventBridge").
_WITHOUT_SOURCE = "events"

_CONDITION = "HasEmail"


def add_to(t: Template, publishers: Sequence[Publisher]) -> None:
    """Add the topic, its key and the optional subscription; the template needs AlarmEmail and the identity.

    `publishers` are the services that tell it. EventBridge does it for any account's rule, so it is named only where a
    rule of the stack, or of who deploys it, does.
    """
    t.add_condition(_CONDITION, given(inputs.ALARM_EMAIL))
    t.add_resource([_key(publishers), _topic(), _topic_policy(publishers), _subscription()])


def _key(publishers: Sequence[Publisher]) -> Key:
    """Return the key. It goes with the stack: nothing that stays is encrypted with it, only messages on their way."""
    return Key(
        "NotificationKey",
        Description=Sub("Notifications of ${ProjectName} in ${EnvironmentName}"),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        EnableKeyRotation=True,
        KeyPolicy=policy(_administration(), *(_use(each) for each in publishers)),
        Tags=Tags(Project=Ref(inputs.PROJECT_NAME.name), Environment=Ref(inputs.ENVIRONMENT_NAME.name)),
    )


def _administration() -> Statement:
    """Leave it to the account's IAM policies who administers the key; without this nobody could, not even to delete."""
    root = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    return {"Sid": "Administration", "Principal": root} | allow("kms:*", "*")


def _use(publisher: Publisher) -> Statement:
    return _admitted(publisher) | allow(["kms:Decrypt", "kms:GenerateDataKey*"], "*", when=_from(publisher))


def _topic() -> Topic:
    return Topic(
        "Notifications",
        DisplayName=Sub("${ProjectName} ${EnvironmentName}"),
        KmsMasterKeyId=GetAtt("NotificationKey", "Arn"),
    )


def _topic_policy(publishers: Sequence[Publisher]) -> TopicPolicy:
    return TopicPolicy(
        "NotificationsPolicy",
        Topics=[Ref("Notifications")],
        PolicyDocument=policy(*(_publish(each) for each in publishers)),
    )


def _publish(publisher: Publisher) -> Statement:
    return _admitted(publisher) | allow("sns:Publish", Ref("Notifications"), when=_from(publisher))


def _subscription() -> SubscriptionResource:
    return SubscriptionResource(
        "EmailSubscription",
        Condition=_CONDITION,
        TopicArn=Ref("Notifications"),
        Protocol="email",
        Endpoint=Ref(inputs.ALARM_EMAIL.name),
    )


def _admitted(publisher: Publisher) -> Statement:
    return {"Sid": publisher.capitalize(), "Principal": {"Service": f"{publisher}.amazonaws.com"}}


def _from(publisher: Publisher) -> dict[str, Any] | None:
    own = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
    return None if publisher == _WITHOUT_SOURCE else own
