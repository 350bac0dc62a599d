"""Instances with tasks on them are not taken away, and those without can be."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import is_symbolic
from stackwright.verify.deployment import Deployment, at, on
from stackwright.verify.fleet import PROVIDER, group_of, managed
from stackwright.verify.rule import Finding, Rule

PROTECTION = "AutoScalingGroupProvider.ManagedTerminationProtection"
DRAINING = "AutoScalingGroupProvider.ManagedDraining"
SCALING = "AutoScalingGroupProvider.ManagedScaling"
NEW = "NewInstancesProtectedFromScaleIn"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each capacity provider whose protection does not hold, holds for ever, or that drains nothing."""
    for provider in deployment.of(PROVIDER):
        group = group_of(deployment.graph, provider)
        yield from _protected(provider, group)
        yield from _drained(provider)
        if group is not None:
            yield from _kept(group)


def _protected(provider: Resource, group: Resource | None) -> Iterator[Finding]:
    given = at(provider.properties, PROTECTION, "DISABLED")
    if is_symbolic(given):
        return
    protects = given == "ENABLED"
    if protects and not managed(provider):
        problem = "protects nothing without managed scaling"
        yield Finding(provider.path, PROTECTION, given, problem, f"set {SCALING}.Status to ENABLED")
    if group is None or is_symbolic(group.properties.get(NEW)):
        return
    if protects and not on(group.properties.get(NEW)):
        problem = f"is refused while new instances of {group.path} are not protected from scale-in"
        yield Finding(provider.path, PROTECTION, given, problem, f"set {NEW} of {group.path} to true")
    if not protects and on(group.properties.get(NEW)):
        problem = f"is off in {provider.path}, and nobody takes the protection off an instance that has no tasks"
        yield Finding(group.path, NEW, True, problem, f"set it to false, or {PROTECTION} to ENABLED")


def _drained(provider: Resource) -> Iterator[Finding]:
    # On by default: "Configuring Amazon ECS capacity providers to safely shut down instances", Developer Guide.
    if at(provider.properties, DRAINING) == "DISABLED":
        problem = "instances are terminated with their tasks on them"
        yield Finding(provider.path, DRAINING, "DISABLED", problem, f"set {DRAINING} to ENABLED")


def _kept(group: Resource) -> Iterator[Finding]:
    replacing = "AutoScalingReplacingUpdate.WillReplace"
    if on(at(group.attributes, f"UpdatePolicy.{replacing}")):
        problem = "a new launch template replaces the group, which its capacity provider cannot follow"
        mend = "replace instances by AutoScalingInstanceRefresh"
        yield Finding(group.path, f"UpdatePolicy.{replacing}", True, problem, mend)


RULE = Rule(
    claim="No instance is taken away with tasks on it, and none is kept for ever without.",
    why="Scale-in and replacement cut requests off wherever draining and protection are not both set to work together.",
    source="Control the instances Amazon ECS terminates (Amazon ECS Developer Guide)",
    about=(PROVIDER,),
    check=check,
)
