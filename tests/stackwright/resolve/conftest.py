"""Templates of one property, evaluated: what most tests of the evaluator need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from stackwright.resolve.environment import Environment
from stackwright.resolve.parameters import bind
from stackwright.resolve.scope import Scope

RESOURCES = {
    "Vpc": {"Type": "AWS::EC2::VPC"},
    "Zone": {"Type": "AWS::Route53::HostedZone"},
    "Left": {"Type": "AWS::SNS::Topic", "Condition": "Never"},
}
CONDITIONS = {
    "Always": {"Fn::Equals": ["a", "a"]},
    "Never": {"Fn::Equals": ["a", "b"]},
}


@pytest.fixture
def scope_of() -> Callable[..., Scope]:
    """Return a function that makes a scope of a template's sections."""

    def make(
        given: Mapping[str, Any] | None = None,
        *,
        environment: Environment | None = None,
        path: str = "",
        **sections: Any,
    ) -> Scope:
        here = environment or Environment("eu-west-1", stack_name="web-dev")
        template = {"Resources": RESOURCES, **sections}
        template["Conditions"] = {**CONDITIONS, **sections.get("Conditions", {})}
        parameters = bind(template.get("Parameters", {}), given or {}, here)
        return Scope(template, parameters, here, path=path, name="nested/web.json")

    return make


@pytest.fixture
def evaluate(scope_of: Callable[..., Scope]) -> Callable[..., Any]:
    """Return a function that evaluates one expression among such sections."""

    def run(expression: Any, given: Mapping[str, Any] | None = None, **sections: Any) -> Any:
        return scope_of(given, **sections).evaluate(expression, at="Resources.X.Properties.Y")

    return run
