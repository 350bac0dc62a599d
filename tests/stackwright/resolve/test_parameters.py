"""Parameters: values of every type, and every complaint at once."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.resolve.environment import Environment
from stackwright.resolve.parameters import ParameterError, bind, problems
from stackwright.resolve.symbols import Applied, Symbol, Text, Value

HERE = Environment("eu-west-1")
SUBNETS = [Symbol("Vpc/One", "Ref"), Symbol("Vpc/Two", "Ref")]
JOINED = Text((SUBNETS[0], ",", SUBNETS[1]))


class Bound(Environment):
    """Knows what is in SSM."""

    def lookup(self, symbol: Symbol) -> Value:
        return {"ssm:/image": "ami-12345678", "ssm:/zones": "a, b"}.get(symbol.path, symbol)


def value(declaration: dict[str, Any], given: Value, environment: Environment = HERE) -> Value:
    return bind({"P": declaration}, {"P": given}, environment)["P"]


@pytest.mark.parametrize(
    ("declared", "given", "expected"),
    [
        ("String", "", ""),
        ("Number", "80", "80"),
        ("Number", 80, "80"),
        ("List<Number>", "1, 2.5", ["1", "2.5"]),
        ("CommaDelimitedList", "a , b,c", ["a", "b", "c"]),
        ("CommaDelimitedList", "", [""]),
        ("AWS::EC2::VPC::Id", "vpc-0123456789abcdef0", "vpc-0123456789abcdef0"),
        ("List<AWS::EC2::Subnet::Id>", "subnet-12345678", ["subnet-12345678"]),
        ("AWS::EC2::AvailabilityZone::Name", "us-west-2-lax-1a", "us-west-2-lax-1a"),
        ("AWS::Route53::HostedZone::Id", "Z0123456789ABC", "Z0123456789ABC"),
        ("AWS::SSM::Parameter::Name", "/a/b", "/a/b"),
        ("AWS::EC2::VPC::Id", Symbol("Vpc/Vpc", "Ref"), Symbol("Vpc/Vpc", "Ref")),
        ("List<AWS::EC2::Subnet::Id>", JOINED, SUBNETS),
        ("List<AWS::EC2::Subnet::Id>", SUBNETS[0], [SUBNETS[0]]),
        ("CommaDelimitedList", Text(("a,", SUBNETS[0])), ["a", SUBNETS[0]]),
        ("AWS::SSM::Parameter::Value<String>", "/a", Symbol("ssm:/a", "Value")),
        (
            "AWS::SSM::Parameter::Value<List<String>>",
            "/a",
            Applied("Fn::Split", (",", Symbol("ssm:/a", "Value"))),
        ),
    ],
)
def test_values(declared: str, given: Value, expected: Value) -> None:
    assert value({"Type": declared}, given) == expected


def test_what_is_in_ssm_is_bound() -> None:
    image = {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"}
    assert value(image, "/image", Bound("eu-west-1")) == "ami-12345678"
    zones = {"Type": "AWS::SSM::Parameter::Value<CommaDelimitedList>"}
    assert value(zones, "/zones", Bound("eu-west-1")) == ["a", "b"]


@pytest.mark.parametrize(
    ("declaration", "given", "reason"),
    [
        ({"Type": "Number"}, "eighty", "'eighty' is not of type Number"),
        ({"Type": "Number"}, "", "'' is not of type Number"),
        ({"Type": "Number", "MinValue": 1}, "0", "'0' is below 1"),
        ({"Type": "Number", "MaxValue": "9"}, "10", "'10' is above 9"),
        ({"Type": "List<Number>", "MaxValue": 9}, "1,10", "'10' is above 9"),
        ({"Type": "String", "MinLength": 2}, "a", "'a' has a length below 2"),
        ({"Type": "String", "MaxLength": "1"}, "ab", "'ab' has a length above 1"),
        ({"Type": "String", "AllowedValues": ["a", 1]}, "b", "'b' is not one of a, 1"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "a1", r"'a1' does not match [a-z]+"),
        ({"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]"}, "a,B", "'B' does not match [a-z]"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a"]}, "a,b", "'b' is not one of a"),
        (
            {"Type": "String", "AllowedPattern": "x", "ConstraintDescription": "must be x"},
            "y",
            "'y' does not match x (must be x)",
        ),
        (
            {"Type": "String", "AllowedPattern": "x", "NoEcho": True},
            "secret",
            "its value does not match x",
        ),
        ({"Type": "AWS::EC2::VPC::Id"}, "vpc-1", "'vpc-1' is not of type AWS::EC2::VPC::Id"),
        ({"Type": "AWS::EC2::VPC::Id"}, "", "'' is not of type AWS::EC2::VPC::Id"),
        (
            {"Type": "List<AWS::EC2::Subnet::Id>"},
            "subnet-12345678,x",
            "'x' is not of type AWS::EC2::Subnet::Id",
        ),
        (
            {"Type": "AWS::SSM::Parameter::Value<String>"},
            "a b",
            "'a b' is not the name of an SSM parameter",
        ),
        ({"Type": "Text"}, "a", "the type 'Text' does not exist"),
        ({"Type": "String"}, "x" * 4097, "is longer than 4096 bytes"),
        ({"Type": "String"}, ["a"], "needs a string, not a list (a list travels joined by commas)"),
    ],
)
def test_complaints(declaration: dict[str, Any], given: Value, reason: str) -> None:
    assert [each.reason for each in problems({"P": declaration}, {"P": given})] == [reason]


def test_ssm_constraints_are_the_names_not_the_values() -> None:
    declaration = {"Type": "AWS::SSM::Parameter::Value<Number>", "AllowedPattern": "/prod/.*"}
    assert not problems({"P": declaration}, {"P": "/prod/port"})
    assert problems({"P": declaration}, {"P": "/dev/port"})


def test_a_length_counts_for_strings_not_for_members() -> None:
    assert not problems({"P": {"Type": "CommaDelimitedList", "MinLength": 2}}, {"P": "a,b"})


def test_symbols_pass_every_constraint() -> None:
    declaration = {"Type": "String", "AllowedPattern": "x", "MaxLength": 1}
    assert value(declaration, JOINED) == JOINED


def test_all_problems_come_at_once() -> None:
    declarations = {
        "Given": {"Type": "Number"},
        "Missing": {"Type": "String"},
        "Optional": {"Type": "String", "Default": "a"},
        "Wrong": {"Type": "Number", "Default": "b"},
    }
    with pytest.raises(ParameterError) as raised:
        bind(declarations, {"Given": "x", "Surplus": "y"}, HERE, template="root.json")
    assert [each.parameter for each in raised.value.problems] == [
        "Surplus",
        "Given",
        "Missing",
        "Wrong",
    ]
    assert str(raised.value) == (
        "root.json: Parameters: Surplus: the template has no such parameter; "
        "Given: 'x' is not of type Number; Missing: has no default and must have a value; "
        "Wrong: 'b' is not of type Number"
    )
