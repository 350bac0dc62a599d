"""`ec2-api` from Python to a running stack: deployed, asked through the services' APIs, changed and destroyed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.accounts import Account
from support.delivery import REPOSITORY
from support.stacks import Stack
from support.systems import (
    System,
    an_image_is_shipped,
    deployed_again_changes_nothing,
    destroyed_with_nothing_left,
    updated,
)

BLUEPRINT = "ec2-api"
INTEGRATION = "x-amazon-apigateway-integration"
ANY = "x-amazon-apigateway-any-method"


@dataclass(frozen=True)
class Environment:
    """What one environment's parameter file must come to in the services."""

    name: str
    zones: int
    instances: tuple[int, int]
    protected: bool
    rate: float


DEV = Environment("dev", 2, (0, 10), False, 50.0)
PROD = Environment("prod", 3, (2, 10), True, 1000.0)


@pytest.fixture
def environment(system: System) -> Environment:
    return {each.name: each for each in (DEV, PROD)}[system.environment]


def served(account: Account, api: str) -> dict[str, Any]:
    """What the stage serves: paths, and where each leads."""
    answer = account.client("apigateway").get_export(restApiId=api, stageName="prod", exportType="oas30")
    paths: dict[str, Any] = json.loads(answer["body"].read())["paths"]
    return {path: methods[ANY][INTEGRATION]["uri"] for path, methods in paths.items()}


def test_outputs_tell_where_it_is(system: System) -> None:
    api = system.id("Api", "RestApi")
    assert f"https://{api}.execute-api.us-east-1.amazonaws.com/prod" in system.printed
    names = (
        "VpcId",
        "PublicSubnetIds",
        "PrivateSubnetIds",
        "LoadBalancerDnsName",
        "RepositoryUri",
        "TaskDefinitionArn",
    )
    assert all(name in system.printed for name in names)


def test_the_stage_serves_the_routes_and_knows_the_load_balancer(system: System, environment: Environment) -> None:
    api = system.id("Api", "RestApi")
    assert served(system.account, api) == {
        "/": "http://${stageVariables.host}:80/",
        "/frontend": "http://${stageVariables.host}:80/",
        "/backend": "http://${stageVariables.host}:8000/",
        "/backend/{proxy+}": "http://${stageVariables.host}:8000/{proxy}",
    }
    stage = system.ask("apigateway", "get_stage", restApiId=api, stageName="prod")
    (balancer,) = system.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    assert stage["variables"] == {"host": balancer["DNSName"], "link": system.id("Api", "VpcLink")}
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == environment.rate
    assert "$context.requestId" in stage["accessLogSettings"]["format"]
    assert stage["accessLogSettings"]["destinationArn"].endswith(f":log-group:{system.id('Api', 'AccessLogs')}")


