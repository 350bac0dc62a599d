"""Deliveries of CloudFront's access logs: their types, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.account_numbers import account_id

from stackwright.emulator.handlers import Context, handler_for

Client = Callable[..., Any]
TAGS = [{"Key": "Project", "Value": "stackwright"}]


@pytest.fixture
def distribution(client: Client) -> str:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origin = {"Id": "app", "DomainName": "a.example.com", "CustomOriginConfig": custom}
    made = client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "app",
                "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            },
        }
    )
    return str(made["Distribution"]["ARN"])


def put_source(client: Client, resource: str, name: str = "cdn", region: str = "us-east-1") -> Any:
    return client("logs", region).put_delivery_source(name=name, resourceArn=resource, logType="ACCESS_LOGS")


def put_destination(client: Client, bucket: str) -> Any:
    to = {"destinationResourceArn": f"arn:aws:s3:::{bucket}"}
    return client("logs").put_delivery_destination(name="cdn", deliveryDestinationConfiguration=to)


def test_a_distribution_sends_from_us_east_1_only(client: Client, distribution: str) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*us-east-1 only"):
        put_source(client, distribution, region="eu-central-1")


def test_a_distribution_is_there_first(client: Client, distribution: str) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        put_source(client, f"{distribution}0")


def test_a_distribution_has_one_source(client: Client, distribution: str) -> None:
    put_source(client, distribution)
    put_source(client, distribution)
    with pytest.raises(ClientError, match="ConflictException"):
        put_source(client, distribution, name="second")


def test_a_bucket_is_there_first(client: Client) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        put_destination(client, "nobody-made-this-bucket")


def test_ends_of_a_delivery_stay(client: Client, distribution: str) -> None:
    logs, bucket = client("logs"), f"logs-{account_id()}"
    client("s3").create_bucket(Bucket=bucket)
    put_source(client, distribution)
    arn = put_destination(client, bucket)["deliveryDestination"]["arn"]
    made = logs.create_delivery(deliverySourceName="cdn", deliveryDestinationArn=arn)["delivery"]
    with pytest.raises(ClientError, match="ConflictException"):
        logs.delete_delivery_source(name="cdn")
    with pytest.raises(ClientError, match="ConflictException"):
        logs.delete_delivery_destination(name="cdn")
    logs.delete_delivery(id=made["id"])
    logs.delete_delivery_source(name="cdn")
    logs.delete_delivery_destination(name="cdn")


def test_the_three_types_make_a_delivery(client: Client, distribution: str) -> None:
    account = distribution.split(":")[4]
    context = Context(account, "us-east-1", "edge-dev", "edge-dev/1", "Thing", client)
    bucket = f"logs-{account_id()}"
    client("s3").create_bucket(Bucket=bucket)
    source, destination, delivery = (
        handler_for(f"AWS::Logs::{kind}") for kind in ("DeliverySource", "DeliveryDestination", "Delivery")
    )
    sends = {"Name": "cdn", "ResourceArn": distribution, "LogType": "ACCESS_LOGS", "Tags": TAGS}
    takes = {"Name": "cdn", "DestinationResourceArn": f"arn:aws:s3:::{bucket}", "OutputFormat": "json", "Tags": TAGS}
    assert source.create(context, sends) == "cdn"
    to = destination.attributes(context, destination.create(context, takes), takes)["Arn"]
    joins = {
        "DeliverySourceName": "cdn",
        "DeliveryDestinationArn": to,
        "RecordFields": ["date", "time"],
        "S3SuffixPath": "{yyyy}",
        "Tags": TAGS,
    }
    number = delivery.create(context, joins)
    assert delivery.update is not None
    delivery.update(context, number, {**joins, "RecordFields": ["date"]}, joins)
    found = client("logs").get_delivery(id=number)["delivery"]
    assert found["recordFields"] == ["date"]
    assert found["s3DeliveryConfiguration"]["suffixPath"] == "{yyyy}"
    for handler, physical_id, old in ((delivery, number, joins), (source, "cdn", sends), (destination, "cdn", takes)):
        assert handler.attributes(context, physical_id, old)["Arn"]
        handler.delete(context, physical_id, old)
        handler.delete(context, physical_id, old)
    assert client("logs").describe_deliveries()["deliveries"] == []
