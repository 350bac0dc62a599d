"""`fargate-bluegreen` in a network that was there before: deployed, changed, destroyed; what it makes and leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import systems
from support.accounts import Project
from support.existing_network import BLUEPRINT, given
from support.inventory import left
from support.released import System
from support.stacks import Stack


@pytest.fixture(params=["dev", "prod"], scope="module")
def planned(
    request: pytest.FixtureRequest,
    make_project: Callable[[Path], Project],
    tmp_path_factory: pytest.TempPathFactory,
) -> System:
    """A network and a certificate, and nothing else."""
    environment = str(request.param)
    project = make_project(tmp_path_factory.mktemp(environment))
    given(project, environment)
    return System(project, environment)


@pytest.fixture(scope="module")
def there(planned: System) -> frozenset[str]:
    """What was there before."""
    return frozenset(left(planned.account))


@pytest.fixture(scope="module")
def system(planned: System, there: frozenset[str]) -> System:
    planned.run("deploy")
    return planned


def test_everything_is_in_the_given_network(system: System) -> None:
    parameters = system.project.parameters(BLUEPRINT, system.environment)
    (balancer,) = system.account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert balancer["VpcId"] == parameters["VpcId"]
    network = system.service()["networkConfiguration"]["awsvpcConfiguration"]
    assert sorted(network["subnets"]) == sorted(parameters["PrivateSubnetIds"].split(","))
    assert network["assignPublicIp"] == "DISABLED"
    assert {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::NatGateway"}.isdisjoint(_types(system))


def _types(system: System) -> set[str]:
    client = system.account.client("cloudformation")
    nested = client.list_stack_resources(StackName=system.name)["StackResourceSummaries"]
    return {
        each["ResourceType"]
        for stack in nested
        for each in client.list_stack_resources(StackName=stack["PhysicalResourceId"])["StackResourceSummaries"]
    }


def test_the_service_is_codedeploys(system: System) -> None:
    service = system.service()
    assert service["deploymentController"] == {"type": "CODE_DEPLOY"}
    assert (service["runningCount"], len(service["taskSets"])) == (2, 1)
    outputs = system.outputs()
    group = system.account.client("codedeploy").get_deployment_group(
        applicationName=outputs["CodeDeployApplicationName"], deploymentGroupName=outputs["DeploymentGroupName"]
    )["deploymentGroupInfo"]
    pair = group["loadBalancerInfo"]["targetGroupPairInfoList"][0]
    made = system.made["LoadBalancer"]
    assert pair["prodTrafficRoute"]["listenerArns"] == [made["HttpsListener"]]
    assert pair["testTrafficRoute"]["listenerArns"] == [made["TestListener"]]
    assert group["autoRollbackConfiguration"]["enabled"] is True
    alarms = {each["name"] for each in group["alarmConfiguration"]["alarms"]}
    assert alarms == {system.made["Service"][name] for name in ("UnhealthyHosts", "ServerErrors")}


def test_the_name_leads_to_the_load_balancer_and_plain_http_to_https(system: System) -> None:
    domain = system.project.parameters(BLUEPRINT, system.environment)["DomainName"]
    assert system.outputs()["ServiceUrl"] == f"https://{domain}"
    elb = system.account.client("elbv2")
    (http,) = elb.describe_listeners(ListenerArns=[system.made["LoadBalancer"]["HttpListener"]])["Listeners"]
    assert [each["Type"] for each in http["DefaultActions"]] == ["redirect"]
    for name in ("HttpsListener", "TestListener"):
        (found,) = elb.describe_listeners(ListenerArns=[system.made["LoadBalancer"][name]])["Listeners"]
        assert [each["Type"] for each in found["DefaultActions"]] == ["fixed-response"]


def test_life_of_a_stack(system: System, there: frozenset[str]) -> None:
    """Deploy again, change one parameter, ship an image, scale, destroy: nothing of it is left, the network is."""
    stack = Stack(system.account, BLUEPRINT, system.environment)
    assert "no changes" in system.run("deploy")

    before = stack.events()
    system.project.set(BLUEPRINT, system.environment, CpuTarget="60")
    system.run("deploy")
    assert _updated(stack, before) == {(stack.name, "UPDATE_COMPLETE"), ("Scaling", "UPDATE_COMPLETE")} | {
        ("Scaling/Cpu", "UPDATE_COMPLETE")
    }

    image = system.push(f"{system.environment}-4f2a9c1")
    assert "deployment d-" in system.run("deploy", "--image", image)
    assert (system.traffic(), system.images()) == ({"green": 100}, [f"{system.environment}-4f2a9c1"])
    before = stack.events()
    assert "no changes" in system.run("deploy")
    assert stack.events() == before

    systems.destroyed_with_nothing_left(
        systems.System(BLUEPRINT, system.environment, system.project, "", {}), before=there
    )


def _updated(stack: Stack, before: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {each for each in stack.events() - before if each[1] == "UPDATE_COMPLETE"}


def test_only_what_exists_is_taken(project: Project) -> None:
    """The parameter files name a network that a person has to replace."""
    said: Any = project.run("deploy", BLUEPRINT, "dev", "--local", "--yes", status=1)
    assert "given-network: fails: VpcId vpc-0a1b2c3d4e5f60718 is not there" in said.stderr
    assert "given-certificate: fails:" in said.stderr
