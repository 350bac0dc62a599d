"""SQS: queues and their policies. A queue's properties are its attributes, told as text."""

from __future__ import annotations

import json
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import PropertyError, gone_is_fine, text
from stackwright.emulator.handlers.tags import as_map

_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


def _attributes(properties: Properties) -> dict[str, str]:
    unknown = properties.keys() - {*_ATTRIBUTES, "QueueName", "Tags"}
    if unknown:
        raise PropertyError(f"extraneous key [{', '.join(sorted(unknown))}] is not permitted")
    return {name: text(properties[name]) for name in _ATTRIBUTES if name in properties}


def _create(context: Context, properties: Properties) -> str:
    name = properties.get("QueueName", context.generated_name(80))
    members = {"QueueName": name, "Attributes": _attributes(properties), "tags": as_map(properties.get("Tags"))}
    return str(context.client("sqs").create_queue(**members)["QueueUrl"])


def _update(context: Context, url: str, new: Properties, old: Properties) -> None:
    client, now, before = context.client("sqs"), _attributes(new), _attributes(old)
    fresh = {name: value for name, value in now.items() if before.get(name) != value}
    if fresh:
        client.set_queue_attributes(QueueUrl=url, Attributes=fresh)
    tags, gone = as_map(new.get("Tags")), as_map(old.get("Tags")).keys() - as_map(new.get("Tags")).keys()
    if gone:
        client.untag_queue(QueueUrl=url, TagKeys=sorted(gone))
    if tags:
        client.tag_queue(QueueUrl=url, Tags=tags)


def _delete(context: Context, url: str, old: Properties) -> None:
    gone_is_fine(context.client("sqs").delete_queue, QueueUrl=url)


def _names(context: Context, url: str, properties: Properties) -> dict[str, Any]:
    name = url.rpartition("/")[2]
    return {"Arn": f"arn:aws:sqs:{context.region}:{context.account}:{name}", "QueueName": name, "QueueUrl": url}


def _set_policy(context: Context, urls: list[str], document: str) -> None:
    for url in urls:
        context.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})


def _create_policy(context: Context, properties: Properties) -> str:
    _set_policy(context, properties["Queues"], json.dumps(properties["PolicyDocument"]))
    return context.generated_name(80)


def _update_policy(context: Context, _: str, new: Properties, old: Properties) -> None:
    gone_is_fine(_set_policy, context, [each for each in old["Queues"] if each not in new["Queues"]], "")
    _set_policy(context, new["Queues"], json.dumps(new["PolicyDocument"]))


def _delete_policy(context: Context, _: str, old: Properties) -> None:
    gone_is_fine(_set_policy, context, old["Queues"], "")


HANDLERS = {
    "AWS::SQS::Queue": Handler(create=_create, delete=_delete, update=_update, attributes=_names),
    "AWS::SQS::QueuePolicy": Handler(
        create=_create_policy,
        delete=_delete_policy,
        update=_update_policy,
        attributes=lambda _, physical_id, __: {"Id": physical_id},
    ),
}
