"""What runs changes only when somebody says so: images and machine images are of one version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Text, Value, symbols_in
from stackwright.verify.deployment import Deployment, at, listed
from stackwright.verify.launch import LAUNCH_TEMPLATE
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import TASK_DEFINITION

# The last word of a public SSM parameter that is resolved anew at every deployment.
_MOVING = ("/recommended/image_id", "/recommended", "-default-x86_64", "-default-arm64", "/latest/image_id")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each container image and machine image that may be another one tomorrow."""
    for definition in deployment.of(TASK_DEFINITION):
        for container in listed(definition.properties.get("ContainerDefinitions")):
            yield from _container(definition, container)
    for template in deployment.of(LAUNCH_TEMPLATE):
        image = at(template.properties, "LaunchTemplateData.ImageId")
        for symbol in symbols_in(image):
            if symbol.path.startswith("ssm:") and symbol.path.endswith(_MOVING):
                problem = (
                    "it names another image with every release of AWS, and the next deployment rolls every instance"
                )
                mend = "name the path of one version"
                yield Finding(template.path, "LaunchTemplateData.ImageId", image, problem, mend)


def _container(definition: Resource, container: Any) -> Iterator[Finding]:
    image = at(container, "Image")
    tag = _tag(image)
    if tag in ("", "latest"):
        problem = "a restarted task may run something else than its neighbours"
        mend = "name a digest, or a tag that is never moved"
        yield Finding(definition.path, f"{at(container, 'Name')}.Image", image, problem, mend)


def _tag(image: Value) -> str | None:
    """Return an image's tag, "" where there is none; None for a digest, and where the end is not known."""
    end = image.parts[-1] if isinstance(image, Text) else image
    if not isinstance(end, str):
        # A registry's address alone, with nothing after it, is a whole image name without a tag.
        return "" if str(image).endswith(".RepositoryUri}") else None
    if "@" in end:
        return None
    return end.rpartition("/")[2].partition(":")[2]


RULE = Rule(
    claim="Container and machine images change only when somebody says so.",
    why="A tag or parameter that moves brings a release nobody made, on the day a task happens to restart.",
    source="Best practices for Amazon ECS container images, Retrieving Amazon ECS-optimized Linux AMI metadata",
    about=(TASK_DEFINITION, LAUNCH_TEMPLATE),
    check=check,
)
