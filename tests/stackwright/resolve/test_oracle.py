"""Our values against those of AWS's own cloudformation-validate, wherever these are concrete."""

from __future__ import annotations

from typing import Any

import pytest
from support.oracle import OPEN, agree, answers, strings, theirs

from stackwright.resolve.environment import Environment
from stackwright.resolve.parameters import bind
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import rendered

TOPIC = {"Type": "AWS::SNS::Topic"}
NO = {"Ref": "AWS::NoValue"}


def template(properties: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        **sections,
        "Resources": {"Asked": {"Type": "AWS::SNS::Topic", "Properties": properties}, "B": TOPIC},
    }


STRINGS = template(
    {
        "Joined": {"Fn::Join": ["-", ["a", {"Ref": "Name"}, "c"]]},
        "Nothing": {"Fn::Join": [",", []]},
        "Split": {"Fn::Split": [",", "a,b,,c"]},
        "SplitOnce": {"Fn::Split": [",", ""]},
        "Selected": {"Fn::Select": [1, {"Fn::Split": ["/", "x/y/z"]}]},
        "Substituted": {"Fn::Sub": "${Name} ${!Name} ${AWS::Region} ${AWS::Partition}"},
        "Mapped": {"Fn::Sub": ["${Name}/${Own}", {"Own": {"Fn::Join": ["", ["1", "2"]]}}]},
        "Encoded": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho ${Name} é"}},
        "Deep": [{"In": [{"Fn::Select": [0, {"Ref": "Names"}]}, {"Ref": "Names"}]}],
        "Through": {"Fn::Split": ["|", {"Fn::Join": ["|", {"Ref": "Names"}]}]},
        "Suffix": {"Fn::Sub": "s3.${AWS::URLSuffix}"},
    },
    Parameters={
        "Name": {"Type": "String", "Default": "web"},
        "Names": {"Type": "CommaDelimitedList", "Default": "x, y,z"},
    },
)
NUMBERS = template(
    {
        "Port": {"Ref": "Port"},
        "Ports": {"Ref": "Ports"},
        "Empty": {"Ref": "Empty"},
        "Blocks": {"Fn::Cidr": ["10.1.0.0/16", 5, 12]},
        "Second": {"Fn::Select": [1, {"Fn::Cidr": [{"Ref": "Range"}, 4, "5"]}]},
        "Six": {"Fn::Cidr": ["2600:1f18:1:2300::/56", 3, 64]},
        "Zones": {"Fn::GetAZs": ""},
        "ThirdZone": {"Fn::Select": [2, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]},
        "Mapped": {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, {"Ref": "Size"}]},
        "List": {"Fn::FindInMap": ["Sizes", "us-east-1", "both"]},
    },
    Parameters={
        "Port": {"Type": "Number", "Default": 8080},
        "Ports": {"Type": "List<Number>", "Default": "80, 443"},
        "Empty": {"Type": "CommaDelimitedList", "Default": ""},
        "Range": {"Type": "String", "Default": "192.168.0.0/24"},
        "Size": {"Type": "String", "Default": "small"},
    },
    Mappings={"Sizes": {"us-east-1": {"small": "t3.small", "both": ["a", "b"]}}},
)
CONDITIONAL = template(
    {
        "Chosen": {"Fn::If": ["IsProd", "big", "small"]},
        "Nested": {"Fn::If": ["IsProd", "x", {"Fn::If": ["IsDev", {"Ref": "Stage"}, "z"]}]},
        "Kept": [1, {"Fn::If": ["IsDev", {"Fn::Sub": "${Stage}-2"}, NO]}],
        "Gone": [1, {"Fn::If": ["IsProd", 2, NO]}],
        "Map": {"A": {"Fn::If": ["IsProd", 1, NO]}, "B": {"Fn::If": ["IsBoth", 1, 2]}},
        "Joined": {"Fn::Join": ["-", ["a", {"Fn::If": ["IsProd", "b", "c"]}]]},
    },
    Parameters={"Stage": {"Type": "String", "Default": "dev"}},
    Conditions={
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        "IsBoth": {"Fn::And": [{"Condition": "IsDev"}, {"Fn::Or": [{"Condition": "IsProd"}] * 2}]},
    },
)
EXTENDED = template(
    {
        "Length": {"Fn::Length": {"Fn::Split": [",", "a,b,c"]}},
        "LengthOfEmpty": {"Fn::Length": {"Ref": "Empty"}},
        "Json": {"Fn::ToJsonString": {"a": [1, True, {"Ref": "Name"}], "b": None}},
        "Default": {"Fn::FindInMap": ["M", "none", "none", {"DefaultValue": "d"}]},
    },
    Transform="AWS::LanguageExtensions",
    Parameters={
        "Name": {"Type": "String", "Default": "web"},
        "Empty": {"Type": "CommaDelimitedList", "Default": ""},
    },
    Mappings={"M": {"a": {"b": "c"}}},
)


@pytest.mark.parametrize("document", [STRINGS, NUMBERS, CONDITIONAL, EXTENDED])
def test_concrete_values_agree(document: dict[str, Any]) -> None:
    here = Environment("us-east-1")
    scope = Scope(document, bind(document["Parameters"], {}, here), here)
    found = answers(document)["Asked"]
    concrete = 0
    for name, expression in document["Resources"]["Asked"]["Properties"].items():
        ours = strings(rendered(scope.evaluate(expression, at=name)))
        other = theirs(found[name], scope) if name in found else OPEN
        assert agree(ours, other), f"{name}: {ours!r} is not {other!r}"
        concrete += other is not OPEN
    assert concrete >= len(found) * 3 // 4
