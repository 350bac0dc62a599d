from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone

from stackwright.verify.launch import launch_data, launches

TEMPLATE = {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {"InstanceType": "t3.small"}}}
CONFIGURATION = {"Type": "AWS::AutoScaling::LaunchConfiguration", "Properties": {"InstanceType": "t3.small"}}
BY_ID = {"LaunchTemplateId": {"Ref": "One"}, "Version": "1"}
OVERRIDE = {"InstanceType": "t4g.small", "LaunchTemplateSpecification": {"LaunchTemplateId": {"Ref": "Two"}}}
MIXED = {"LaunchTemplate": {"LaunchTemplateSpecification": BY_ID, "Overrides": [OVERRIDE]}}


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"LaunchTemplate": BY_ID}, ["One"]),
        ({"MixedInstancesPolicy": MIXED}, ["One", "Two"]),
        ({"LaunchConfigurationName": {"Ref": "Old"}}, ["Old"]),
        ({"LaunchTemplate": {"LaunchTemplateName": "elsewhere", "Version": "1"}}, []),
    ],
)
def test_what_a_group_launches_from(given: dict[str, Any], paths: list[str]) -> None:
    group = {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": given}
    graph = alone({"One": TEMPLATE, "Two": TEMPLATE, "Old": CONFIGURATION, "Group": group}).graph
    assert [each.path for each in launches(graph, graph.resources["Group"])] == paths


@pytest.mark.parametrize(("made", "prefix"), [(TEMPLATE, "LaunchTemplateData."), (CONFIGURATION, "")])
def test_what_is_said_of_a_launch_and_where(made: dict[str, Any], prefix: str) -> None:
    place, said = launch_data(alone({"Launch": made}).graph.resources["Launch"])
    assert (place, said["InstanceType"]) == (prefix, "t3.small")
