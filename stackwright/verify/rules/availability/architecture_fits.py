"""Instances, their machine image and the tasks on them have one processor architecture."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.ecs.instance_types import instance_types
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value, rendered
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.fleet import GROUP, fleet, type_names
from stackwright.verify.launch import launch_data, launches
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE, definition

ARCHITECTURE = "RuntimePlatform.CpuArchitecture"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each machine image that a type of its group cannot boot, and each task that no instance can run."""
    for group in deployment.of(GROUP):
        yield from _boots(deployment.graph, group)
    for service in deployment.of(SERVICE):
        yield from _runs(deployment.graph, service)


def _boots(graph: Graph, group: Resource) -> Iterator[Finding]:
    found = launches(graph, group)
    if len(found) != 1:
        return  # types with launch templates of their own
    prefix, said = launch_data(found[0])
    image = said.get("ImageId")
    wanted = architecture_of(image)
    for name, has in _types(graph, group):
        if wanted and has != wanted:
            problem = f"is a machine image for {wanted}, and {name} has {has} processors"
            yield Finding(
                found[0].path, f"{prefix}ImageId", image, problem, f"take an image for {has}, or another instance type"
            )


def _types(graph: Graph, group: Resource) -> list[tuple[str, str]]:
    known = instance_types()
    return [
        (each, known[each].architecture) for each in type_names(graph, group) if isinstance(each, str) and each in known
    ]


def architecture_of(image: Value) -> str:
    """Return what a machine image is for, where its parameter in SSM says so: X86_64, ARM64, or nothing if not known.

    Of the ECS-optimised images those without a name for it are for x86-64 ("Retrieving Amazon ECS-optimized Linux AMI
    metadata", Amazon ECS Developer Guide).
    """
    name = str(rendered(image))
    if "/aws/service/" not in name:
        return ""
    if "arm64" in name:
        return "ARM64"
    return "X86_64" if "x86_64" in name or "/ecs/optimized-ami/" in name else ""


def _runs(graph: Graph, service: Resource) -> Iterator[Finding]:
    on, task = fleet(graph, service), definition(graph, service)
    wanted = at(task.properties, ARCHITECTURE) if task is not None else None
    if on is None or task is None or not isinstance(wanted, str):
        return
    others = [(name, has) for name, has in _types(graph, on.group) if has != wanted]
    if others:
        name, has = others[0]
        problem = f"{name} of {on.group.path} has {has} processors, and no task of {service.path} is placed there"
        yield Finding(task.path, ARCHITECTURE, wanted, problem, f"set it to {has}, or take another instance type")


RULE = Rule(
    claim="Instance types, machine image and tasks agree on the processor architecture.",
    why="An instance that cannot boot its image, or a task that no instance can run, is capacity on paper only.",
    source="Amazon ECS task definitions for 64-bit ARM workloads (Amazon ECS Developer Guide)",
    about=(GROUP,),
    check=check,
)
