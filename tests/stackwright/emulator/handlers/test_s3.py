"""Buckets and their policies: created, read back through boto3, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest

TAGS = [{"Key": "Project", "Value": "stackwright"}]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "arn:aws:s3:::bucket/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}
BUCKET = {
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": "true",
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": "true",
        "RestrictPublicBuckets": "true",
    },
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}
        ]
    },
    "VersioningConfiguration": {"Status": "Enabled"},
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": "expire",
                "Status": "Enabled",
                "ExpirationInDays": "90",
                "NoncurrentVersionExpiration": {"NoncurrentDays": "30"},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": "60"}],
            }
        ]
    },
    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": "true"}},
    "Tags": TAGS,
}


def read(operation: str, found: str) -> tuple[Any, ...]:
    return ("s3", operation, {"Bucket": "@"}, found)


SETTINGS: list[tuple[str, str, Any]] = [
    ("get_bucket_ownership_controls", "OwnershipControls.Rules[0].ObjectOwnership", None),
    ("get_public_access_block", "PublicAccessBlockConfiguration.RestrictPublicBuckets", True),
    (
        "get_bucket_encryption",
        "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
        "AES256",
    ),
    ("get_bucket_versioning", "Status", "Enabled"),
    ("get_bucket_lifecycle_configuration", "Rules[0].Expiration.Days", 90),
    (
        "get_bucket_lifecycle_configuration",
        "Rules[0].NoncurrentVersionExpiration.NoncurrentDays",
        30,
    ),
    ("get_bucket_lifecycle_configuration", "Rules[0].Transitions[0].Days", 60),
    ("get_bucket_notification_configuration", "EventBridgeConfiguration", {}),
    ("get_bucket_tagging", "TagSet", TAGS),
]


def test_bucket_round_trip(bench: Any) -> None:
    bench.round_trip(
        type="AWS::S3::Bucket",
        properties=BUCKET,
        read=read("get_bucket_tagging", "@"),
        sees={"TagSet": TAGS},
        change={"Tags": [{"Key": "Project", "Value": "other"}], "LifecycleConfiguration": None},
        then={"TagSet[0].Value": "other"},
        attributes=("Arn", "DomainName", "RegionalDomainName", "DualStackDomainName"),
    )


@pytest.mark.parametrize(("operation", "path", "value"), SETTINGS)
def test_bucket_setting(bench: Any, operation: str, path: str, value: Any) -> None:
    bench.make("", "AWS::S3::Bucket", BUCKET)
    wanted = "BucketOwnerEnforced" if value is None else value
    assert bench.read(*read(operation, path)) == wanted


def test_logging_goes_to_the_other_bucket(bench: Any) -> None:
    bench.make("target", "AWS::S3::Bucket", {"AccessControl": "LogDeliveryWrite"})
    logging = {"DestinationBucketName": "@target", "LogFilePrefix": "logs/"}
    bench.make("", "AWS::S3::Bucket", {"LoggingConfiguration": logging})
    found = bench.read(*read("get_bucket_logging", "LoggingEnabled"))
    assert (found["TargetBucket"], found["TargetPrefix"]) == (bench.fill("@target"), "logs/")


def test_bucket_policy_round_trip(bench: Any) -> None:
    bench.round_trip(
        type="AWS::S3::BucketPolicy",
        needs={"bucket": ("AWS::S3::Bucket", {})},
        properties={"Bucket": "@bucket", "PolicyDocument": POLICY},
        read=("s3", "get_bucket_policy", {"Bucket": "@bucket"}, "@"),
        sees={"contains(Policy, 'SecureTransport')": True},
        change={"PolicyDocument": {"Version": "2012-10-17", "Statement": []}},
        then={"contains(Policy, 'SecureTransport')": False},
    )
