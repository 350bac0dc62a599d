"""A user's own task definition and AppSpec in the place of the stack's, checked before AWS is told of either.

Both may have CodePipeline's placeholders ("Amazon ECS and CodeDeploy blue-green deployment action reference"): the
image in the task definition, and the task definition in the AppSpec.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from stackwright.ecs.appspec import AppSpec, BadAppSpec, parse
from stackwright.ecs.fargate import has_size
from stackwright.errors import BadInput
from stackwright.revision import TOLD

if TYPE_CHECKING:
    from stackwright.aws import Aws

IMAGE_PLACEHOLDER = "<IMAGE1_NAME>"
DEFINITION_PLACEHOLDER = "<TASK_DEFINITION>"
# The lists whose order says nothing, and which ECS may tell in another one: "TaskDefinition" and "ContainerDefinition",
# Amazon ECS API Reference. That of commands, DNS servers and environment files counts.
_SETS = frozenset(
    {
        "add",
        "dependsOn",
        "drop",
        "environment",
        "mountPoints",
        "portMappings",
        "requiresCompatibilities",
        "secretOptions",
        "secrets",
        "systemControls",
        "tags",
        "tmpfs",
        "ulimits",
        "volumes",
    }
)


def described(aws: Aws, definition: str) -> dict[str, Any]:
    """Return what RegisterTaskDefinition takes of a revision that ECS has, with the tags that are not AWS's own.

    Of two revisions that say the same it is the same: variables, secrets and the like are sorted.
    """
    found = aws.call("ecs", "describe_task_definition", taskDefinition=definition, include=["TAGS"])
    tags = [each for each in found.get("tags", []) if not each["key"].startswith("aws:")]
    kept = {name: value for name, value in found["taskDefinition"].items() if name not in TOLD}
    return dict(_in_order({**kept, "tags": tags}))


def _in_order(told: Any, member: str = "") -> Any:
    if isinstance(told, dict):
        return {name: _in_order(value, name) for name, value in told.items()}
    if not isinstance(told, list):
        return told
    found = [_in_order(each) for each in told]
    return sorted(found, key=partial(json.dumps, sort_keys=True)) if member in _SETS else found


def own_definition(text: str, *, image: str, family: str) -> dict[str, Any]:
    """Return what RegisterTaskDefinition takes, of the JSON that `describe-task-definition` prints too.

    `family` is the name of one that has none. Raises BadInput for what could not run on Fargate.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise BadInput(f"--task-definition: no JSON: {error}") from error
    content = content.get("taskDefinition", content) if isinstance(content, dict) else content
    if not isinstance(content, dict) or not _containers(content):
        raise BadInput("--task-definition: it is an object with containerDefinitions, a list of objects")
    given = {"family": family, **{name: value for name, value in content.items() if name not in TOLD}}
    _check_fargate(given)
    for container in given["containerDefinitions"]:
        container["image"] = _image(container, image)
    return given


def _containers(content: Mapping[str, Any]) -> bool:
    found = content.get("containerDefinitions")
    return (
        isinstance(found, list) and bool(found) and all(isinstance(each, dict) and each.get("name") for each in found)
    )


def _check_fargate(given: Mapping[str, Any]) -> None:
    # "Task definition parameters for Fargate", Amazon ECS Developer Guide.
    if given.get("networkMode") != "awsvpc" or "FARGATE" not in given.get("requiresCompatibilities", []):
        raise BadInput("--task-definition: on Fargate networkMode is awsvpc and requiresCompatibilities has FARGATE")
    cpu, memory = str(given.get("cpu", "")), str(given.get("memory", ""))
    if not (cpu.isdecimal() and memory.isdecimal() and has_size(int(cpu), int(memory))):
        raise BadInput(f"--task-definition: Fargate has no task of cpu {cpu!r} and memory {memory!r}")


def _image(container: Mapping[str, Any], image: str) -> str:
    named = str(container.get("image", ""))
    if named == IMAGE_PLACEHOLDER and not image:
        raise BadInput(f"--task-definition: its image is {IMAGE_PLACEHOLDER}: give one with --image")
    if not named:
        raise BadInput(f"--task-definition: container {container['name']} has no image")
    return image if named == IMAGE_PLACEHOLDER else named


def own_appspec(text: str, *, definition: str) -> AppSpec:
    """Return an own AppSpec with the task definition in the place that is held for it; raises BadInput."""
    try:
        return parse(text.replace(DEFINITION_PLACEHOLDER, definition))
    except BadAppSpec as error:
        raise BadInput(f"--appspec: {error}") from error


def check_reached(spec: AppSpec, definition: Mapping[str, Any], *, port: int) -> None:
    """Refuse a revision whose container is not there, or not reached: the tasks admit one port."""
    containers = {each["name"]: each for each in definition["containerDefinitions"]}
    if spec.container not in containers:
        known = ", ".join(containers)
        raise BadInput(f"traffic goes to container {spec.container}, and the task definition has {known}")
    mapped = [each.get("containerPort") for each in containers[spec.container].get("portMappings", [])]
    if spec.port not in mapped or spec.port != port:
        raise BadInput(f"traffic goes to port {port} of container {spec.container}: map it there, and name no other")
