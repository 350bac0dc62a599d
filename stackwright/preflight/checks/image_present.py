"""Container images in ECR, without which no task starts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError
from stackwright.preflight.asking import items, members, one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.preflight.subject import Subject

REGISTRY = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]+))?"
)
INDEXES = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
]
PLATFORMS = {"X86_64": "amd64", "ARM64": "arm64"}


def _ask(subject: Subject) -> Iterator[Point]:
    images = _images(subject)
    if not images:
        yield moot("the plan runs no image that is known before AWS makes it")
    yield from one_by_one(images, lambda image: present(subject.aws, image, images[image]))


def _images(subject: Subject) -> dict[str, str]:
    """Return the images of the plan's containers, with the architecture they are to run on."""
    found: dict[str, str] = {}
    for task in subject.resources("AWS::ECS::TaskDefinition"):
        architecture = members(task.properties.get("RuntimePlatform")).get("CpuArchitecture", "X86_64")
        for container in map(members, items(task.properties.get("ContainerDefinitions"))):
            if isinstance(container.get("Image"), str):
                found[container["Image"]] = str(architecture)
    return found


def present(aws: Aws, image: str, architecture: str) -> Iterator[Point]:
    """Yield whether an image can be pulled for an architecture."""
    named = REGISTRY.fullmatch(image)
    if named is None:
        yield moot(f"{image} is not in ECR")
        return
    aws = aws.elsewhere(named["region"])
    wanted = {"imageDigest": named["digest"]} if named["digest"] else {"imageTag": named["tag"] or "latest"}
    where = {"registryId": named["account"], "repositoryName": named["repository"], "imageIds": [wanted]}
    try:
        found = aws.call("ecr", "describe_images", **where)["imageDetails"]
    except AwsError as error:
        if error.code not in ("ImageNotFoundException", "RepositoryNotFoundException"):
            raise
        yield fails(f"Image {image} is not there: {error.reason}", mend="push it, or give another with --image")
        return
    platforms = _platforms(aws, where) if found[0].get("imageManifestMediaType") in INDEXES else set()
    if platforms and PLATFORMS.get(architecture, architecture) not in platforms:
        text = f"Image {image} is for {', '.join(sorted(platforms))}, and CpuArchitecture is {architecture}"
        yield fails(text, mend="build it for that architecture too, or change CpuArchitecture")
        return
    yield holds(f"{image}{f', for {architecture}' if platforms else ''}")


def _platforms(aws: Aws, where: dict[str, Any]) -> set[str]:
    """Return the architectures that an index of images has; empty where ECR does not tell."""
    found = aws.call("ecr", "batch_get_image", **where, acceptedMediaTypes=INDEXES)["images"]
    manifests = json.loads(found[0]["imageManifest"]).get("manifests", []) if found else []
    told = {str(each.get("platform", {}).get("architecture", "")) for each in manifests}
    return told - {"", "unknown"}


CHECK = Check(
    number=13,
    name="image-present",
    claim="The registry has the image that the service is to run, for the architecture it is to run on",
    why="ECS starts tasks that cannot pull their image until the circuit breaker ends the deployment",
    source="DescribeImages and BatchGetImage in the Amazon ECR API Reference",
    ask=_ask,
)
