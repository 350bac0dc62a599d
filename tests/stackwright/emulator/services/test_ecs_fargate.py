"""Tasks on Fargate: without instances, each with an interface, shared out by the strategy; what AWS refuses of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
PUBLIC = "public.ecr.aws/docker/library/python:3.13-slim"
ONLY = [{"capacityProvider": "FARGATE", "weight": 1}]


@dataclass(frozen=True)
class System:
    """A cluster on Fargate, and subnets in two zones."""

    ecs: Any
    subnets: list[str]

    def define(self, **members: Any) -> str:
        container = {"name": "app", "image": PUBLIC, **members.pop("container", {})}
        given = {"family": "app", "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
        given |= {"requiresCompatibilities": ["FARGATE"]}
        made = self.ecs.register_task_definition(**given | members, containerDefinitions=[container])
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def serve(self, count: int, **members: Any) -> None:
        given = {
            "cluster": "main",
            "serviceName": "web",
            "taskDefinition": self.define(),
            "desiredCount": count,
            "capacityProviderStrategy": ONLY,
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": self.subnets}},
        }
        self.ecs.create_service(**given | members)

    def tasks(self) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
        found: list[dict[str, Any]] = self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"]
        return found


@pytest.fixture
def system(client: Client) -> System:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    ecs = client("ecs")
    ecs.create_cluster(clusterName="main", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    return System(ecs, [each["SubnetId"] for each in subnets])


def refused(call: Callable[..., Any], **members: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**members)
    error = raised.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_tasks_need_no_instance_and_spread_over_the_zones(system: System) -> None:
    system.serve(2)
    tasks = system.tasks()
    assert {each["launchType"] for each in tasks} == {"FARGATE"}
    assert {each["availabilityZone"] for each in tasks} == {"us-east-1a", "us-east-1b"}
    assert system.ecs.list_container_instances(cluster="main")["containerInstanceArns"] == []


def test_each_task_has_one_interface_of_its_own_in_its_zones_subnet(system: System) -> None:
    system.serve(2, platformVersion="1.4.0")
    interfaces = {}
    for task in system.tasks():
        (attachment,) = task["attachments"]
        details = {each["name"]: each["value"] for each in attachment["details"]}
        interfaces[details["networkInterfaceId"]] = details["subnetId"]
        assert (task["platformVersion"], task["platformFamily"]) == ("1.4.0", "Linux")
        assert task["ephemeralStorage"] == {"sizeInGiB": 20}
    assert len(interfaces) == 2
    assert set(interfaces.values()) == set(system.subnets)


def test_disk_that_was_asked_for_is_there(system: System) -> None:
    system.serve(1, taskDefinition=system.define(ephemeralStorage={"sizeInGiB": 50}))
    (task,) = system.tasks()
    assert task["ephemeralStorage"] == {"sizeInGiB": 50}


def test_tasks_are_shared_out_by_base_and_weight_again_and_again(system: System) -> None:
    spot = {"capacityProvider": "FARGATE_SPOT", "weight": 3}
    system.serve(2, capacityProviderStrategy=[ONLY[0] | {"base": 1}, spot])
    assert Counter(each["capacityProviderName"] for each in system.tasks()) == {"FARGATE": 1, "FARGATE_SPOT": 1}
    system.ecs.update_service(cluster="main", service="web", desiredCount=9)
    assert Counter(each["capacityProviderName"] for each in system.tasks()) == {"FARGATE": 3, "FARGATE_SPOT": 6}


def test_a_changed_strategy_replaces_the_tasks(system: System) -> None:
    system.serve(2)
    old = {each["taskArn"] for each in system.tasks()}
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    system.ecs.update_service(cluster="main", service="web", capacityProviderStrategy=spot, forceNewDeployment=True)
    assert Counter(each["capacityProviderName"] for each in system.tasks()) == {"FARGATE_SPOT": 2}
    assert not old & {each["taskArn"] for each in system.tasks()}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        (
            {"memory": "768"},
            "No Fargate configuration exists for given values: 256 CPU, 768 memory. "
            "See the Amazon ECS documentation for the valid values.",
        ),
        ({"cpu": "0.5 vCPU"}, "No Fargate configuration exists for given values: 512 CPU, 512 memory. "),
        ({"cpu": ""}, "Fargate requires that 'cpu' be defined at the task level."),
        ({"networkMode": "bridge"}, "Fargate only supports network mode 'awsvpc'."),
        ({"container": {"stopTimeout": 121}}, "at most 120 seconds"),
    ],
)
def test_definition_that_fargate_cannot_run_is_refused(system: System, members: dict[str, Any], told: str) -> None:
    message = refused(system.define, **members)
    assert message.startswith("ClientException: ")
    assert told in message


def test_the_same_definition_for_ec2_is_not_refused(system: System) -> None:
    assert system.define(memory="768", requiresCompatibilities=["EC2"], container={"stopTimeout": 300})


@pytest.mark.parametrize(
    ("members", "told"),
    [
        (
            {"placementStrategy": [{"type": "binpack", "field": "cpu"}]},
            "Placement strategies are not supported with FARGATE launch type.",
        ),
        (
            {"placementConstraints": [{"type": "distinctInstance"}]},
            "Placement constraints are not supported with FARGATE launch type.",
        ),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}]},
            "weight value greater than zero",
        ),
        (
            {
                "capacityProviderStrategy": [
                    {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
                    {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 1},
                ]
            },
            "only one capacity provider with a base",
        ),
        (
            {"capacityProviderStrategy": [*ONLY, {"capacityProvider": "mine", "weight": 1}]},
            "cannot contain a mix",
        ),
    ],
)
def test_service_that_fargate_cannot_place_is_refused(system: System, members: dict[str, Any], told: str) -> None:
    message = refused(system.serve, count=1, **members)
    assert message.startswith("InvalidParameterException: ")
    assert told in message


def test_provider_that_the_cluster_has_not_is_refused(system: System) -> None:
    system.ecs.put_cluster_capacity_providers(
        cluster="main", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    assert "not associated with the cluster" in refused(system.serve, count=1, capacityProviderStrategy=spot)


def test_definition_of_a_size_that_fargate_has_not_is_refused_by_the_service(system: System) -> None:
    other = system.define(memory="768", requiresCompatibilities=["EC2"])
    told = refused(system.serve, count=1, taskDefinition=other)
    assert told == "InvalidParameterException: Task definition does not support launch_type FARGATE."
