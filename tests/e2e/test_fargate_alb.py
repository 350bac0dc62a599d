"""`fargate-alb` from Python to a running stack: deployed, asked through the services' APIs, changed and destroyed."""

from __future__ import annotations

from typing import Any

import pytest
from support.accounts import Account, Project
from support.existing_network import certificate
from support.systems import (
    System,
    an_image_is_shipped,
    deployed_again_changes_nothing,
    destroyed_with_nothing_left,
    updated,
)

BLUEPRINT = "fargate-alb"
STRATEGIES = {"dev": [("FARGATE", 1, 0), ("FARGATE_SPOT", 0, 1)], "prod": [("FARGATE", 2, 1), ("FARGATE_SPOT", 0, 0)]}
RUNNING_ON = {"dev": ["FARGATE", "FARGATE_SPOT"], "prod": ["FARGATE", "FARGATE"]}


def test_public_and_private_subnets_are_in_two_zones(system: System) -> None:
    vpc = [{"Name": "vpc-id", "Values": [system.id("Vpc", "Vpc")]}]
    subnets = system.ask("ec2", "describe_subnets", Filters=vpc)["Subnets"]
    assert len(subnets) == 4
    assert len({each["AvailabilityZone"] for each in subnets}) == 2


def test_tasks_are_private_and_shared_out_as_the_environment_says(system: System) -> None:
    service = system.service()
    strategy = [
        (each["capacityProvider"], each.get("base", 0), each["weight"]) for each in service["capacityProviderStrategy"]
    ]
    assert strategy == STRATEGIES[system.environment]
    (cluster,) = system.ask("ecs", "describe_clusters", clusters=[system.cluster])["clusters"]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    tasks = system.tasks()
    assert sorted(each["capacityProviderName"] for each in tasks) == RUNNING_ON[system.environment]
    assert {each["launchType"] for each in tasks} == {"FARGATE"}
    assert {(each["cpu"], each["memory"]) for each in tasks} == {("256", "512")}
    assert len({each["availabilityZone"] for each in tasks}) == 2
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == "DISABLED"
    assert set(network["subnets"]) == system.private_subnets("One", "Two")


def test_each_task_has_an_interface_and_no_instance(system: System) -> None:
    interfaces = [_details(each) for each in system.tasks()]
    assert len({each["networkInterfaceId"] for each in interfaces}) == 2
    assert {each["subnetId"] for each in interfaces} == system.private_subnets("One", "Two")
    assert not system.ask("ecs", "list_container_instances", cluster=system.cluster)["containerInstanceArns"]
    assert not system.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]


def _details(task: Any) -> dict[str, str]:
    (attachment,) = task["attachments"]
    assert attachment["type"] == "ElasticNetworkInterface"
    return {each["name"]: each["value"] for each in attachment["details"]}


def test_failed_deployments_go_back_by_themselves(system: System) -> None:
    deployment = system.service()["deploymentConfiguration"]
    assert deployment["minimumHealthyPercent"] == 100
    assert deployment["deploymentCircuitBreaker"]["rollback"] is True
    assert deployment["alarms"]["rollback"] is True


def test_health_is_asked_for_every_thirty_seconds(system: System) -> None:
    groups = system.ask("elbv2", "describe_target_groups")["TargetGroups"]
    assert [(each["HealthCheckPath"], each["HealthCheckIntervalSeconds"]) for each in groups] == [("/health", 30)] * 2


def test_an_alarm_at_each_end_adds_and_removes_one_task(system: System) -> None:
    alarms = {
        each["ComparisonOperator"]: each
        for each in system.ask("cloudwatch", "describe_alarms")["MetricAlarms"]
        if each["AlarmName"] in system.resources["Scaling"].values()
    }
    policies = {
        each["PolicyARN"]: each["StepScalingPolicyConfiguration"]["StepAdjustments"]
        for each in system.ask("application-autoscaling", "describe_scaling_policies", ServiceNamespace="ecs")[
            "ScalingPolicies"
        ]
    }
    high, low = alarms["GreaterThanOrEqualToThreshold"], alarms["LessThanOrEqualToThreshold"]
    assert (high["Threshold"], low["Threshold"]) == (80, 10)
    assert (high["Period"], low["Period"]) == (60, 60)
    for alarm, adjustment in ((high, 1), (low, -1)):
        (action,) = alarm["AlarmActions"]
        assert [each["ScalingAdjustment"] for each in policies[action]] == [adjustment]
        dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        assert dimensions == {"ClusterName": system.cluster, "ServiceName": system.service()["serviceName"]}
    assert system.task_limits() == (2, 8)


def test_an_alarm_that_goes_off_changes_the_tasks_within_their_limits(system: System) -> None:
    names = system.resources["Scaling"]
    counts = []
    for alarm in ("CpuIsHigh", "CpuIsHigh", "CpuIsLow", "CpuIsLow", "CpuIsLow"):
        system.ask("cloudwatch", "set_alarm_state", AlarmName=names[alarm], StateValue="ALARM", StateReason="rehearsal")
        counts.append(system.service()["runningCount"])
    assert counts == [3, 4, 3, 2, 2]


def test_plain_http_until_there_is_a_certificate(system: System) -> None:
    (listener,) = system.listeners()
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    assert _served(system, listener) == ["forward"]


@pytest.mark.parametrize("system", ["dev"], indirect=True)
def test_a_certificate_moves_the_service_to_https_and_back(system: System) -> None:
    project = system.project
    deploy = ("deploy", BLUEPRINT, "dev", "--local", "--yes", "--despite-findings")
    groups = _target_groups(system)
    arn = certificate(project.account, "app.example.com")
    project.set(BLUEPRINT, "dev", CertificateArn=arn)
    project.run(*deploy)
    http, https = system.listeners()
    assert (https["Port"], https["Certificates"]) == (443, [{"CertificateArn": arn}])
    assert _served(system, https) == ["forward"]
    assert [each["Type"] for each in http["DefaultActions"]] == ["redirect"]
    assert _served(system, http) == []
    project.set(BLUEPRINT, "dev", CertificateArn="")
    project.run(*deploy)
    (http,) = system.listeners()
    assert _served(system, http) == ["forward"]
    assert _target_groups(system) == groups
    system.ask("acm", "delete_certificate", CertificateArn=arn)


def _target_groups(system: System) -> list[str]:
    return [each["TargetGroupArn"] for each in system.ask("elbv2", "describe_target_groups")["TargetGroups"]]


def _served(system: System, listener: Any) -> list[str]:
    """What the services' rules on a listener do."""
    return [action["Type"] for rule in system.rules(listener) for action in rule["Actions"]]


def test_life_of_a_stack(system: System) -> None:
    """Deploy again, change one parameter, ship an image, destroy."""
    deployed_again_changes_nothing(system)
    assert updated(system, CpuHigh="75") == {"Scaling", "Scaling/CpuIsHigh"}
    old = {each["taskArn"] for each in system.tasks()}
    an_image_is_shipped(system)
    assert len(system.tasks()) == 2
    assert not old & {each["taskArn"] for each in system.tasks()}
    destroyed_with_nothing_left(system)


def test_a_size_that_fargate_has_not_is_refused_before_aws_is_asked(project: Project, account: Account) -> None:
    project.set(BLUEPRINT, "dev", TaskMemory="768")
    refused = project.run("deploy", BLUEPRINT, "dev", "--local", "--yes", status=2)
    assert "a task of 256 CPU units has 512, 1024 or 2048 MiB of memory" in refused.stderr
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
