"""ECS keeps and defaults what moto drops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
TASK = {"family": "app", "containerDefinitions": [{"name": "app", "image": "python", "memory": 128}]}


@pytest.fixture
def ecs(client: Client) -> Any:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="main")
    ecs.register_task_definition(**TASK)
    return ecs


def service(ecs: Any, **members: Any) -> dict[str, Any]:
    given = {"cluster": "main", "serviceName": "web", "taskDefinition": "app", "desiredCount": 2}
    ecs.create_service(**given | members)
    found: dict[str, Any] = ecs.describe_services(cluster="main", services=["web"])["services"][0]
    return found


def test_tasks_run_as_soon_as_they_are_wanted(ecs: Any) -> None:
    found = service(ecs)
    assert (found["runningCount"], found["pendingCount"]) == (2, 0)
    assert [each["rolloutState"] for each in found["deployments"]] == ["COMPLETED"]
    ecs.get_waiter("services_stable").wait(cluster="main", services=["web"])
    cluster = ecs.describe_clusters(clusters=["main"])["clusters"][0]
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"]) == (2, 0)


def test_count_of_the_cluster_follows_the_service(ecs: Any) -> None:
    service(ecs)
    ecs.update_service(cluster="main", service="web", desiredCount=5)
    cluster = ecs.describe_clusters(clusters=["main"])["clusters"][0]
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"]) == (5, 0)


def test_deployment_has_its_documented_defaults(ecs: Any) -> None:
    configuration = service(ecs)["deploymentConfiguration"]
    assert configuration["maximumPercent"] == 200
    assert configuration["minimumHealthyPercent"] == 100
    assert configuration["deploymentCircuitBreaker"]["enable"] is False


@pytest.mark.parametrize(
    ("members", "rebalancing"),
    [
        ({}, "ENABLED"),
        ({"placementStrategy": [{"type": "binpack", "field": "cpu"}]}, "DISABLED"),
        ({"deploymentConfiguration": {"maximumPercent": 100}}, "DISABLED"),
        ({"availabilityZoneRebalancing": "DISABLED"}, "DISABLED"),
    ],
)
def test_zones_are_rebalanced_where_they_can_be(ecs: Any, members: dict[str, Any], rebalancing: str) -> None:
    assert service(ecs, **members)["availabilityZoneRebalancing"] == rebalancing


def test_security_groups_are_optional(ecs: Any, client: Client) -> None:
    subnet = client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet]}}
    found = service(ecs, networkConfiguration=network)["networkConfiguration"]
    assert found["awsvpcConfiguration"] == {"subnets": [subnet], "securityGroups": []}


def test_cluster_lends_its_strategy(ecs: Any) -> None:
    containers = [{"name": "app", "image": "public.ecr.aws/docker/library/python:3.13-slim"}]
    size = {"networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    ecs.register_task_definition(family="app", containerDefinitions=containers, **size)
    strategy = [{"capacityProvider": "FARGATE", "weight": 1}]
    ecs.put_cluster_capacity_providers(
        cluster="main", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=strategy
    )
    found = service(ecs)
    assert found["capacityProviderStrategy"] == strategy
    assert "launchType" not in found


def test_service_connect_is_said_of_the_deployment(ecs: Any) -> None:
    connect = {"enabled": True, "namespace": "internal"}
    found = service(ecs, serviceConnectConfiguration=connect)
    assert found["deployments"][0]["serviceConnectConfiguration"] == connect


@pytest.mark.parametrize("name", ["aws-one", "ecs-one", "FargateOne"])
def test_reserved_provider_name_is_refused(ecs: Any, name: str) -> None:
    with pytest.raises(ClientError, match="cannot be prefixed"):
        ecs.create_capacity_provider(
            name=name, autoScalingGroupProvider={"autoScalingGroupArn": "arn:aws:autoscaling:::x"}
        )


def test_unknown_provider_is_refused(ecs: Any) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        ecs.delete_capacity_provider(capacityProvider="nobody")


def test_without_names_every_provider_is_told_of(ecs: Any) -> None:
    group = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/web"
    ecs.create_capacity_provider(name="mine", autoScalingGroupProvider={"autoScalingGroupArn": group})
    told = ecs.describe_capacity_providers()["capacityProviders"]
    assert {each["name"] for each in told} == {"mine", "FARGATE", "FARGATE_SPOT"}
    (named,) = ecs.describe_capacity_providers(capacityProviders=["FARGATE"])["capacityProviders"]
    assert (named["status"], named["capacityProviderArn"].rpartition(":")[2]) == ("ACTIVE", "capacity-provider/FARGATE")
    assert ecs.describe_capacity_providers(capacityProviders=["nobody"])["failures"][0]["reason"] == "MISSING"


def test_deleted_service_runs_nothing(ecs: Any) -> None:
    service(ecs)
    ecs.delete_service(cluster="main", service="web", force=True)
    found = ecs.describe_services(cluster="main", services=["web"])["services"][0]
    assert (found["status"], found["desiredCount"], found["runningCount"]) == ("INACTIVE", 0, 0)
