"""`fargate-alb` from Python to a running stack: deployed, asked through the services' APIs, changed and destroyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.accounts import Account, Project
from support.stacks import Stack, resources

BLUEPRINT = "fargate-alb"
STRATEGIES = {"dev": [("FARGATE", 1, 0), ("FARGATE_SPOT", 0, 1)], "prod": [("FARGATE", 2, 1), ("FARGATE_SPOT", 0, 0)]}
RUNNING_ON = {"dev": ["FARGATE", "FARGATE_SPOT"], "prod": ["FARGATE", "FARGATE"]}


@dataclass(frozen=True)
class Deployed:
    """A stack that stands, and who to ask about it."""

    environment: str
    project: Project
    account: Account
    resources: dict[str, dict[str, str]]

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        return getattr(self.account.client(service), operation)(**arguments)

    @property
    def cluster(self) -> str:
        return self.resources["Cluster"]["Cluster"]

    def service(self) -> Any:
        (found,) = self.ask(
            "ecs", "describe_services", cluster=self.cluster, services=[self.resources["Service"]["Service"]]
        )["services"]
        return found

    def tasks(self) -> list[Any]:
        arns = self.ask("ecs", "list_tasks", cluster=self.cluster)["taskArns"]
        found: list[Any] = self.ask("ecs", "describe_tasks", cluster=self.cluster, tasks=arns)["tasks"]
        return found


@pytest.fixture(params=["dev", "prod"], scope="module")
def deployed(
    request: pytest.FixtureRequest,
    make_project: Callable[[Path], Project],
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployed:
    environment = str(request.param)
    project = make_project(tmp_path_factory.mktemp(environment))
    project.run("deploy", BLUEPRINT, environment, "--local", "--yes")
    return Deployed(environment, project, project.account, resources(project.account, f"{BLUEPRINT}-{environment}"))


def test_public_and_private_subnets_are_in_two_zones(deployed: Deployed) -> None:
    vpc = [{"Name": "vpc-id", "Values": [deployed.resources["Vpc"]["Vpc"]]}]
    subnets = deployed.ask("ec2", "describe_subnets", Filters=vpc)["Subnets"]
    assert len(subnets) == 4
    assert len({each["AvailabilityZone"] for each in subnets}) == 2


def test_tasks_are_private_and_shared_out_as_the_environment_says(deployed: Deployed) -> None:
    service = deployed.service()
    strategy = [
        (each["capacityProvider"], each.get("base", 0), each["weight"]) for each in service["capacityProviderStrategy"]
    ]
    assert strategy == STRATEGIES[deployed.environment]
    (cluster,) = deployed.ask("ecs", "describe_clusters", clusters=[deployed.cluster])["clusters"]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    tasks = deployed.tasks()
    assert sorted(each["capacityProviderName"] for each in tasks) == RUNNING_ON[deployed.environment]
    assert {each["launchType"] for each in tasks} == {"FARGATE"}
    assert {(each["cpu"], each["memory"]) for each in tasks} == {("256", "512")}
    assert len({each["availabilityZone"] for each in tasks}) == 2
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == "DISABLED"
    private = {deployed.resources["Vpc"][f"PrivateSubnet{word}"] for word in ("One", "Two")}
    assert set(network["subnets"]) == private


def test_each_task_has_an_interface_and_no_instance(deployed: Deployed) -> None:
    interfaces = [_details(each) for each in deployed.tasks()]
    assert len({each["networkInterfaceId"] for each in interfaces}) == 2
    private = {deployed.resources["Vpc"][f"PrivateSubnet{word}"] for word in ("One", "Two")}
    assert {each["subnetId"] for each in interfaces} == private
    assert not deployed.ask("ecs", "list_container_instances", cluster=deployed.cluster)["containerInstanceArns"]
    assert not deployed.ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]


def _details(task: Any) -> dict[str, str]:
    (attachment,) = task["attachments"]
    assert attachment["type"] == "ElasticNetworkInterface"
    return {each["name"]: each["value"] for each in attachment["details"]}


def test_failed_deployments_go_back_by_themselves(deployed: Deployed) -> None:
    deployment = deployed.service()["deploymentConfiguration"]
    assert deployment["minimumHealthyPercent"] == 100
    assert deployment["deploymentCircuitBreaker"]["rollback"] is True
    assert deployment["alarms"]["rollback"] is True


def test_health_is_asked_for_every_thirty_seconds(deployed: Deployed) -> None:
    groups = deployed.ask("elbv2", "describe_target_groups")["TargetGroups"]
    assert [(each["HealthCheckPath"], each["HealthCheckIntervalSeconds"]) for each in groups] == [("/health", 30)] * 2


def test_an_alarm_at_each_end_adds_and_removes_one_task(deployed: Deployed) -> None:
    alarms = {
        each["ComparisonOperator"]: each
        for each in deployed.ask("cloudwatch", "describe_alarms")["MetricAlarms"]
        if each["AlarmName"] in deployed.resources["Scaling"].values()
    }
    policies = {
        each["PolicyARN"]: each["StepScalingPolicyConfiguration"]["StepAdjustments"]
        for each in deployed.ask("application-autoscaling", "describe_scaling_policies", ServiceNamespace="ecs")[
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
        assert dimensions == {"ClusterName": deployed.cluster, "ServiceName": deployed.service()["serviceName"]}
    (target,) = deployed.ask("application-autoscaling", "describe_scalable_targets", ServiceNamespace="ecs")[
        "ScalableTargets"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 8)


def test_an_alarm_that_goes_off_changes_the_tasks_within_their_limits(deployed: Deployed) -> None:
    names = deployed.resources["Scaling"]
    counts = []
    for alarm in ("CpuIsHigh", "CpuIsHigh", "CpuIsLow", "CpuIsLow", "CpuIsLow"):
        deployed.ask(
            "cloudwatch", "set_alarm_state", AlarmName=names[alarm], StateValue="ALARM", StateReason="rehearsal"
        )
        counts.append(deployed.service()["runningCount"])
    assert counts == [3, 4, 3, 2, 2]


def test_plain_http_until_there_is_a_certificate(deployed: Deployed) -> None:
    (listener,) = _listeners(deployed.account)
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    assert _served(deployed.account, listener) == ["forward"]


def test_a_certificate_moves_the_service_to_https_and_back(project: Project, account: Account) -> None:
    deploy = ("deploy", BLUEPRINT, "dev", "--local", "--yes", "--despite-findings")
    project.run(*deploy)
    groups = _target_groups(account)
    arn = account.client("acm").request_certificate(DomainName="app.example.com")["CertificateArn"]
    project.set(BLUEPRINT, "dev", CertificateArn=arn)
    project.run(*deploy)
    http, https = _listeners(account)
    assert (https["Port"], https["Certificates"]) == (443, [{"CertificateArn": arn}])
    assert _served(account, https) == ["forward"]
    assert [each["Type"] for each in http["DefaultActions"]] == ["redirect"]
    assert _served(account, http) == []
    project.set(BLUEPRINT, "dev", CertificateArn="")
    project.run(*deploy)
    (http,) = _listeners(account)
    assert _served(account, http) == ["forward"]
    assert _target_groups(account) == groups


def _target_groups(account: Account) -> list[str]:
    return [each["TargetGroupArn"] for each in account.client("elbv2").describe_target_groups()["TargetGroups"]]


def _listeners(account: Account) -> list[Any]:
    client = account.client("elbv2")
    (balancer,) = client.describe_load_balancers()["LoadBalancers"]
    found = client.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return sorted(found, key=lambda each: int(each["Port"]))


def _served(account: Account, listener: Any) -> list[str]:
    """What the services' rules on a listener do."""
    rules = account.client("elbv2").describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    return [action["Type"] for rule in rules if not rule["IsDefault"] for action in rule["Actions"]]


