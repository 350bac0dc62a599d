"""Trees of stacks become one flat graph."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import Symbol, Text, Value

ONE, TWO = Symbol("Vpc/One", "Ref"), Symbol("Vpc/Two", "Ref")


def stack(url: str, **parameters: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url, "Parameters": parameters},
    }


VPC = {
    "Parameters": {"Range": {"Type": "String"}, "Third": {"Type": "String", "Default": "no"}},
    "Conditions": {"Three": {"Fn::Equals": [{"Ref": "Third"}, "yes"]}},
    "Resources": {
        "One": {"Type": "AWS::EC2::Subnet", "Properties": {"CidrBlock": {"Ref": "Range"}}},
        "Two": {"Type": "AWS::EC2::Subnet", "DeletionPolicy": "Retain"},
        "Three": {"Type": "AWS::EC2::Subnet", "Condition": "Three"},
    },
    "Outputs": {
        "SubnetIds": {
            "Value": {
                "Fn::Join": [
                    ",",
                    [
                        {"Ref": "One"},
                        {"Ref": "Two"},
                        {"Fn::If": ["Three", {"Ref": "Three"}, {"Ref": "AWS::NoValue"}]},
                    ],
                ]
            }
        },
        "ThirdId": {"Value": {"Fn::If": ["Three", {"Ref": "Three"}, ""]}},
    },
}
SERVICE = {
    "Parameters": {
        "SubnetIds": {"Type": "List<AWS::EC2::Subnet::Id>"},
        "ThirdId": {"Type": "String"},
    },
    "Conditions": {"HasThird": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ThirdId"}, ""]}]}},
    "Resources": {
        "Logs": stack("nested/logs.json", Prefix={"Ref": "AWS::StackName"}),
        "Service": {
            "Type": "AWS::ECS::Service",
            "Condition": "Always",
            "Metadata": {"Stack": {"Ref": "AWS::StackId"}},
            "Properties": {
                "Subnets": {"Ref": "SubnetIds"},
                "First": {"Fn::Select": [0, {"Ref": "SubnetIds"}]},
                "HasThird": {"Fn::If": ["HasThird", True, False]},
                "Group": {"Fn::GetAtt": "Logs.Outputs.Group"},
            },
        },
    },
}
SERVICE["Conditions"]["Always"] = {"Fn::Equals": [1, 1]}
LOGS = {
    "Parameters": {"Prefix": {"Type": "String"}},
    "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"Name": {"Ref": "Prefix"}}}},
    "Outputs": {"Group": {"Value": {"Ref": "Group"}}},
}
NESTED = {"nested/vpc.json": VPC, "nested/service.json": SERVICE, "nested/logs.json": LOGS}
ROOT = {
    "Parameters": {"Range": {"Type": "String"}, "Third": {"Type": "String", "Default": "no"}},
    "Resources": {
        "Api": stack(
            "nested/service.json",
            SubnetIds={"Fn::GetAtt": "Vpc.Outputs.SubnetIds"},
            ThirdId={"Fn::GetAtt": ["Vpc", "Outputs.ThirdId"]},
        ),
        "Vpc": stack("nested/vpc.json", Range={"Ref": "Range"}, Third={"Ref": "Third"}),
    },
    "Outputs": {"SubnetIds": {"Value": {"Fn::GetAtt": "Vpc.Outputs.SubnetIds"}}},
}


def graph(root: Any = ROOT, nested: Any = NESTED, **parameters: str) -> Graph:
    given = {"Range": "10.0.0.0/24", **parameters} if root is ROOT else parameters
    return resolve(root, nested, given, region="eu-west-1", stack_name="web-dev")


def test_resources_of_all_depths_are_flat_and_in_order() -> None:
    assert list(graph().resources) == [
        "Vpc",
        "Vpc/One",
        "Vpc/Two",
        "Api",
        "Api/Logs",
        "Api/Logs/Group",
        "Api/Service",
    ]


def test_symbols_survive_outputs_joins_parameters_and_splits() -> None:
    service = graph().resources["Api/Service"]
    assert service.properties["Subnets"] == [ONE, TWO]
    assert service.properties["First"] == ONE
    assert service.properties["Group"] == Symbol("Api/Logs/Group", "Ref")
    assert graph().outputs == {"SubnetIds": Text((ONE, ",", TWO))}


@pytest.mark.parametrize(("third", "present"), [("no", False), ("yes", True)])
def test_an_output_wired_to_nothing_decides_the_condition_that_reads_it(third: str, present: bool) -> None:
    resources = graph(Third=third).resources
    assert ("Vpc/Three" in resources) is present
    assert resources["Api/Service"].properties["HasThird"] is present


def test_order_comes_from_outputs() -> None:
    resources = graph().resources
    assert resources["Api"].depends_on == ("Vpc", "Vpc/One", "Vpc/Two")
    assert resources["Api/Service"].depends_on == ("Api/Logs", "Api/Logs/Group", "Vpc/One", "Vpc/Two")
    assert resources["Vpc/One"].depends_on == ()


def test_a_nested_stack_has_a_name_and_an_id_of_its_own() -> None:
    resources = graph().resources
    service = resources["Api/Service"]
    assert service.attributes == {"Metadata": {"Stack": Symbol("Api", "Ref")}}
    name = resources["Api/Logs/Group"].properties["Name"]
    assert name == Text(("web-dev-Api-", Symbol("Api", "Suffix")))


def test_json_has_symbols_in_braces_and_is_the_same_every_time() -> None:
    document = graph().to_json()
    assert document["Resources"]["Api/Service"]["Properties"]["Subnets"] == [
        "${Vpc/One.Ref}",
        "${Vpc/Two.Ref}",
    ]
    assert document["Resources"]["Vpc/Two"] == {
        "Type": "AWS::EC2::Subnet",
        "DeletionPolicy": "Retain",
    }
    assert document["Resources"]["Api/Service"]["Condition"] == "Always"
    assert document["Outputs"] == {"SubnetIds": "${Vpc/One.Ref},${Vpc/Two.Ref}"}
    assert json.dumps(document) == json.dumps(graph().to_json())


def test_an_environment_answers_for_symbols_and_zones() -> None:
    class Known(Environment):
        def lookup(self, symbol: Symbol) -> Value:
            return "subnet-1" if symbol == ONE else symbol

        def zones(self, region: str) -> list[str]:
            return [f"{region}z"]

    root = {
        **ROOT,
        "Outputs": {
            "Zone": {"Value": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}},
            **ROOT["Outputs"],
        },
    }
    given = {"Range": "10.0.0.0/24"}
    found = resolve(root, NESTED, given, region="eu-west-1", stack_name="x", environment=Known("eu-west-1"))
    assert found.outputs == {"Zone": "eu-west-1z", "SubnetIds": Text(("subnet-1,", TWO))}


def root_of(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        (
            root_of(Logs=stack("nested/none.json")),
            "root.json: Resources.Logs.Properties.TemplateURL: there is no nested template nested/none.json",
        ),
        (
            root_of(Logs=stack("nested/logs.json", Other="x")),
            "Logs (nested/logs.json): Parameters: Other: the template has no such parameter; "
            "Prefix: has no default and must have a value",
        ),
        (
            root_of(Logs=stack("nested/logs.json", Prefix=["a"])),
            "Logs (nested/logs.json): Parameters: Prefix: needs a string, not a list (a list travels joined by commas)",
        ),
        (
            root_of(
                Logs=stack("nested/logs.json", Prefix="x"),
                Topic={
                    "Type": "AWS::SNS::Topic",
                    "Properties": {"Name": {"Fn::GetAtt": "Logs.Outputs.Nothing"}},
                },
            ),
            "root.json: Resources.Topic.Properties.Name.Fn::GetAtt: nested stack Logs has no output Nothing",
        ),
        (
            root_of(Loop=stack("nested/loop.json")),
            "Loop (nested/loop.json): Resources.Again.Properties.TemplateURL: nested/loop.json contains itself",
        ),
        (
            {
                "Rules": {
                    "Never": {"Assertions": [{"Assert": {"Fn::Equals": ["a", "b"]}, "AssertDescription": "Not so."}]}
                }
            },
            "root.json: Rules: Never: Not so.",
        ),
        (
            {"Conditions": {"Unused": {"Condition": "Unused"}}},
            "root.json: Conditions.Unused: Circular conditions: Unused -> Unused",
        ),
    ],
)
def test_refusals(root: dict[str, Any], reason: str) -> None:
    nested = {**NESTED, "nested/loop.json": root_of(Again=stack("nested/loop.json"))}
    with pytest.raises(ResolveError) as raised:
        graph(root, nested)
    assert str(raised.value) == reason
    assert raised.value.exit_status == 2


def test_the_import_is_light() -> None:
    heavy = "{'boto3', 'botocore', 'cfnlint', 'moto', 'troposphere'}"
    code = f"import sys, stackwright.resolve.nested; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
