"""Deployments for tests of rules: a real blueprint, whole or with a fault seeded, or a few resources alone."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from stackwright.compose import Blueprint
from stackwright.params import Settings, settings
from stackwright.resolve.nested import resolve
from stackwright.verify.deployment import Deployment
from stackwright.verify.examine import AN_IMAGE
from stackwright.verify.rule import Finding
from stackwright.verify.rules import rules
from templates import BLUEPRINTS

ROOT = Path(__file__).parent.parent.parent
STACKS = dict[str, dict[str, Any]]
"""The templates of a blueprint by stack (`service`, `vpc`; the root is `root`), to seed a fault in."""


def seeded(
    seed: Callable[[STACKS], object] = lambda stacks: None,
    *,
    blueprint: str = "ec2-alb",
    environment: str = "prod",
    region: str = "us-east-1",
    own_image: bool = False,
    **parameters: str,
) -> Deployment:
    """Return a blueprint's deployment after `seed` changed its templates, with other parameters where given."""
    made, given = _made(blueprint, environment)
    root, nested = copy.deepcopy(made.root), copy.deepcopy(dict(made.nested))
    seed({"root": root, **{name.removeprefix("nested/").removesuffix(".json"): each for name, each in nested.items()}})
    image = {"Image": AN_IMAGE.format(region=region)} if own_image else {}
    graph = resolve(
        root,
        nested,
        {**given.parameters, **image, **parameters},
        region=region,
        stack_name=f"{blueprint}-{environment}",
    )
    return Deployment(graph, root, nested, given.tags)


def alone(resources: Mapping[str, Any], *, region: str = "us-east-1", **sections: Any) -> Deployment:
    """Return a deployment of one template with these resources."""
    root = {"AWSTemplateFormatVersion": "2010-09-09", **sections, "Resources": dict(resources)}
    graph = resolve(root, {}, {}, region=region, stack_name="alone")
    return Deployment(graph, root, {}, {})


def findings(rule: str, deployment: Deployment) -> list[Finding]:
    """Return what a rule finds; it must be one that applies."""
    assert rules()[rule].applies(deployment), f"{rule} does not apply"
    return list(rules()[rule].check(deployment))


def told(rule: str, deployment: Deployment) -> list[str]:
    """Return resource, property and problem of what a rule finds, and show it to whoever runs with -rP."""
    found = findings(rule, deployment)
    for each in found:
        sys.stdout.write(f"{rule} | {each.resource} {each.property} = {each.value} | {each.problem} | {each.mend}\n")
    return [f"{each.resource} {each.property}: {each.problem}" for each in found]


def resource(stacks: STACKS, path: str) -> dict[str, Any]:
    """Return a resource to change, by its path (`Service/TargetGroup`)."""
    return _resources(stacks)[path]


def _resources(stacks: STACKS) -> dict[str, dict[str, Any]]:
    return dict(_pairs(stacks))


def _pairs(stacks: STACKS) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, each in stacks["root"]["Resources"].items():
        yield logical_id, each
        url = each.get("Properties", {}).get("TemplateURL")
        if isinstance(url, str):
            inside = stacks[url.removeprefix("nested/").removesuffix(".json")]["Resources"]
            yield from ((f"{logical_id}/{name}", inner) for name, inner in inside.items())


@cache
def _made(blueprint: str, environment: str) -> tuple[Blueprint, Settings]:
    made = BLUEPRINTS[blueprint]()
    return made, settings(ROOT / "params" / blueprint / f"{environment}.json", made.root)
