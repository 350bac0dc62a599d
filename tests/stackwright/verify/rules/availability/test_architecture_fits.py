from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, findings, seeded, told

RULE = "availability/architecture-fits"
GRAVITON = {"InstanceType": "t4g.medium", "AlternativeInstanceType": "m7g.medium"}
ARM_IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


@pytest.mark.parametrize("environment", ["prod", "dev"])
@pytest.mark.parametrize("own_image", [True, False])
def test_the_blueprint_agrees(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


def test_graviton_throughout_agrees() -> None:
    assert findings(RULE, seeded(**GRAVITON, CpuArchitecture="ARM64", MachineImage=ARM_IMAGE)) == []


def test_an_image_that_one_of_the_types_cannot_boot_is_found() -> None:
    (line, task) = told(RULE, seeded(AlternativeInstanceType="t4g.medium", MachineImage=IMAGE))
    assert line == (
        "Cluster/LaunchTemplate LaunchTemplateData.ImageId: is a machine image for X86_64, and t4g.medium has ARM64 "
        "processors"
    )
    assert task.startswith("Service/TaskDefinition RuntimePlatform.CpuArchitecture: t4g.medium of")


def test_a_task_that_no_instance_can_run_is_found() -> None:
    (line,) = told(RULE, seeded(CpuArchitecture="ARM64"))
    assert line == (
        "Service/TaskDefinition RuntimePlatform.CpuArchitecture: t3.medium of Cluster/AutoScalingGroup has X86_64 "
        "processors, and no task of Service/Service is placed there"
    )


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ({"Ref": "Graviton"}, 1),
        ("{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}", 1),
        ("resolve:ssm:/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id", 1),
        ("resolve:ssm:/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id", 0),
        ("resolve:ssm:/mine/golden-image-arm64", 0),
        ("ami-0123456789abcdef0", 0),
    ],
)
def test_what_an_image_says_of_itself(image: Any, found: int) -> None:
    launch = {"LaunchTemplateData": {"InstanceType": "t3.small", "ImageId": image}}
    group = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}}
    made = {
        "Launch": {"Type": "AWS::EC2::LaunchTemplate", "Properties": launch},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
    }
    parameter = {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": ARM_IMAGE}
    assert len(told(RULE, alone(made, Parameters={"Graviton": parameter}))) == found


def test_a_group_that_chooses_by_attributes_is_not_judged() -> None:
    group = {"MixedInstancesPolicy": {"LaunchTemplate": {"Overrides": [{"InstanceRequirements": {}}]}}}
    made = {"Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group}}
    assert findings(RULE, alone(made)) == []
