"""ec2-api as its environments deploy it: what its document asks for, and what a deployment of it needs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.guarantees import findings, seeded

from stackwright.compose import Blueprint
from stackwright.ecs.instance_types import instance_types
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import ec2_api

ENVIRONMENTS = ("dev", "prod")
ROLLING = "availability/rolling-deployment-finishes"


@cache
def composed() -> Blueprint:
    return ec2_api.blueprint()


@cache
def given(environment: str) -> dict[str, str]:
    file = Path(__file__).parents[2] / "params" / "ec2-api" / f"{environment}.json"
    found: dict[str, str] = json.loads(file.read_text())["Parameters"]
    return found


def deployed(environment: str, **parameters: str) -> Graph:
    values = given(environment) | parameters
    return resolve(composed().root, composed().nested, values, region="us-east-1", stack_name=f"ec2-api-{environment}")


def of_type(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [rendered(each.properties) for each in graph.resources.values() if each.type == f"AWS::{kind}"]


@pytest.mark.parametrize(("environment", "least"), [("dev", "0"), ("prod", "2")])
def test_instances_rest_at_their_least_and_scale_to_ten(environment: str, least: str) -> None:
    (group,) = of_type(deployed(environment), "AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == (least, "10")
    (provider,) = of_type(deployed(environment), "ECS::CapacityProvider")
    assert provider["AutoScalingGroupProvider"]["ManagedDraining"] == "ENABLED"


def test_in_off_hours_dev_runs_no_task_and_so_no_instance() -> None:
    (target,) = of_type(deployed("dev"), "ApplicationAutoScaling::ScalableTarget")
    begin, end = (each["ScalableTargetAction"] for each in target["ScheduledActions"])
    assert begin == {"MinCapacity": "0", "MaxCapacity": "0"}
    assert end == {"MinCapacity": "2", "MaxCapacity": "10"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_two_tasks_roll_from_half_to_all_on_instances_that_hold_one_each(environment: str) -> None:
    graph = deployed(environment)
    (service,) = of_type(graph, "ECS::Service")
    configuration = service["DeploymentConfiguration"]
    assert (configuration["MinimumHealthyPercent"], configuration["MaximumPercent"]) == ("50", "100")
    (target,) = of_type(graph, "ApplicationAutoScaling::ScalableTarget")
    assert (target["MinCapacity"], target["MaxCapacity"]) == ("2", "10")
    (definition,) = of_type(graph, "ECS::TaskDefinition")
    for parameter in ("InstanceType", "AlternativeInstanceType"):
        kind = instance_types()[given(environment)[parameter]]
        assert int(definition["Memory"]) <= kind.registered_memory
        alone = kind.task_interfaces == 1 or 2 * int(definition["Memory"]) > kind.registered_memory
        assert alone, kind.name
    assert findings(ROLLING, seeded(blueprint="ec2-api", environment=environment)) == []


@pytest.mark.parametrize("parameters", [{"MinTasks": "1"}, {"MinimumHealthyPercent": "100"}])
def test_what_could_not_roll_is_told(parameters: dict[str, str]) -> None:
    (found,) = findings(ROLLING, seeded(blueprint="ec2-api", environment="dev", **parameters))
    assert "nothing can stop and nothing can start" in found.problem


def test_the_cluster_reaches_the_agent_by_reference() -> None:
    (template,) = of_type(deployed("dev"), "EC2::LaunchTemplate")
    assert "ECS_CLUSTER=${Cluster/Cluster.Ref}" in json.dumps(template["LaunchTemplateData"]["UserData"])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_vpc_link_is_the_only_way_to_the_load_balancer(environment: str) -> None:
    graph = deployed(environment)
    (link,) = of_type(graph, "ApiGateway::VpcLink")
    assert link["TargetArns"] == ["${LoadBalancer/LoadBalancer.Ref}"]
    inward = of_type(graph, "EC2::SecurityGroupIngress")
    assert {each["SourceSecurityGroupId"] for each in inward} == {"${LoadBalancer/SecurityGroup.GroupId}"}
    assert {each["GroupId"] for each in inward} == {"${Service/TaskSecurityGroup.GroupId}"}
    assert not [each for each in of_type(graph, "EC2::SecurityGroup") if each.get("SecurityGroupIngress")]


def test_the_api_comes_after_the_load_balancer_and_goes_before_it_and_the_service_needs_its_names() -> None:
    order = list(composed().nested)
    assert (
        order.index("nested/load_balancer.json") < order.index("nested/api.json") < order.index("nested/service.json")
    )


def test_the_documents_outputs_are_there() -> None:
    wanted = {
        "VpcId",
        "PublicSubnetIds",
        "PrivateSubnetIds",
        "LoadBalancerDnsName",
        "RepositoryUri",
        "ApiUrl",
        "TaskDefinitionArn",
    }
    assert wanted <= composed().root["Outputs"].keys()


def test_the_network_is_the_documents_unless_another_is_given() -> None:
    without = {name: value for name, value in given("prod").items() if name != "VpcCidr"}
    graph = resolve(composed().root, composed().nested, without, region="us-east-1", stack_name="ec2-api-prod")
    assert [each["CidrBlock"] for each in of_type(graph, "EC2::VPC")] == ["10.0.0.0/16"]


def test_prod_spans_three_zones() -> None:
    assert given("prod")["ZoneCount"] == "3"
    (balancer,) = of_type(deployed("prod"), "ElasticLoadBalancingV2::LoadBalancer")
    assert len(balancer["Subnets"]) == 3
