"""No rule stumbles over a template: whatever stands where something else belongs is a finding, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.guarantees import seeded

from stackwright.resolve.symbols import Applied, Symbol, Text
from stackwright.verify.deployment import Deployment
from stackwright.verify.rules import names, rules

UNKNOWN = Symbol("Elsewhere", "Ref")
ODD = (None, "inf", -1, {}, [None], [[]], [{}], UNKNOWN, Text(("a", UNKNOWN)), Applied("Fn::Split", (",", UNKNOWN)))


@pytest.fixture(scope="module")
def deployments() -> list[Deployment]:
    return [seeded(blueprint=each) for each in ("ec2-alb", "account")]


@pytest.mark.parametrize("rule", names())
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_a_rule_takes_anything(rule: str, odd: Any, deployments: list[Deployment]) -> None:
    """One value at a time, at every place of every resource that the rule is about."""
    for deployment in deployments:
        for each in bent(deployment, odd):
            if rules()[rule].applies(each):
                list(rules()[rule].check(each))


def bent(deployment: Deployment, odd: Any) -> Iterator[Deployment]:
    """Yield the deployment with every resource's property of one depth, one after the other, made odd."""
    resources = deployment.graph.resources
    deepest = max(depth(each.properties) for each in resources.values())
    for level in range(deepest):
        graph = {
            path: replace(each, properties=at_level(each.properties, level, odd)) for path, each in resources.items()
        }
        yield replace(deployment, graph=replace(deployment.graph, resources=graph))


def depth(value: Any) -> int:
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, items), default=0)


def at_level(value: Any, level: int, odd: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: odd if not level else at_level(item, level - 1, odd) for key, item in value.items()}
    if isinstance(value, list):
        return [odd if not level else at_level(item, level - 1, odd) for item in value]
    return value
