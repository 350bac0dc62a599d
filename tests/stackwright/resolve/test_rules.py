"""Rules: what they assert, and what only AWS can check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Symbol, Value

PARAMETERS = {
    "Size": {"Type": "String", "Default": "small"},
    "Zones": {"Type": "CommaDelimitedList", "Default": "a,b"},
    "Vpc1": {"Type": "AWS::EC2::VPC::Id", "Default": "vpc-11111111"},
    "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>", "Default": "subnet-11111111,subnet-22222222"},
}
OF_SUBNETS = {"Fn::ValueOf": ["Subnets", "VpcId"]}


class Bound(Environment):
    """Knows in which VPC each subnet is."""

    def lookup(self, symbol: Symbol) -> Value:
        if symbol.attribute != "VpcId":
            return symbol
        return "vpc-11111111" if "subnet-1" in symbol.path else "vpc-22222222"


def rule(assertion: Any, condition: Any = None) -> dict[str, Any]:
    body: dict[str, Any] = {"Assertions": [{"Assert": assertion, "AssertDescription": "Told so."}]}
    return {"Checked": {**body, **({"RuleCondition": condition} if condition else {})}}


HOLD = [
    {"Fn::Equals": [{"Ref": "Size"}, "small"]},
    {"Fn::Not": [{"Fn::Equals": [{"Ref": "Size"}, "large"]}]},
    {"Fn::Contains": [["small", "large"], {"Ref": "Size"}]},
    {"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a", "b", "c"]]},
    {"Fn::EachMemberEquals": [["small", "small"], {"Ref": "Size"}]},
    {"Fn::Contains": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, "vpc-11111111"]},
    {"Fn::Or": [{"Fn::Equals": ["a", "b"]}, {"Fn::Contains": [{"Ref": "Zones"}, "b"]}]},
]
FAIL = [
    {"Fn::Not": [HOLD[0]]},
    {"Fn::Contains": [["medium", "large"], {"Ref": "Size"}]},
    {"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a", "c"]]},
    {"Fn::EachMemberEquals": [{"Ref": "Zones"}, "a"]},
    {"Fn::And": [HOLD[0], {"Fn::Equals": ["a", "b"]}]},
]


@pytest.mark.parametrize("assertion", HOLD)
def test_assertions_that_hold(scope_of: Callable[..., Scope], assertion: Any) -> None:
    scope_of(Parameters=PARAMETERS, Rules=rule(assertion)).check_rules()


@pytest.mark.parametrize("assertion", FAIL)
def test_assertions_that_fail_say_their_description(scope_of: Callable[..., Scope], assertion: Any) -> None:
    with pytest.raises(ResolveError, match=r"nested/web.json: Rules: Checked: Told so\."):
        scope_of(Parameters=PARAMETERS, Rules=rule(assertion)).check_rules()


def test_a_rule_counts_only_under_its_condition(scope_of: Callable[..., Scope]) -> None:
    scope_of(Parameters=PARAMETERS, Rules=rule(FAIL[0], condition=FAIL[1])).check_rules()
    with pytest.raises(ResolveError, match="Told so"):
        scope_of(Parameters=PARAMETERS, Rules=rule(FAIL[0], condition=HOLD[0])).check_rules()


def test_all_failures_come_at_once(scope_of: Callable[..., Scope]) -> None:
    rules = {"One": rule(FAIL[0])["Checked"], "Two": rule(FAIL[1])["Checked"]}
    with pytest.raises(ResolveError, match=r"One: Told so\.; Two: Told so\."):
        scope_of(Parameters=PARAMETERS, Rules=rules).check_rules()


IN_ONE_VPC = [
    {"Fn::EachMemberEquals": [OF_SUBNETS, {"Ref": "Vpc1"}]},
    {
        "Fn::EachMemberIn": [
            {"Fn::ValueOfAll": ["AWS::EC2::Subnet::Id", "VpcId"]},
            {"Fn::RefAll": "AWS::EC2::VPC::Id"},
        ]
    },
]


@pytest.mark.parametrize("assertion", IN_ONE_VPC)
def test_attributes_of_parameters_are_checked_where_they_are_known(
    scope_of: Callable[..., Scope], assertion: Any
) -> None:
    scope_of(Parameters=PARAMETERS, Rules=rule(assertion)).check_rules()
    with pytest.raises(ResolveError, match="Told so"):
        scope_of(Parameters=PARAMETERS, Rules=rule(assertion), environment=Bound("eu-west-1")).check_rules()


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        ({"Fn::Equals": [{"Fn::Join": ["", []]}, ""]}, "Fn::Join: is not a function"),
        ({"Condition": "Always"}, "Condition is not a condition function"),
        ({"Fn::Contains": ["small", "small"]}, "needs a list of strings"),
        ({"Fn::EachMemberIn": [["a"]]}, "Fn::EachMemberIn takes two arguments"),
        ({"Fn::Equals": [{"Fn::ValueOf": ["Nowhere", "VpcId"]}, "a"]}, "Nowhere is not a parameter"),
    ],
)
def test_refusals(scope_of: Callable[..., Scope], assertion: Any, reason: str) -> None:
    with pytest.raises(ResolveError, match=reason):
        scope_of(Parameters=PARAMETERS, Rules=rule(assertion)).check_rules()
