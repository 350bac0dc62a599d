from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, findings, seeded, told

RULE = "availability/instance-type-has-alternative"
STORED = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored"}}


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_the_blueprint_has_an_alternative(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


def test_the_same_type_twice_is_none() -> None:
    found = findings(RULE, seeded(AlternativeInstanceType="t3.medium"))
    assert [(each.resource, each.value) for each in found] == [("Cluster/AutoScalingGroup", "t3.medium")]


def _group(instance_type: Any, **group: Any) -> dict[str, Any]:
    launch = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}}
    data = {"LaunchTemplateData": {"InstanceType": instance_type}}
    return {
        "Launch": {"Type": "AWS::EC2::LaunchTemplate", "Properties": data},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group or launch},
    }


def test_a_launch_template_names_one_only() -> None:
    (line,) = told(RULE, alone(_group("t2.micro")))
    assert line.startswith("Group MixedInstancesPolicy.LaunchTemplate.Overrides: has no alternative")


@pytest.mark.parametrize(
    "made",
    [
        _group({"Ref": "Stored"}),
        _group("t3.small", LaunchTemplate={"LaunchTemplateId": "lt-0123", "Version": "1"}),
        _group("t3.small", MixedInstancesPolicy={"LaunchTemplate": {"Overrides": [{"InstanceRequirements": {}}]}}),
    ],
    ids=["unknown", "template-made-elsewhere", "by-attributes"],
)
def test_what_is_not_known_passes(made: dict[str, Any]) -> None:
    assert findings(RULE, alone(made, Parameters=STORED)) == []
