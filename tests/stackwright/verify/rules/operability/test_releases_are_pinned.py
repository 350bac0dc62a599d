from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "operability/releases-are-pinned"
RECOMMENDED = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


@pytest.mark.parametrize("own_image", [True, False])
def test_ours_are_pinned(own_image: bool) -> None:
    assert findings(RULE, seeded(own_image=own_image)) == []


def test_a_machine_image_that_moves_is_found() -> None:
    (line,) = told(RULE, seeded(MachineImage=RECOMMENDED))
    assert line.startswith("Cluster/LaunchTemplate LaunchTemplateData.ImageId: it names another image")


@pytest.mark.parametrize("image", ["nginx", "nginx:latest", "registry.example:5000/team/nginx"])
def test_a_container_image_that_moves_is_found(image: str) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/TaskDefinition")["Properties"]["ContainerDefinitions"][0]["Image"] = image

    problem = "a restarted task may run something else than its neighbours"
    assert told(RULE, seeded(seed)) == [f"Service/TaskDefinition app.Image: {problem}"]


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ({"Fn::Sub": "${Registry.RepositoryUri}:dev-1a2b"}, True),
        ({"Fn::Sub": "${Registry.RepositoryUri}:latest"}, False),
        ({"Fn::GetAtt": "Registry.RepositoryUri"}, False),
        ("app@sha256:" + "0" * 64, True),
        ({"Fn::Sub": "app:${Registry}"}, True),
    ],
)
def test_an_image_in_a_registry_of_the_template_is_judged_by_its_tag(image: Any, pinned: bool) -> None:
    definition = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"ContainerDefinitions": [{"Name": "app", "Image": image}]},
    }
    deployment = alone({"Registry": {"Type": "AWS::ECR::Repository"}, "Tasks": definition})
    assert (findings(RULE, deployment) == []) is pinned
