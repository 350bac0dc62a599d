"""A template's resources, their order, its outputs and exports, and dynamic references."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Applied, Symbol, Text, Value, symbols_in

MakeScope = Callable[..., Scope]

RESOURCES = {
    "Service": {
        "Type": "AWS::ECS::Service",
        "DependsOn": ["Rule", "Left"],
        "Properties": {
            "Cluster": {"Ref": "Cluster"},
            "Image": {"Fn::If": ["Never", {"Ref": "Group"}, {"Fn::Sub": "${Repository.Uri}:1"}]},
            "Text": {"Fn::Sub": ["${Group}${!Table}", {"Group": {"Fn::GetAtt": "Logs.Arn"}}]},
        },
    },
    "Rule": {
        "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
        "DependsOn": "Cluster",
        "Metadata": {"Fn::GetAtt": "Repository.Arn"},
    },
    "Left": {"Type": "AWS::SNS::Topic", "Condition": "Never"},
    "Cluster": {"Type": "AWS::ECS::Cluster"},
    "Repository": {"Type": "AWS::ECR::Repository"},
    "Logs": {"Type": "AWS::Logs::LogGroup"},
    "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"Name": {"Ref": "AWS::Region"}}},
}


def test_resources_are_those_whose_condition_holds(scope_of: MakeScope) -> None:
    assert "Left" not in scope_of(Resources=RESOURCES).resources()


def test_dependencies_are_what_the_chosen_branches_name(scope_of: MakeScope) -> None:
    scope = scope_of(Resources=RESOURCES)
    assert scope.dependencies("Service") == {"Rule", "Cluster", "Repository", "Logs"}
    assert scope.dependencies("Rule") == {"Cluster", "Repository"}
    assert scope.dependencies("Group") == set()


def test_the_order_follows_dependencies_and_then_the_template(scope_of: MakeScope) -> None:
    order = scope_of(Resources=RESOURCES).order()
    assert order == ["Cluster", "Repository", "Rule", "Logs", "Service", "Group"]


def test_circles_are_refused(scope_of: MakeScope) -> None:
    resources = {
        "Free": {"Type": "A"},
        "One": {"Type": "A", "Properties": {"X": {"Ref": "Two"}}},
        "Two": {"Type": "A", "DependsOn": "One"},
        "After": {"Type": "A", "DependsOn": "Two"},
    }
    with pytest.raises(ResolveError, match=r"Circular dependency between resources: \[One, Two\]"):
        scope_of(Resources=resources).order()


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"Type": "A", "DependsOn": "Nowhere"}, ".DependsOn: Nowhere is not a resource"),
        ({"Type": "A", "Condition": "Nowhere"}, "has no condition 'Nowhere'"),
        ({"Type": "A", "Properties": {"P": {"Fn::GetAtt": "Vpc"}}}, "takes a logical id and an"),
        ("A", "must be a map"),
    ],
)
def test_malformed_resources_are_refused(scope_of: MakeScope, resource: Any, reason: str) -> None:
    with pytest.raises(ResolveError, match=rf"nested/web\.json: Resources\.X.*{reason}"):
        scope_of(Resources={"X": resource}).order()


def test_a_section_must_be_a_map(scope_of: MakeScope) -> None:
    with pytest.raises(ResolveError, match=r"nested/web\.json: Outputs: must be a map"):
        scope_of(Outputs=[]).outputs()


def test_outputs_are_strings_and_may_be_exported(scope_of: MakeScope) -> None:
    outputs = {
        "Count": {"Value": 2},
        "Id": {"Value": {"Ref": "Vpc"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-id"}}},
        "Gone": {"Value": {"Ref": "Left"}, "Condition": "Never"},
    }
    scope = scope_of(Outputs=outputs)
    assert scope.outputs() == {"Count": "2", "Id": Symbol("Vpc", "Ref")}
    assert scope.exports() == {"Id": "web-dev-id"}


@pytest.mark.parametrize("value", [["a"], {}, {"Ref": "AWS::NoValue"}])
def test_an_output_that_is_no_string_is_refused(scope_of: MakeScope, value: Any) -> None:
    with pytest.raises(ResolveError, match=r"Outputs\.Bad\.Value: needs a string"):
        scope_of(Outputs={"Bad": {"Value": value}}).outputs()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("{{resolve:ssm:/db/name:3}}", Symbol("ssm:/db/name:3", "Value")),
        (
            "user:{{resolve:secretsmanager:Db:SecretString:password}}@",
            Text(("user:", Symbol("secretsmanager:Db:SecretString:password", "Value"), "@")),
        ),
        (
            {"Fn::Join": ["", ["{{resolve:ssm-secure:", "x}}", {"Ref": "Vpc"}]]},
            Text((Symbol("ssm-secure:x", "Value"), Symbol("Vpc", "Ref"))),
        ),
        (["{{resolve:ssm:a}}"], [Symbol("ssm:a", "Value")]),
        ("{{resolve:other:a}}", "{{resolve:other:a}}"),
        ("{{resolve:ssm:a", "{{resolve:ssm:a"),
    ],
)
def test_dynamic_references(scope_of: MakeScope, expression: Any, value: Value) -> None:
    assert scope_of().evaluate(expression, at="") == value


def test_a_reference_with_a_symbol_inside_keeps_the_symbol(scope_of: MakeScope) -> None:
    reference = {"Fn::Sub": "{{resolve:secretsmanager:${Vpc}:SecretString:password}}"}
    value = scope_of().evaluate(reference, at="")
    assert isinstance(value, Applied)
    assert list(symbols_in(value)) == [Symbol("Vpc", "Ref")]


def test_dynamic_references_are_bound_by_the_environment(scope_of: MakeScope) -> None:
    class Bound(Environment):
        def lookup(self, symbol: Symbol) -> Value:
            return {"ssm:/port": "80", "Vpc": "vpc-1", "secretsmanager:vpc-1": "s"}[symbol.path]

    scope = scope_of(environment=Bound("eu-west-1"))
    assert scope.evaluate("port {{resolve:ssm:/port}}", at="") == "port 80"
    assert scope.evaluate({"Fn::Sub": "{{resolve:secretsmanager:${Vpc}}}"}, at="") == "s"
