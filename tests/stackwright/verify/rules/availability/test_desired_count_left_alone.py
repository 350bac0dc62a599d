from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/desired-count-left-alone"
GROUP = {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"MinSize": 1, "MaxSize": 3, "DesiredCapacity": 2}}
SERVICE = {"Type": "AWS::ECS::Service", "Properties": {"DesiredCount": 2}}


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_the_blueprint_leaves_them_to_scaling(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize(
    ("path", "key", "owner"),
    [
        ("Service/Service", "DesiredCount", "Scaling/Tasks"),
        ("Cluster/AutoScalingGroup", "DesiredCapacity", "Cluster/CapacityProvider"),
    ],
)
def test_a_number_that_scaling_owns_is_found(path: str, key: str, owner: str) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, path)["Properties"][key] = 2

    (line,) = told(RULE, seeded(seed))
    assert line == f"{path} {key}: {owner} decides this, and an update of the stack would undo what it decided"


def test_a_scaling_policy_of_the_groups_own_owns_it_too() -> None:
    policy = {"Type": "AWS::AutoScaling::ScalingPolicy", "Properties": {"AutoScalingGroupName": {"Ref": "Group"}}}
    (line,) = told(RULE, alone({"Group": GROUP, "Policy": policy}))
    assert line.startswith("Group DesiredCapacity: Policy decides this")


def _provider(status: str) -> dict[str, Any]:
    given = {"AutoScalingGroupArn": {"Ref": "Group"}, "ManagedScaling": {"Status": status}}
    return {"Type": "AWS::ECS::CapacityProvider", "Properties": {"AutoScalingGroupProvider": given}}


def test_what_nothing_scales_may_say_how_many() -> None:
    made = {"Group": GROUP, "Service": SERVICE, "Provider": _provider("DISABLED")}
    assert findings(RULE, alone(made)) == []