def test_the_link_leads_to_the_private_load_balancer(system: System, environment: Environment) -> None:
    link = system.ask("apigateway", "get_vpc_link", vpcLinkId=system.id("Api", "VpcLink"))
    (balancer,) = system.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    assert (link["status"], link["targetArns"]) == ("AVAILABLE", [balancer["LoadBalancerArn"]])
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internal")
    assert len(balancer["AvailabilityZones"]) == environment.zones
    assert balancer["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"
    found = system.ask("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=balancer["LoadBalancerArn"])
    attributes = {each["Key"]: each["Value"] for each in found["Attributes"]}
    assert attributes["load_balancing.cross_zone.enabled"] == "true"
    assert attributes["deletion_protection.enabled"] == str(environment.protected).lower()
    (group,) = system.ask("ec2", "describe_security_groups", GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
    assert group["IpPermissions"] == []


def test_listeners_and_health_checks_are_the_documents(system: System) -> None:
    (balancer,) = system.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    listeners = system.ask("elbv2", "describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert sorted((each["Port"], each["Protocol"]) for each in listeners) == [(80, "TCP"), (8000, "TCP")]
    groups = system.ask("elbv2", "describe_target_groups")["TargetGroups"]
    checks = [
        (each["Port"], each["HealthCheckPath"], each["HealthCheckIntervalSeconds"], each["HealthCheckTimeoutSeconds"])
        for each in groups
    ]
    assert sorted(checks) == [(8000, "/status", 30, 5), (8080, "/", 30, 5)]
    assert {(each["HealthyThresholdCount"], each["UnhealthyThresholdCount"]) for each in groups} == {(2, 2)}


def test_two_tasks_of_two_ports_run_on_an_instance_each(system: System, environment: Environment) -> None:
    service = system.service()
    assert sorted(each["containerPort"] for each in service["loadBalancers"]) == [8000, 8080]
    assert service["runningCount"] == 2
    tasks = system.ask("ecs", "list_tasks", cluster=system.id("Cluster", "Cluster"))["taskArns"]
    told = system.ask("ecs", "describe_tasks", cluster=system.id("Cluster", "Cluster"), tasks=tasks)["tasks"]
    assert len({each["containerInstanceArn"] for each in told}) == 2
    (group,) = system.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    assert (group["MinSize"], group["MaxSize"]) == environment.instances


def test_deployments_go_from_half_to_all_and_back_on_errors_of_the_api(system: System) -> None:
    configuration = system.service()["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (50, 100)
    alarms = {each["AlarmName"]: each for each in system.ask("cloudwatch", "describe_alarms")["MetricAlarms"]}
    watched = [alarms[name] for name in configuration["alarms"]["alarmNames"]]
    asked = {
        each["MetricStat"]["Metric"]["Namespace"]
        for alarm in watched
        for each in alarm["Metrics"]
        if "MetricStat" in each
    }
    assert asked == {"AWS/NetworkELB", "AWS/ApiGateway"}


def test_tasks_admit_only_the_load_balancer(system: System) -> None:
    (group,) = system.service()["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    (found,) = system.ask("ec2", "describe_security_groups", GroupIds=[group])["SecurityGroups"]
    (balancer,) = system.ask("elbv2", "describe_load_balancers")["LoadBalancers"]
    assert sorted((each["FromPort"], each["ToPort"]) for each in found["IpPermissions"]) == [(8000, 8000), (8080, 8080)]
    sources = {pair["GroupId"] for each in found["IpPermissions"] for pair in each["UserIdGroupPairs"]}
    assert sources == set(balancer["SecurityGroups"])
    assert not any(each["IpRanges"] or each["Ipv6Ranges"] for each in found["IpPermissions"])


def test_workflows_of_one_repository_may_ship_to_the_service(system: System, environment: Environment) -> None:
    role = system.ask("iam", "get_role", RoleName=system.id("CiAccess", "CiRole"))["Role"]
    assert role["Arn"] in system.printed
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    where = "environment:prod" if environment.name == "prod" else "ref:refs/heads/main"
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == f"repo:example/high-availability-app:{where}"
    providers = system.ask("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]
    assert statement["Principal"] == {"Federated": providers[0]["Arn"]}


def test_scaling_holds_requests_to_the_api_by_task(system: System) -> None:
    policies = system.ask("application-autoscaling", "describe_scaling_policies", ServiceNamespace="ecs")
    held = {
        each["PolicyName"]: each["TargetTrackingScalingPolicyConfiguration"] for each in policies["ScalingPolicies"]
    }
    assert held.keys() == {"Cpu", "Memory", "Requests"}
    metrics = held["Requests"]["CustomizedMetricSpecification"]["Metrics"]
    assert [each.get("Expression") for each in metrics if each.get("ReturnData")] == ["FILL(requests, 0) / tasks"]


def test_another_deployment_changes_nothing(system: System) -> None:
    deployed_again_changes_nothing(system)


def test_a_limit_changes_the_stage_alone(system: System) -> None:
    assert updated(system, ApiRateLimit="77") == {"Api", "Api/Stage"}
    stage = system.ask("apigateway", "get_stage", restApiId=system.id("Api", "RestApi"), stageName="prod")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 77.0


def test_a_change_of_routes_reaches_the_stage(system: System) -> None:
    routes = system.project.folder / "nested" / "parts" / "routes.py"
    before, after = '    Route("/backend", BACKEND),', '    Route("/api", BACKEND, "/api/info"),'
    routes.write_text(routes.read_text().replace(before, after))
    assert updated(system) >= {"Api", "Api/Stage"}
    api = system.id("Api", "RestApi")
    assert served(system.account, api) == {
        "/": "http://${stageVariables.host}:80/",
        "/frontend": "http://${stageVariables.host}:80/",
        "/api": "http://${stageVariables.host}:8000/api/info",
        "/backend/{proxy+}": "http://${stageVariables.host}:8000/{proxy}",
    }
    assert len(system.ask("apigateway", "get_deployments", restApiId=api)["items"]) == 1


@pytest.fixture(scope="module")
def shipped(system: System) -> str:
    return an_image_is_shipped(system)


def test_the_image_stays_that_was_given(system: System, shipped: str) -> None:
    deployed_again_changes_nothing(system)
    assert stack_of(system).image() == shipped


def test_an_image_goes_past_the_stack_and_stays(system: System, shipped: str) -> None:
    stack, deploy = stack_of(system), ("deploy", BLUEPRINT, system.environment, "--local", "--yes")
    past = shipped.replace("4f2a9c1", "8c1d0aa")
    system.account.push(past)
    revised = revise(stack, past)
    assert revised.returncode == 0, revised.stderr
    assert stack.image() == past
    told = system.project.run(*deploy, status=2).stderr
    assert f"runs image {past}, which the stack does not know of" in told
    assert stack.image() == past
    system.project.run(*deploy, "--image", past)
    assert stack.image() == past
    deployed_again_changes_nothing(system)


def test_it_goes_and_leaves_what_it_keeps(system: System) -> None:
    destroyed_with_nothing_left(system)


def stack_of(system: System) -> Stack:
    return Stack(system.account, BLUEPRINT, system.environment)


def revise(stack: Stack, image: str) -> subprocess.CompletedProcess[str]:
    """Run `make revise` as the workflow does, with the stack's outputs."""
    tools = Path(sys.executable).parent
    environment = {name: value for name, value in stack.account.environment.items() if not name.startswith("MAKE")}
    environment["PATH"] = os.pathsep.join([str(tools), environment["PATH"]])
    given = {"IMAGE": image, "CLUSTER": stack.output("ClusterName"), "SERVICE": stack.output("ServiceName")}
    return subprocess.run(
        ["make", "revise", f"BIN={tools}", "--old-file", ".venv/.installed"],
        cwd=REPOSITORY,
        env=environment | given,
        capture_output=True,
        text=True,
        check=False,
    )
