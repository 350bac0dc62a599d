from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/capacity-protected"
PROVIDER, GROUP = "Cluster/CapacityProvider", "Cluster/AutoScalingGroup"


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_the_blueprint_protects_what_works(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


def _told(path: str, **changed: Any) -> list[str]:
    def seed(stacks: STACKS) -> None:
        properties = resource(stacks, path)["Properties"]
        properties.get("AutoScalingGroupProvider", properties).update(changed)

    return told(RULE, seeded(seed))


@pytest.mark.parametrize(
    ("path", "changed", "line"),
    [
        (
            PROVIDER,
            {"ManagedScaling": {"Status": "DISABLED"}},
            "Cluster/CapacityProvider AutoScalingGroupProvider.ManagedTerminationProtection: protects nothing without "
            "managed scaling",
        ),
        (
            GROUP,
            {"NewInstancesProtectedFromScaleIn": False},
            "Cluster/CapacityProvider AutoScalingGroupProvider.ManagedTerminationProtection: is refused while new "
            "instances of Cluster/AutoScalingGroup are not protected from scale-in",
        ),
        (
            PROVIDER,
            {"ManagedTerminationProtection": "DISABLED"},
            "Cluster/AutoScalingGroup NewInstancesProtectedFromScaleIn: is off in Cluster/CapacityProvider, and nobody "
            "takes the protection off an instance that has no tasks",
        ),
        (
            PROVIDER,
            {"ManagedDraining": "DISABLED"},
            "Cluster/CapacityProvider AutoScalingGroupProvider.ManagedDraining: instances are terminated with their "
            "tasks on them",
        ),
    ],
)
def test_what_does_not_fit_together_is_found(path: str, changed: dict[str, Any], line: str) -> None:
    assert _told(path, **changed) == [line]


def test_a_group_that_updates_replace_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, GROUP)["UpdatePolicy"] = {"AutoScalingReplacingUpdate": {"WillReplace": True}}

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"{GROUP} UpdatePolicy.AutoScalingReplacingUpdate.WillReplace: a new launch template")


@pytest.mark.parametrize("protection", ["DISABLED", "ENABLED", {"Ref": "Stored"}])
def test_a_group_made_elsewhere_is_not_judged(protection: Any) -> None:
    given = {
        "AutoScalingGroupArn": "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:one",
        "ManagedScaling": {"TargetCapacity": 100},
        "ManagedTerminationProtection": protection,
    }
    made = {"Provider": {"Type": "AWS::ECS::CapacityProvider", "Properties": {"AutoScalingGroupProvider": given}}}
    stored = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored"}}
    assert findings(RULE, alone(made, Parameters=stored)) == []
