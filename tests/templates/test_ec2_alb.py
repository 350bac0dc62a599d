"""ec2-alb as its environments deploy it: the environment table, and room for a rolling update."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stackwright.compose import Blueprint
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import ec2_alb

ENVIRONMENTS = ("dev", "prod")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1", "ap-southeast-2", "sa-east-1")

# "Elastic network interfaces", Amazon EC2 User Guide: a t3.medium has three, the first of them its own.
TASKS_OF_AN_INSTANCE = {"t3.medium": 2}


@cache
def composed() -> Blueprint:
    return ec2_alb.blueprint()


@cache
def given(environment: str) -> dict[str, Any]:
    file = Path(__file__).parents[2] / "params" / "ec2-alb" / f"{environment}.json"
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def deployed(environment: str, region: str = "us-east-1", **parameters: str) -> Graph:
    values = given(environment)["Parameters"] | parameters
    name = f"ec2-alb-{environment}"
    return resolve(composed().root, composed().nested, values, region=region, stack_name=name)


def of_type(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [rendered(each.properties) for each in graph.resources.values() if each.type == f"AWS::{kind}"]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_it_resolves_in_every_region(environment: str, region: str) -> None:
    assert len(of_type(deployed(environment, region), "ECS::Service")) == 1


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_region_with_two_zones_takes_two(environment: str) -> None:
    graph = deployed(environment, "us-west-1", ZoneCount="2")
    zones = {each["AvailabilityZone"] for each in of_type(graph, "EC2::Subnet")}
    assert zones == {"us-west-1a", "us-west-1b"}


@pytest.mark.parametrize(("environment", "count"), [("dev", 1), ("prod", 3)])
def test_nat_gateways_are_one_or_one_per_zone(environment: str, count: int) -> None:
    graph = deployed(environment)
    zones = {each["AvailabilityZone"] for each in of_type(graph, "EC2::Subnet")}
    assert len(of_type(graph, "EC2::NatGateway")) == count
    assert count in (1, len(zones))


def test_both_environments_fit_the_default_quota_of_addresses() -> None:
    assert sum(len(of_type(deployed(each), "EC2::EIP")) for each in ENVIRONMENTS) <= 5


@pytest.mark.parametrize(("environment", "images"), [("dev", 3), ("prod", 10)])
def test_images_kept(environment: str, images: int) -> None:
    (repository,) = of_type(deployed(environment), "ECR::Repository")
    rule = json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"][1]["selection"]
    assert (rule["tagPrefixList"], rule["countNumber"]) == ([f"{environment}-"], images)


@pytest.mark.parametrize(
    ("environment", "least", "most", "target", "protection"),
    [("dev", "1", "2", 100, "DISABLED"), ("prod", "2", "4", 75, "ENABLED")],
)
def test_instances_and_their_capacity_provider(
    environment: str, least: str, most: str, target: int, protection: str
) -> None:
    graph = deployed(environment)
    (group,) = of_type(graph, "AutoScaling::AutoScalingGroup")
    (provider,) = of_type(graph, "ECS::CapacityProvider")
    provided = provider["AutoScalingGroupProvider"]
    assert (str(group["MinSize"]), str(group["MaxSize"])) == (least, most)
    assert int(provided["ManagedScaling"]["TargetCapacity"]) == target
    assert provided["ManagedTerminationProtection"] == protection
    assert str(group["NewInstancesProtectedFromScaleIn"]).lower() == str(protection == "ENABLED").lower()


@pytest.mark.parametrize(
    ("environment", "strategies"),
    [
        ("dev", [("binpack", "cpu")]),
        ("prod", [("spread", "attribute:ecs.availability-zone"), ("spread", "instanceId")]),
    ],
)
def test_placement(environment: str, strategies: list[tuple[str, str]]) -> None:
    (service,) = of_type(deployed(environment), "ECS::Service")
    found = [(each["Type"], each["Field"]) for each in service["PlacementStrategies"]]
    assert [(kind, field.lower()) for kind, field in found] == [(kind, field.lower()) for kind, field in strategies]


@pytest.mark.parametrize(("environment", "protected"), [("dev", "false"), ("prod", "true")])
def test_the_load_balancers_deletion_protection(environment: str, protected: str) -> None:
    (balancer,) = of_type(deployed(environment), "ElasticLoadBalancingV2::LoadBalancer")
    attributes = {each["Key"]: each["Value"] for each in balancer["LoadBalancerAttributes"]}
    assert str(attributes["deletion_protection.enabled"]).lower() == protected


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_rolling_update_fits_the_instances_there_are(environment: str) -> None:
    values = given(environment)["Parameters"]
    room = int(values["MaxInstances"]) * TASKS_OF_AN_INSTANCE[values["InstanceType"]]
    for tasks in range(int(values["MinTasks"]), int(values["MaxTasks"]) + 1):
        during = tasks * int(values["MaximumPercent"]) // 100
        assert during > tasks
        assert during <= room


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_least_instances_hold_the_least_tasks_and_their_update(environment: str) -> None:
    values = given(environment)["Parameters"]
    room = int(values["MinInstances"]) * TASKS_OF_AN_INSTANCE[values["InstanceType"]]
    assert int(values["MinTasks"]) * int(values["MaximumPercent"]) // 100 <= room


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_stack_tags_name_project_environment_and_blueprint(environment: str) -> None:
    tags = given(environment)["Tags"]
    assert tags == {"Project": "high-availability-app", "Environment": environment, "Blueprint": "ec2-alb"}
    assert given(environment)["Parameters"]["ProjectName"] == tags["Project"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_parameter_file_names_an_image(environment: str) -> None:
    assert "Image" not in given(environment)["Parameters"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_machine_image_is_a_version_and_not_recommended(environment: str) -> None:
    image = given(environment)["Parameters"]["MachineImage"]
    assert image.startswith("/aws/service/ecs/optimized-ami/")
    assert "recommended" not in image


def test_ranges_of_the_environments_are_apart() -> None:
    assert len({given(each)["Parameters"]["VpcCidr"] for each in ENVIRONMENTS}) == len(ENVIRONMENTS)


def test_nothing_is_selected_from_what_another_stack_gives() -> None:
    # Nested change sets fail on it: aws-cloudformation/cloudformation-coverage-roadmap#759.
    for resource in composed().root["Resources"].values():
        body = composed().nested[resource["Properties"]["TemplateURL"]]
        fed = resource["Properties"].get("Parameters", {})
        wired = {name for name, value in fed.items() if "Fn::GetAtt" in value}
        for part in ("Resources", "Outputs", "Conditions"):
            assert not list(selections(body.get(part, {}), wired))


def selections(value: Any, wired: set[str]) -> list[Any]:
    if isinstance(value, list):
        return [found for each in value for found in selections(each, wired)]
    if not isinstance(value, dict):
        return []
    own = [
        (function, arguments)
        for function, arguments in value.items()
        if function in ("Fn::Select", "Fn::Split")
        and any(f'{{"Ref": "{name}"}}' in json.dumps(value) for name in wired)
    ]
    return own + [found for each in value.values() for found in selections(each, wired)]


def test_nothing_is_exported() -> None:
    assert '"Export"' not in json.dumps([composed().root, composed().nested])


def test_the_first_deployment_needs_no_image() -> None:
    assert composed().root["Parameters"]["Image"]["Default"] == ""
