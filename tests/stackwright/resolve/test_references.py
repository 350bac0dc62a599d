"""Ref, Fn::GetAtt, Fn::Sub, Fn::If and the pseudo parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import Refusal, ResolveError
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Symbol, Text

Evaluate = Callable[..., Any]

VPC = Symbol("Vpc", "Ref")
PARAMETERS = {
    "Name": {"Type": "String", "Default": "web"},
    "Ports": {"Type": "List<Number>", "Default": "80, 443"},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Ref": "Name"}, "web"),
        ({"Ref": "Ports"}, ["80", "443"]),
        ({"Ref": "Vpc"}, VPC),
        ({"Fn::GetAtt": "Vpc.CidrBlock"}, Symbol("Vpc", "CidrBlock")),
        ({"Fn::GetAtt": ["Vpc", "CidrBlock"]}, Symbol("Vpc", "CidrBlock")),
        ({"Fn::GetAtt": "Zone.Endpoint.Address"}, Symbol("Zone", "Endpoint.Address")),
        ({"Fn::GetAtt": ["Zone", {"Ref": "Name"}]}, Symbol("Zone", "web")),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Ref": "AWS::StackName"}, "web-dev"),
        ({"Ref": "AWS::StackId"}, Symbol("AWS", "StackId")),
        ({"Ref": "AWS::Partition"}, "aws"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
        ({"Ref": "AWS::NotificationARNs"}, []),
        ({"Ref": "AWS::NoValue"}, None),
        ({"Fn::Sub": "${Name}-${AWS::Region}"}, "web-eu-west-1"),
        ({"Fn::Sub": "${!Name} $Name ${Name}"}, "${Name} $Name web"),
        ({"Fn::Sub": "${Vpc}/${Zone.Id}"}, Text((VPC, "/", Symbol("Zone", "Id")))),
        ({"Fn::Sub": "${Vpc}"}, VPC),
        ({"Fn::Sub": ["${Name}${A}", {"Name": 1, "A": {"Ref": "Vpc"}}]}, Text(("1", VPC))),
        ({"Fn::Sub": ["${A}", {"A": True}]}, "true"),
        ({"Fn::If": ["Always", "yes", {"Ref": "Nowhere"}]}, "yes"),
        ({"Fn::If": ["Never", {"Ref": "Left"}, "no"]}, "no"),
        ([1, {"Fn::If": ["Always", {"Ref": "AWS::NoValue"}, 2]}], [1]),
        ({"a": {"Fn::If": ["Always", {"Ref": "AWS::NoValue"}, 2]}, "b": 1}, {"b": 1}),
        ({"Fn::If": ["Always", {"c": {"Ref": "AWS::NoValue"}}, 2]}, {}),
        ({"Ref": "Name", "Other": 1}, {"Ref": "Name", "Other": 1}),
    ],
)
def test_examples(evaluate: Evaluate, expression: Any, value: Any) -> None:
    assert evaluate(expression, Parameters=PARAMETERS) == value


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ({"Ref": "Nowhere"}, "Nowhere is neither a parameter nor a resource"),
        ({"Ref": "Left"}, "Left is left out by its condition Never"),
        ({"Ref": ["Vpc"]}, "takes a name"),
        ({"Fn::GetAtt": "Vpc"}, "takes a logical id and an attribute"),
        ({"Fn::GetAtt": ["Name", "Arn"]}, "Name is neither a parameter nor a resource"),
        ({"Fn::GetAtt": ["Vpc", {"Ref": "Zone"}]}, r"the attribute depends on \$\{Zone.Ref\}"),
        ({"Fn::Sub": "${Nowhere}"}, "Nowhere is neither"),
        ({"Fn::Sub": "${Left.Arn}"}, "Left is left out"),
        ({"Fn::Sub": "${Ports}"}, r"\$\{Ports\} needs a string, not a list"),
        ({"Fn::Sub": "${a b}"}, r"has a variable \$\{a b\} that is no name"),
        ({"Fn::Sub": ["${a}"]}, "takes a string, or a string and a map"),
        ({"Fn::If": ["Nowhere", 1, 2]}, "there is no condition 'Nowhere'"),
        ({"Fn::If": ["Always", 1]}, "takes a condition's name and two values"),
    ],
)
def test_refusals(evaluate: Evaluate, expression: Any, reason: str) -> None:
    with pytest.raises(ResolveError, match=reason):
        evaluate(expression, Parameters=PARAMETERS)


def test_symbols_carry_the_path_of_the_stack(scope_of: Callable[..., Scope]) -> None:
    scope = scope_of(path="Service/Network")
    assert scope.evaluate({"Ref": "Vpc"}, at="") == Symbol("Service/Network/Vpc", "Ref")


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("sa-east-1", "aws", "amazonaws.com"),
    ],
)
def test_partitions(region: str, partition: str, suffix: str) -> None:
    assert (Environment(region).partition, Environment(region).url_suffix) == (partition, suffix)


def test_what_the_environment_refuses_gets_its_place(scope_of: Callable[..., Scope]) -> None:
    class Strict(Environment):
        def lookup(self, symbol: Symbol) -> Any:
            raise Refusal(f"{symbol.name} does not exist")

    scope = scope_of(environment=Strict("eu-west-1"))
    with pytest.raises(ResolveError, match=r"Here\.Ref: Vpc\.Ref does not exist"):
        scope.evaluate({"Ref": "Vpc"}, at="Here")


WORDS = st.text(st.characters(exclude_characters="$"))


@given(st.lists(st.tuples(WORDS, st.sampled_from(["A", "B", "AWS::Region", "!Kept"]))), WORDS, WORDS)
def test_sub_replaces_each_variable_in_its_place(pairs: Any, first: str, second: str) -> None:
    scope = Scope({}, {"A": first}, Environment("eu-west-1"))
    template = "".join(f"{word}${{{name}}}" for word, name in pairs)
    values = {"A": first, "B": second, "AWS::Region": "eu-west-1", "!Kept": "${Kept}"}
    expected = "".join(word + values[name] for word, name in pairs)
    assert scope.evaluate({"Fn::Sub": [template, {"B": second}]}, at="") == expected


PLAIN = st.recursive(
    st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=12,
)
GONE = {"Fn::If": ["Never", 1, {"Ref": "AWS::NoValue"}]}
NEVER = {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}


def _sprinkled(value: Any) -> Any:
    """The same value, with AWS::NoValue before every member of every map and list."""
    if isinstance(value, dict):
        return {"gone": GONE, **{key: _sprinkled(item) for key, item in value.items()}}
    if isinstance(value, list):
        return [each for item in value for each in (GONE, _sprinkled(item))]
    return {"Fn::If": ["Never", GONE, value]}


@given(PLAIN)
def test_no_value_leaves_no_trace(value: Any) -> None:
    scope = Scope(NEVER, {}, Environment("eu-west-1"))
    assert scope.evaluate(_sprinkled(value), at="") == value
