"""Where images lie."""

from __future__ import annotations

from nested.shape import Input

_REGISTRY = "Registry"

RETAINED_IMAGES = Input(
    "RetainedImages",
    "Number",
    _REGISTRY,
    "Images kept",
    "Newest images kept whose tag begins with the environment's name.",
    default="10",
    minimum=1,
    maximum=1000,
    shared=True,
)
REPOSITORY_NAME = Input("RepositoryName", "String", _REGISTRY, "Repository", "Name of the ECR repository.", shared=True)
REPOSITORY_URI = Input(
    "RepositoryUri",
    "String",
    _REGISTRY,
    "Repository URI",
    "What images are tagged with and pushed to.",
    shared=True,
    public=True,
)
REPOSITORY_ARN = Input(
    "RepositoryArn",
    "String",
    _REGISTRY,
    "Repository ARN",
    "The one repository that tasks may pull from.",
    shared=True,
)
REPLICA_REPOSITORY = Input(
    "ReplicaRepository",
    "String",
    _REGISTRY,
    "Repository that is a replica",
    "Name of the repository that replication from another region made in this one, to pull from; empty makes one.",
    default="",
    pattern=r"^$|^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$",
    max_length=256,
    constraint="The name of a repository in this region, or nothing.",
    shared=True,
)
IMAGE_REPLICA_REGION = Input(
    "ImageReplicaRegion",
    "String",
    _REGISTRY,
    "Region of replicas",
    "Another region, whose registry gets a copy of every image that is pushed to the stacks' repositories; or none.",
    default="none",
    pattern=r"^none$|^[a-z]{2}(-[a-z]+)+-\d$",
    constraint="A region other than the stack's own, for example eu-west-1, or none.",
    shared=True,
)
RECEIVES_REPLICAS = Input(
    "ReceivesReplicas",
    "String",
    _REGISTRY,
    "Replicas arrive here",
    "on: repositories that replication makes in this region get immutable tags and expire what is not kept.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
REGISTRY_SCAN_FREQUENCY = Input(
    "RegistryScanFrequency",
    "String",
    _REGISTRY,
    "Scanning again",
    "SCAN_ON_PUSH looks once; CONTINUOUS_SCAN, with ENHANCED alone, again at each new vulnerability.",
    default="SCAN_ON_PUSH",
    allowed=("SCAN_ON_PUSH", "CONTINUOUS_SCAN"),
    shared=True,
)
REGISTRY_SCAN_TYPE = Input(
    "RegistryScanType",
    "String",
    _REGISTRY,
    "Image scanning",
    "BASIC looks for known vulnerabilities at each push; ENHANCED is Amazon Inspector, charged by image.",
    default="BASIC",
    allowed=("BASIC", "ENHANCED"),
    shared=True,
)
