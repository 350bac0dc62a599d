"""SNS: topics, their policies and subscriptions."""

from __future__ import annotations

import json
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import PropertyError, call, gone_is_fine, taken_back, text
from stackwright.emulator.handlers.tags import Tagging, retag

_TAGS = Tagging(key="ResourceArn", tags="Tags", keys="TagKeys")
_TOPIC_ATTRIBUTES = (
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)
_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)


def _attributes(properties: Properties, names: tuple[str, ...]) -> dict[str, str]:
    return {name: text(properties[name]) for name in names if name in properties}


def _check(properties: Properties, *known: str) -> None:
    """Attributes are a map of strings to the API, so their names are checked here."""
    for name in properties:
        if name not in known:
            raise PropertyError(f"Property {name}: unsupported, SNS has no such attribute")


def _create_topic(context: Context, properties: Properties) -> str:
    _check(properties, *_TOPIC_ATTRIBUTES, "TopicName", "Subscription", "Tags")
    suffix = ".fifo" if text(properties.get("FifoTopic", False)) == "true" else ""
    members = {
        "Name": properties.get("TopicName", context.generated_name(256 - len(suffix)) + suffix),
        "Attributes": _attributes(properties, _TOPIC_ATTRIBUTES),
        "Tags": properties.get("Tags", []),
    }
    arn: str = call(context.client("sns"), "create_topic", members)["TopicArn"]
    with taken_back(lambda: _delete_topic(context, arn, properties)):
        for subscription in properties.get("Subscription", []):
            call(context.client("sns"), "subscribe", {"TopicArn": arn, **subscription})
    return arn


def _update_topic(context: Context, arn: str, new: Properties, old: Properties) -> None:
    _check(new, *_TOPIC_ATTRIBUTES, "TopicName", "Subscription", "Tags")
    sns = context.client("sns")
    now, before = (_attributes(each, _TOPIC_ATTRIBUTES) for each in (new, old))
    for name in sorted(now.keys() | before.keys()):
        if now.get(name) != before.get(name):
            value = now.get(name, "")
            sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
    subscribed = old.get("Subscription", [])
    for subscription in new.get("Subscription", []):
        if subscription not in subscribed:
            call(sns, "subscribe", {"TopicArn": arn, **subscription})
    retag(sns, _TAGS, arn, new.get("Tags"), old.get("Tags"))


def _topic_name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _delete_topic(context: Context, arn: str, old: Properties) -> None:
    gone_is_fine(context.client("sns").delete_topic, TopicArn=arn)


def _set_policy(context: Context, topics: list[str], policy: Any) -> None:
    for topic in topics:
        context.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text(policy))


def _create_policy(context: Context, properties: Properties) -> str:
    _set_policy(context, properties["Topics"], properties["PolicyDocument"])
    return context.generated_name(128)


def _update_policy(context: Context, _: str, new: Properties, old: Properties) -> None:
    _delete_policy(context, _, {"Topics": [t for t in old["Topics"] if t not in new["Topics"]]})
    _set_policy(context, new["Topics"], new["PolicyDocument"])


def _delete_policy(context: Context, _: str, old: Properties) -> None:
    """A topic always has a policy: what it falls back to lets its owner alone use it."""
    for topic in old["Topics"]:
        gone_is_fine(_set_policy, context, [topic], _owners_policy(context, topic))


def _owners_policy(context: Context, topic: str) -> str:
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:Publish"],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": context.account}},
    }
    return json.dumps({"Version": "2008-10-17", "Statement": [statement]})


def _subscribe(context: Context, properties: Properties) -> str:
    _check(properties, *_SUBSCRIPTION_ATTRIBUTES, "TopicArn", "Protocol", "Endpoint", "Region")
    members = {
        "TopicArn": properties["TopicArn"],
        "Protocol": properties["Protocol"],
        "Attributes": _attributes(properties, _SUBSCRIPTION_ATTRIBUTES),
        "ReturnSubscriptionArn": True,
    }
    if "Endpoint" in properties:
        members["Endpoint"] = properties["Endpoint"]
    where = (properties["Region"],) if "Region" in properties else ()
    return str(call(context.client("sns", *where), "subscribe", members)["SubscriptionArn"])


def _update_subscription(context: Context, arn: str, new: Properties, old: Properties) -> None:
    now, before = (_attributes(each, _SUBSCRIPTION_ATTRIBUTES) for each in (new, old))
    for name, value in now.items():
        if value != before.get(name):
            context.client("sns").set_subscription_attributes(
                SubscriptionArn=arn, AttributeName=name, AttributeValue=value
            )


def _unsubscribe(context: Context, arn: str, old: Properties) -> None:
    gone_is_fine(context.client("sns").unsubscribe, SubscriptionArn=arn)


HANDLERS = {
    "AWS::SNS::Topic": Handler(
        create=_create_topic,
        delete=_delete_topic,
        update=_update_topic,
        attributes=lambda _, arn, __: {"TopicArn": arn, "TopicName": _topic_name(arn)},
    ),
    "AWS::SNS::TopicPolicy": Handler(
        create=_create_policy,
        delete=_delete_policy,
        update=_update_policy,
        attributes=lambda _, physical_id, __: {"Id": physical_id},
    ),
    "AWS::SNS::Subscription": Handler(
        create=_subscribe,
        delete=_unsubscribe,
        update=_update_subscription,
        attributes=lambda _, arn, __: {"Arn": arn},
    ),
}
