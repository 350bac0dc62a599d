from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/encrypted-at-rest"
MAPPINGS = "LaunchTemplateData.BlockDeviceMappings"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_is_encrypted(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


def _template(change: dict[str, Any]) -> Deployment:
    def seed(stacks: STACKS) -> None:
        data = resource(stacks, "Cluster/LaunchTemplate")["Properties"]["LaunchTemplateData"]
        data["BlockDeviceMappings"][0]["Ebs"].update(change)

    return seeded(seed)


@pytest.mark.parametrize("value", [False, "false"])
def test_an_open_volume_is_found(value: object) -> None:
    found = told(RULE, _template({"Encrypted": value}))
    assert found == [f"Cluster/LaunchTemplate {MAPPINGS}.0.Ebs.Encrypted: what it stores is not encrypted"]


def test_a_root_volume_that_the_image_decides_on_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "Cluster/LaunchTemplate")["Properties"]["LaunchTemplateData"]["BlockDeviceMappings"]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"Cluster/LaunchTemplate {MAPPINGS}: the root volume is not encrypted, unless the image is")


def _one(kind: str, **properties: Any) -> Deployment:
    return alone({"It": {"Type": f"AWS::{kind}", "Properties": properties}, "Other": {"Type": "Custom::Data"}})


@pytest.mark.parametrize(
    ("kind", "properties", "place"),
    [
        ("EC2::Volume", {}, "Encrypted"),
        ("EFS::FileSystem", {"Encrypted": "false"}, "Encrypted"),
        ("RDS::DBInstance", {"Engine": "postgres"}, "StorageEncrypted"),
        ("RDS::DBCluster", {"StorageEncrypted": False}, "StorageEncrypted"),
        ("OpenSearchService::Domain", {}, "EncryptionAtRestOptions.Enabled"),
        ("Kinesis::Stream", {}, "StreamEncryption.EncryptionType"),
        ("ElastiCache::ReplicationGroup", {}, "AtRestEncryptionEnabled"),
        ("SQS::Queue", {"SqsManagedSseEnabled": False}, "SqsManagedSseEnabled"),
        ("EC2::Instance", {"ImageId": "ami-1"}, "BlockDeviceMappings"),
        (
            "ECS::Service",
            {"VolumeConfigurations": [{"Name": "a", "ManagedEBSVolume": {"SizeInGiB": 1}}]},
            "VolumeConfigurations.0.ManagedEBSVolume.Encrypted",
        ),
    ],
)
def test_what_asks_to_be_told_is_found(kind: str, properties: dict[str, Any], place: str) -> None:
    (line,) = told(RULE, _one(kind, **properties))
    assert line.startswith(f"It {place}: ")


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("EC2::Volume", {"SnapshotId": "snap-1"}),
        ("EC2::Volume", {"Encrypted": UNKNOWN}),
        ("RDS::DBInstance", {"DBClusterIdentifier": UNKNOWN}),
        ("RDS::DBCluster", {"StorageEncrypted": "true"}),
        ("Kinesis::Stream", {"StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}}),
        ("ElastiCache::ReplicationGroup", {"Engine": "valkey"}),
        ("SQS::Queue", {}),
        ("SQS::Queue", {"SqsManagedSseEnabled": False, "KmsMasterKeyId": "alias/a"}),
        ("EC2::Instance", {"LaunchTemplate": {"LaunchTemplateId": "lt-1"}, "ImageId": "ami-1"}),
        ("EC2::LaunchTemplate", {"LaunchTemplateData": {"InstanceType": "t3.micro"}}),
        ("EC2::LaunchTemplate", {"LaunchTemplateData": UNKNOWN}),
        (
            "EC2::LaunchTemplate",
            {"LaunchTemplateData": {"ImageId": "ami-1", "BlockDeviceMappings": [{"VirtualName": "ephemeral0"}]}},
        ),
        ("ECS::Service", {"VolumeConfigurations": [UNKNOWN, {"ManagedEBSVolume": UNKNOWN}]}),
    ],
)
def test_what_is_encrypted_or_not_known_is_no_finding(kind: str, properties: dict[str, Any]) -> None:
    assert findings(RULE, _one(kind, **properties)) == []


def test_what_aws_encrypts_by_itself_needs_no_word() -> None:
    silent = {
        name.replace(":", ""): {"Type": f"AWS::{name}"}
        for name in ("S3::Bucket", "SNS::Topic", "Logs::LogGroup", "ECR::Repository", "DynamoDB::Table")
    }
    assert findings(RULE, alone({**silent, "Queue": {"Type": "AWS::SQS::Queue"}})) == []
