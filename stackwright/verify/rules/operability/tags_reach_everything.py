"""Whoever pays or cleans up finds the tags on what the stack's tags do not reach: tasks, instances, volumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, on
from stackwright.verify.fleet import GROUP
from stackwright.verify.launch import LAUNCH_TEMPLATE
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE

WANTED = ("Project", "Environment")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each service, group and launch template that starts something without these tags."""
    for service in deployment.of(SERVICE):
        value = service.properties.get("PropagateTags")
        if value not in ("SERVICE", "TASK_DEFINITION") and not is_symbolic(value):
            yield Finding(service.path, "PropagateTags", value, "its tasks carry no tags", "set it to SERVICE")
    for group in deployment.of(GROUP):
        yield from _missing(group, "Tags", [each for each in _tags(group) if on(at(each, "PropagateAtLaunch"))])
    for template in deployment.of(LAUNCH_TEMPLATE):
        specifications = listed(at(template.properties, "LaunchTemplateData.TagSpecifications"))
        tags = [listed(at(each, "Tags")) for each in specifications if at(each, "ResourceType") == "volume"]
        yield from _missing(template, "TagSpecifications.volume", tags[0] if tags else [])


def _tags(group: Resource) -> list[Any]:
    return listed(group.properties.get("Tags"))


def _missing(resource: Resource, place: str, tags: list[Any]) -> Iterator[Finding]:
    there = {str(at(each, "Key")) for each in tags}
    lacking = [key for key in WANTED if key not in there]
    if lacking:
        problem = f"what it starts has no {' and no '.join(lacking)} tag"
        yield Finding(resource.path, place, sorted(there), problem, f"add {' and '.join(lacking)}")


RULE = Rule(
    claim="Project and Environment tags reach tasks, instances and volumes too.",
    why="A stack's tags end at its resources; what these start is billed and searched for without them.",
    source="Tagging Amazon ECS resources, Tag Auto Scaling groups and instances (Amazon EC2 Auto Scaling)",
    about=(SERVICE, GROUP, LAUNCH_TEMPLATE),
    check=check,
)
