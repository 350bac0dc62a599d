"""Nothing is written to a disk as it is.

Most of AWS encrypts by itself, whatever a template says: S3 (since January 2023), ECR, DynamoDB, log groups, secrets,
parameters, Fargate's disks; SNS stores on encrypted disks. Only what would really lie open is found here: volumes of
EC2, and databases, caches, streams and file systems that ask to be told. Queues are encrypted unless it is turned off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, on
from stackwright.verify.interfaces import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE

QUEUE = "AWS::SQS::Queue"


@dataclass(frozen=True)
class _Switch:
    """A property that turns encryption on, and those whose presence means that it follows something else."""

    name: str
    follows: tuple[str, ...] = ()


# Default off, or none: the types' pages in the CloudFormation Template Reference.
_SWITCHES = {
    "AWS::EC2::Volume": _Switch("Encrypted", ("SnapshotId", "SourceVolumeId")),
    "AWS::EFS::FileSystem": _Switch("Encrypted"),
    "AWS::RDS::DBInstance": _Switch(
        "StorageEncrypted",
        ("DBClusterIdentifier", "DBSnapshotIdentifier", "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"),
    ),
    "AWS::RDS::DBCluster": _Switch(
        "StorageEncrypted", ("SnapshotIdentifier", "SourceDBClusterIdentifier", "GlobalClusterIdentifier")
    ),
    "AWS::DocDB::DBCluster": _Switch("StorageEncrypted", ("SnapshotIdentifier",)),
    "AWS::Neptune::DBCluster": _Switch("StorageEncrypted", ("SnapshotIdentifier", "SourceDBClusterIdentifier")),
    "AWS::OpenSearchService::Domain": _Switch("EncryptionAtRestOptions.Enabled"),
    "AWS::DAX::Cluster": _Switch("SSESpecification.SSEEnabled"),
    "AWS::Kinesis::Stream": _Switch("StreamEncryption.EncryptionType"),
}
CACHE = "AWS::ElastiCache::ReplicationGroup"
_LAUNCHES = (LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE)


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each property by which something is not encrypted."""
    for type_name, switch in _SWITCHES.items():
        for resource in deployment.of(type_name):
            if not any(each in resource.properties for each in switch.follows):
                yield from _off(resource, switch.name, at(resource.properties, switch.name))
    for cache in deployment.of(CACHE):
        if cache.properties.get("Engine", "redis") == "redis":
            yield from _off(cache, "AtRestEncryptionEnabled", cache.properties.get("AtRestEncryptionEnabled"))
    for queue in deployment.of(QUEUE):
        managed = queue.properties.get("SqsManagedSseEnabled", True)
        if "KmsMasterKeyId" not in queue.properties:
            yield from _off(queue, "SqsManagedSseEnabled", managed)
    for launch in deployment.of(*_LAUNCHES):
        yield from _volumes(launch)
    for service in deployment.of(SERVICE):
        for index, each in enumerate(listed(service.properties.get("VolumeConfigurations"))):
            volume = at(each, "ManagedEBSVolume")
            if isinstance(volume, dict) and "SnapshotId" not in volume:
                place = f"VolumeConfigurations.{index}.ManagedEBSVolume.Encrypted"
                yield from _off(service, place, volume.get("Encrypted"))


def _off(resource: Resource, place: str, value: Value) -> Iterator[Finding]:
    if not on(value) and value != "KMS" and not is_symbolic(value):
        problem = "what it stores is not encrypted"
        if value is None:
            problem += ", unless the account has that as its default"
        mend = f"set it to {'KMS' if place.endswith('Type') else 'true'}"
        yield Finding(resource.path, place, value, problem, mend)


def _volumes(launch: Resource) -> Iterator[Finding]:
    """Yield volumes of instances: those that are mapped, and the root's where the image alone decides."""
    inside = launch.properties.get("LaunchTemplateData")
    prefix, given = ("LaunchTemplateData.", inside) if launch.type == LAUNCH_TEMPLATE else ("", launch.properties)
    name = f"{prefix}BlockDeviceMappings"
    mappings = at(given, "BlockDeviceMappings")
    if mappings is None and at(given, "ImageId") is not None and at(given, "LaunchTemplate") is None:
        problem = "the root volume is not encrypted, unless the image is or the account has that as its default"
        yield Finding(launch.path, name, None, problem, "map the root device with Ebs.Encrypted true")
    for index, each in enumerate(listed(mappings)):
        volume = at(each, "Ebs")
        if isinstance(volume, dict) and "SnapshotId" not in volume:
            yield from _off(launch, f"{name}.{index}.Ebs.Encrypted", volume.get("Encrypted"))


RULE = Rule(
    claim="Nothing that is stored is stored unencrypted.",
    why="A disk, a snapshot or a backup that gets into other hands tells them all that is on it.",
    source="Amazon EBS encryption (Amazon EBS User Guide), and the data protection pages of each service",
    about=(*_SWITCHES, CACHE, QUEUE, *_LAUNCHES, SERVICE),
    check=check,
)
