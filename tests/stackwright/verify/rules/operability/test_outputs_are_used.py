from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, seeded, told

from stackwright.resolve.nested import resolve
from stackwright.verify.deployment import Deployment

RULE = "operability/outputs-are-used"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
def test_ours_are_used_or_described(blueprint: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint)) == []


def test_an_output_nobody_reads_or_describes_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        stacks["vpc"]["Outputs"]["Spare"] = {"Value": "x"}

    problem = "no stack reads it, and nobody is told what it is"
    assert told(RULE, seeded(seed)) == [f"nested/vpc.json Outputs.Spare: {problem}"]


def test_a_description_is_enough() -> None:
    outputs = {"Name": {"Value": "x", "Description": "What to call it"}}
    assert findings(RULE, alone({"Topic": {"Type": "AWS::SNS::Topic"}}, Outputs=outputs)) == []


@pytest.mark.parametrize(
    "read",
    [{"Fn::GetAtt": "Net.Outputs.Id"}, {"Fn::GetAtt": ["Net", "Outputs.Id"]}, {"Fn::Sub": "x-${Net.Outputs.Id}"}],
)
def test_what_is_read_only_under_a_condition_is_read(read: Any) -> None:
    root = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "Net": {
                "Type": "AWS::CloudFormation::Stack",
                "Condition": "Never",
                "Properties": {"TemplateURL": "net.json"},
            },
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"DisplayName": {"Fn::If": ["Never", read, "x"]}},
            },
        },
    }
    nested = {"net.json": {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Id": {"Value": "x"}}}}
    graph = resolve(root, nested, {}, region="us-east-1", stack_name="any")
    assert findings(RULE, Deployment(graph, root, nested, {})) == []


def test_an_export_is_for_stacks_elsewhere() -> None:
    outputs = {"Name": {"Value": "x", "Export": {"Name": "there"}}}
    assert findings(RULE, alone({"Topic": {"Type": "AWS::SNS::Topic"}}, Outputs=outputs)) == []