def test_life_of_a_stack(deployed: Deployed) -> None:
    """Deploy again, change one parameter, ship an image, destroy."""
    project, name = deployed.project, deployed.environment
    deploy = ("deploy", BLUEPRINT, name, "--local", "--yes")
    stack = Stack(deployed.account, BLUEPRINT, name)
    assert "no changes" in project.run(*deploy).stderr

    before = stack.events()
    project.set(BLUEPRINT, name, CpuHigh="75")
    project.run(*deploy)
    assert {(logical, status) for logical, status in stack.events() - before if status == "UPDATE_COMPLETE"} == {
        (stack.name, "UPDATE_COMPLETE"),
        ("Scaling", "UPDATE_COMPLETE"),
        ("Scaling/CpuIsHigh", "UPDATE_COMPLETE"),
    }

    old = {each["taskArn"] for each in deployed.tasks()}
    image = f"{stack.output('RepositoryUri')}:{name}-4f2a9c1"
    deployed.account.push(image)
    project.run(*deploy, "--image", image)
    assert stack.image() == image
    assert len(deployed.tasks()) == 2
    assert not old & {each["taskArn"] for each in deployed.tasks()}

    kept = stack.kept()
    gone = project.run("destroy", BLUEPRINT, name, "--local", "--yes", "--unprotect").stderr
    assert all(physical_id in gone.partition("what remains")[2] for physical_id in kept)
    assert not [each for each in stack.stacks() if each.startswith(BLUEPRINT)]
    assert stack.left() == kept
    assert "nothing to do" in project.run("destroy", BLUEPRINT, name, "--local", "--yes").stderr


def test_a_size_that_fargate_has_not_is_refused_before_aws_is_asked(project: Project, account: Account) -> None:
    project.set(BLUEPRINT, "dev", TaskMemory="768")
    refused = project.run("deploy", BLUEPRINT, "dev", "--local", "--yes", status=2)
    assert "a task of 256 CPU units has 512, 1024 or 2048 MiB of memory" in refused.stderr
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
