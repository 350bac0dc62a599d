"""Conditions, and how far they are decided without knowing what only AWS knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Applied, Symbol, Text, Value

TRUE: dict[str, Any] = {"Fn::Equals": ["a", "a"]}
FALSE: dict[str, Any] = {"Fn::Equals": ["a", "b"]}
UNDECIDED: dict[str, Any] = {"Fn::Equals": [{"Ref": "Arn"}, "arn:x"]}
ARN = Symbol("Alb/Listener", "Ref")


def scope(condition: Any, others: dict[str, Any] | None = None, **parameters: Value) -> Scope:
    conditions = {"Asked": condition, **(others or {})}
    given = {"Arn": ARN, **parameters}
    return Scope({"Conditions": conditions}, given, Environment("eu-west-1"), name="t.json")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (TRUE, True),
        ({"Fn::Not": [TRUE]}, False),
        ({"Fn::And": [TRUE, FALSE]}, False),
        ({"Fn::And": [TRUE, TRUE]}, True),
        ({"Fn::Or": [FALSE, TRUE]}, True),
        ({"Fn::Or": [FALSE, FALSE]}, False),
        ({"Condition": "Other"}, True),
        ({"Fn::And": [{"Condition": "Other"}, {"Fn::Not": [FALSE]}]}, True),
        ({"Fn::Equals": [80, "80"]}, True),
        ({"Fn::Equals": [True, "true"]}, True),
        ({"Fn::Equals": [["a", 1], ["a", "1"]]}, True),
        ({"Fn::Equals": [["a"], ["a", "b"]]}, False),
        ({"Fn::Equals": [{"a": 1}, {"a": 1}]}, True),
        ({"Fn::Equals": ["a", ["a"]]}, False),
        ({"Fn::Equals": [{"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "eu-west-1a"]}, True),
        ({"Fn::Or": [UNDECIDED, TRUE]}, True),
        ({"Fn::And": [UNDECIDED, FALSE]}, False),
        ({"Fn::And": [{"Condition": "Open"}, FALSE]}, False),
    ],
)
def test_examples(condition: Any, holds: bool) -> None:
    assert scope(condition, {"Other": TRUE, "Open": UNDECIDED}).condition("Asked") is holds


@pytest.mark.parametrize(
    ("value", "literal", "equal"),
    [
        (ARN, "", False),
        (ARN, ARN, True),
        (Symbol("ssm:/zone", "Value"), "", False),
        (Text((ARN, ",", ARN)), "", False),
        (Text(("http://", ARN)), "https://x", False),
        (Text((ARN, ".com")), "x.org", False),
        (Applied("Fn::Join", (",", Symbol("Zone", "NameServers"))), "", False),
        (["a", ARN], ["b", ARN], False),
        (["a", ARN], ["a", ARN], True),
    ],
)
def test_an_unknown_is_decided_where_every_value_decides_alike(value: Value, literal: Value, equal: bool) -> None:
    condition = {"Fn::Equals": [{"Ref": "Left"}, {"Ref": "Right"}]}
    assert scope(condition, Left=value, Right=literal).condition("Asked") is equal
    assert scope(condition, Left=literal, Right=value).condition("Asked") is equal


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (ARN, "arn:x"),
        (ARN, Symbol("Alb/Other", "Ref")),
        (Text(("http", ARN)), "https://x"),
        (Symbol("import:Name", "Value"), ""),
        (Applied("find", (Text(("import:", ARN)),)), ""),
        (Applied("Fn::Select", (1, Applied("Fn::Split", ("/", ARN)))), ""),
    ],
)
def test_what_stays_open_is_refused_by_name(value: Value, literal: Value) -> None:
    condition = {"Fn::Equals": [{"Ref": "Left"}, {"Ref": "Right"}]}
    with pytest.raises(ResolveError, match=r"depends on \$\{[^}]+\}, which only AWS knows") as raised:
        scope(condition, Left=value, Right=literal).condition("Asked")
    assert raised.value.path == "Conditions.Asked"


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"Condition": "Nowhere"}, "there is no condition 'Nowhere'"),
        ({"Condition": "Asked"}, "Circular conditions: Asked -> Asked"),
        ({"Fn::Not": [{"Condition": "Other"}]}, "Circular conditions: Asked -> Other -> Asked"),
        ({"Fn::And": [TRUE]}, "Fn::And takes 2 to 10 conditions"),
        ({"Fn::Or": [TRUE] * 11}, "Fn::Or takes 2 to 10 conditions"),
        ({"Fn::Not": TRUE}, "Fn::Not takes one condition"),
        ({"Fn::Equals": ["a"]}, "Fn::Equals takes two values"),
        ({"Fn::Contains": [["a"], "a"]}, "Fn::Contains is not a condition function"),
        ("true", "is not a condition"),
    ],
)
def test_refusals(condition: Any, reason: str) -> None:
    with pytest.raises(ResolveError, match=reason):
        scope(condition, {"Other": {"Condition": "Asked"}}).condition("Asked")


def test_all_conditions_are_decided(scope_of: Callable[..., Scope]) -> None:
    assert scope_of().conditions() == {"Always": True, "Never": False}
