"""Deliveries of logs that AWS services send: from a source to a destination."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Read, Step, handlers
from stackwright.emulator.handlers.tags import Tagging

_S3 = {"S3SuffixPath": "suffixPath", "S3EnableHiveCompatiblePath": "enableHiveCompatiblePath"}

_SOURCE = Mapped(
    service="logs",
    create="put_delivery_source",
    identity="=Name",
    key="name",
    delete="delete_delivery_source",
    read=Read("get_delivery_source", "name", "deliverySource"),
    attributes={"Arn": "arn", "Service": "service", "ResourceArns": "resourceArns"},
    tagging=Tagging(),
    tag_by="arn",
)


def _destination(context: Context, properties: Properties) -> Properties:
    """Where it goes is a member of a member to the API."""
    given = dict(properties)
    if "DestinationResourceArn" in given:
        resource = given.pop("DestinationResourceArn")
        given["DeliveryDestinationConfiguration"] = {"DestinationResourceArn": resource}
    return given


_DESTINATION = Mapped(
    service="logs",
    create="put_delivery_destination",
    identity="=Name",
    key="name",
    delete="delete_delivery_destination",
    prepare=_destination,
    read=Read("get_delivery_destination", "name", "deliveryDestination"),
    attributes={"Arn": "arn", "DeliveryDestinationType": "deliveryDestinationType"},
    tagging=Tagging(),
    tag_by="arn",
)


def _to_s3(properties: Properties) -> Properties:
    """What is S3's stands together to the API."""
    of_s3 = {member: properties[name] for name, member in _S3.items() if name in properties}
    rest = {name: value for name, value in properties.items() if name not in _S3}
    return rest | ({"S3DeliveryConfiguration": of_s3} if of_s3 else {})


def _delivery(context: Context, properties: Properties) -> Properties:
    return _to_s3(properties)


_DELIVERY = Mapped(
    service="logs",
    create="create_delivery",
    identity="delivery.id",
    key="id",
    delete="delete_delivery",
    prepare=_delivery,
    steps=(
        Step(
            "update_delivery_configuration",
            ("FieldDelimiter", "RecordFields", *_S3),
            at_creation=False,
            build=_to_s3,
        ),
    ),
    read=Read("get_delivery", "id", "delivery"),
    attributes={"Arn": "arn", "DeliveryId": "id", "DeliveryDestinationType": "deliveryDestinationType"},
    tagging=Tagging(),
    tag_by="arn",
)

HANDLERS: dict[str, Any] = handlers(
    {
        "AWS::Logs::DeliverySource": _SOURCE,
        "AWS::Logs::DeliveryDestination": _DESTINATION,
        "AWS::Logs::Delivery": _DELIVERY,
    }
)
