"""ECS's own deployments that shift traffic: what they do to the rules, the tasks and the alarms."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from support.account_numbers import account_id
from support.blue_green import manifest

from stackwright.emulator.server import LocalAws
from stackwright.emulator.services import ecs_rollout, linked_roles
from stackwright.emulator.services.ecs_shift import Run, shares

Client = Callable[..., Any]
PUBLIC = "public.ecr.aws/docker/library/python:3.13-slim"
ALARMS = {
    "unhealthy": ("AWS/ApplicationELB", "UnHealthyHostCount"),
    "errors": ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"),
    "failures": ("AWS/Events", "MatchedEvents"),
}
_PATIENCE = 20  # seconds


@dataclass
class Bed:
    """A service with two target groups on Fargate, and what was made for it in one account."""

    client: Client
    groups: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    repository: str = ""

    @property
    def ecs(self) -> Any:
        return self.client("ecs")

    def define(self, image: str = PUBLIC) -> str:
        container = {"name": "app", "image": image, "portMappings": [{"containerPort": 80}]}
        given = {"family": "app", "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
        fargate = {"requiresCompatibilities": ["FARGATE"], "containerDefinitions": [container]}
        made = self.ecs.register_task_definition(**given, **fargate)
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def configuration(self, strategy: str = "BLUE_GREEN", alarms: tuple[str, ...] = tuple(ALARMS), **more: Any) -> Any:
        watched = {"alarmNames": list(alarms), "enable": True, "rollback": True}
        return {"strategy": strategy, "bakeTimeInMinutes": 5, "alarms": watched, **more}

    def balancer(self) -> dict[str, Any]:
        moved = {
            "alternateTargetGroupArn": self.groups["green"],
            "productionListenerRule": self.rules["production"],
            "testListenerRule": self.rules["test"],
            "roleArn": "arn:aws:iam::123456789012:role/traffic",
        }
        app = {"containerName": "app", "containerPort": 80}
        return {**app, "targetGroupArn": self.groups["blue"], "advancedConfiguration": moved}

    def serve(self, **members: Any) -> None:
        given = {
            "cluster": "main",
            "serviceName": "web",
            "taskDefinition": self.define(),
            "desiredCount": 2,
            "launchType": "FARGATE",
            "loadBalancers": [self.balancer()],
            "deploymentConfiguration": self.configuration(),
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": self.subnets}},
        }
        self.ecs.create_service(**given | members)

    @property
    def subnets(self) -> list[str]:
        return [each["SubnetId"] for each in self.client("ec2").describe_subnets()["Subnets"]][:2]

    def release(self, **annotations: str) -> str:
        """Deploy another image, which does what it is annotated with; return its task definition."""
        told = {f"stackwright.local/{name.replace('_', '-')}": value for name, value in annotations.items()}
        tag = f"v{time.monotonic_ns()}"
        self.client("ecr").put_image(repositoryName="app", imageTag=tag, imageManifest=manifest(told))
        definition = self.define(f"{self.repository}:{tag}")
        self.ecs.update_service(cluster="main", service="web", taskDefinition=definition)
        return definition

    def weights(self, rule: str = "production") -> dict[str, int]:
        (found,) = self.client("elbv2").describe_rules(RuleArns=[self.rules[rule]])["Rules"]
        names = {arn: name for name, arn in self.groups.items()}
        groups = found["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {names[each["TargetGroupArn"]]: each["Weight"] for each in groups}

    def running(self) -> Counter[str]:
        """Return how many tasks run of each revision."""
        arns = self.ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
        tasks = self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else []
        return Counter(each["taskDefinitionArn"] for each in tasks)

    def service(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(cluster="main", services=["web"])["services"][0]
        return found

    def deployment(self) -> dict[str, Any]:
        """Return the newest service deployment."""
        newest, *_ = self.ecs.list_service_deployments(cluster="main", service="web")["serviceDeployments"]
        arns = [newest["serviceDeploymentArn"]]
        found: dict[str, Any] = self.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"][
            0
        ]
        return found

    def until(self, stage: str) -> None:
        late = time.monotonic() + _PATIENCE
        while self.deployment()["lifecycleStage"] != stage:
            assert time.monotonic() < late, self.deployment()
            time.sleep(0.02)

    def ended(self) -> dict[str, Any]:
        late = time.monotonic() + _PATIENCE
        while "finishedAt" not in self.deployment():
            assert time.monotonic() < late, self.deployment()
            time.sleep(0.02)
        return self.deployment()

    def alarm(self, name: str, state: str) -> None:
        self.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")

    def states(self) -> dict[str, str]:
        found = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return {each["AlarmName"]: each["StateValue"] for each in found}


def bed_in(endpoint: str) -> Bed:
    account = account_id()
    for service in linked_roles.NEEDED:
        linked_roles.found(account, service)

    @cache
    def client(service: str) -> Any:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
        return boto3.client(service, region_name="us-east-1", endpoint_url=endpoint, **keys)

    bed = Bed(client)
    _balance(bed)
    client("ecs").create_cluster(clusterName="main")
    bed.repository = client("ecr").create_repository(repositoryName="app")["repository"]["repositoryUri"]
    for name, (namespace, metric) in ALARMS.items():
        judged = {"Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
        compared = {"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Namespace": namespace, "MetricName": metric}
        client("cloudwatch").put_metric_alarm(AlarmName=name, **judged, **compared)
    return bed


def _balance(bed: Bed) -> None:
    elb, vpc = bed.client("elbv2"), bed.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    (balancer,) = elb.create_load_balancer(Name="lb", Subnets=bed.subnets)["LoadBalancers"]
    for name in ("blue", "green"):
        made = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
        bed.groups[name] = made["TargetGroups"][0]["TargetGroupArn"]
    nothing = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    weighted = [
        {"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(bed.groups.values(), (100, 0), strict=True)
    ]
    for name, port in (("production", 80), ("test", 8080)):
        listening = {"LoadBalancerArn": balancer["LoadBalancerArn"], "Protocol": "HTTP", "Port": port}
        (listener,) = elb.create_listener(**listening, DefaultActions=nothing)["Listeners"]
        made = elb.create_rule(
            ListenerArn=listener["ListenerArn"],
            Priority=10,
            Conditions=[{"Field": "path-pattern", "Values": ["*"]}],
            Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}],
        )
        bed.rules[name] = made["Rules"][0]["RuleArn"]


@pytest.fixture
def bed(endpoint: str) -> Bed:
    return bed_in(endpoint)


@pytest.fixture
def slow() -> Iterator[Bed]:
    with LocalAws(delays={"AWS::ECS::Service": 0.8}) as local:
        yield bed_in(local.endpoint)


@pytest.fixture
def stepping() -> Iterator[Bed]:
    """Deployments that wait in each stage, if only for a moment."""
    with LocalAws(delays={"AWS::ECS::Service": 0.05}) as local:
        yield bed_in(local.endpoint)


Look = tuple[str, dict[str, int], dict[str, int], int]


@pytest.fixture
def looks(stepping: Bed, monkeypatch: pytest.MonkeyPatch) -> list[Look]:
    """Stage, both rules' weights and how many tasks run, each time that a deployment waits: no stage is too short."""
    found: list[Look] = []
    wait = Run._wait

    def look(run: Run) -> None:
        tasks = sum(stepping.running().values())
        found.append((run.stage, stepping.weights(), stepping.weights("test"), tasks))
        wait(run)

    monkeypatch.setattr(Run, "_wait", look)
    return found


def test_a_service_begins_on_its_primary_group(bed: Bed) -> None:
    bed.serve()
    assert bed.weights() == {"blue": 100, "green": 0}
    assert bed.service()["runningCount"] == 2


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY"])
def test_each_release_leaves_production_on_the_other_group(bed: Bed, strategy: str) -> None:
    bed.serve(deploymentConfiguration=bed.configuration(strategy))
    for expected in ("green", "blue", "green"):
        new = bed.release()
        assert bed.ended()["status"] == "SUCCESSFUL"
        assert bed.weights() == bed.weights("test") == dict.fromkeys(("blue", "green"), 0) | {expected: 100}
        assert bed.running() == {new: 2}


BLUE, GREEN = {"blue": 100, "green": 0}, {"blue": 0, "green": 100}


def test_both_revisions_run_until_the_bake_time_is_over(stepping: Bed, looks: list[Look]) -> None:
    stepping.serve()
    new = stepping.release()
    assert stepping.ended()["status"] == "SUCCESSFUL"
    assert ("POST_SCALE_UP", BLUE, BLUE, 4) in looks
    assert ("PRE_PRODUCTION_TRAFFIC_SHIFT", BLUE, GREEN, 4) in looks
    assert ("BAKE_TIME", GREEN, GREEN, 4) in looks
    assert stepping.running() == {new: 2}


def test_a_canary_has_its_share_before_the_rest_follows(stepping: Bed, looks: list[Look]) -> None:
    canary = {"canaryPercent": 12.5, "canaryBakeTimeInMinutes": 5}
    stepping.serve(deploymentConfiguration=stepping.configuration("CANARY", canaryConfiguration=canary))
    stepping.release()
    assert stepping.ended()["status"] == "SUCCESSFUL"
    assert ("PRODUCTION_TRAFFIC_SHIFT", {"blue": 875, "green": 125}, GREEN, 4) in looks
    assert stepping.weights() == GREEN


@pytest.mark.parametrize(
    ("annotations", "rings"),
    [({"reachable": "false"}, "unhealthy"), ({"exit_code": "1"}, "failures"), ({"server_errors": "true"}, "errors")],
)
def test_what_the_tasks_do_rings_an_alarm_and_the_old_ones_stay(
    bed: Bed, annotations: dict[str, str], rings: str
) -> None:
    bed.serve()
    (old,) = bed.running()
    bed.release(**annotations)
    ended = bed.ended()
    assert ended["status"] == "ROLLBACK_SUCCESSFUL"
    assert rings in ended["alarms"]["triggeredAlarmNames"]
    assert bed.weights() == bed.weights("test") == {"blue": 100, "green": 0}
    assert bed.running() == {old: 2}
    assert bed.service()["taskDefinition"] == old
    assert [each["rolloutState"] for each in bed.service()["deployments"]] == ["COMPLETED", "FAILED"]


def test_alarms_are_quiet_again_afterwards(bed: Bed) -> None:
    bed.serve()
    bed.release(server_errors="true")
    assert "ALARM" not in bed.states().values()
    bed.release()
    assert bed.ended()["status"] == "SUCCESSFUL"


def test_an_alarm_during_the_bake_time_moves_the_traffic_back(slow: Bed) -> None:
    slow.serve()
    (old,) = slow.running()
    slow.release()
    slow.until("BAKE_TIME")
    assert slow.weights() == {"blue": 0, "green": 100}
    slow.alarm("errors", "ALARM")
    ended = slow.ended()
    assert (ended["status"], ended["alarms"]["triggeredAlarmNames"]) == ("ROLLBACK_SUCCESSFUL", ["errors"])
    assert slow.weights() == {"blue": 100, "green": 0}
    assert slow.running() == {old: 2}


def test_alarms_are_ignored_when_one_rings_before_the_deployment(bed: Bed) -> None:
    bed.serve()
    bed.alarm("errors", "ALARM")
    bed.release(server_errors="true")
    ended = bed.ended()
    assert (ended["status"], ended["alarms"]["status"]) == ("SUCCESSFUL", "DISABLED")


def test_without_an_alarm_for_it_the_stage_times_out(bed: Bed) -> None:
    bed.serve(deploymentConfiguration=bed.configuration(alarms=("errors",)))
    bed.release(exit_code="1")
    assert "SCALE_UP, which timed out after 24 hours" in bed.ended()["statusReason"]
    assert bed.weights() == {"blue": 100, "green": 0}


def test_a_deployment_can_be_told_to_go_back(slow: Bed) -> None:
    slow.serve()
    slow.release()
    slow.until("BAKE_TIME")
    slow.ecs.stop_service_deployment(
        serviceDeploymentArn=slow.deployment()["serviceDeploymentArn"], stopType="ROLLBACK"
    )
    assert slow.ended()["status"] == "ROLLBACK_SUCCESSFUL"
    assert slow.weights() == {"blue": 100, "green": 0}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_deployment_whose_tasks_cannot_be_counted(
    stepping: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Run] = []
    stepping.serve()
    monkeypatch.setattr(Run, "_wait", lambda run: found.append(run))
    monkeypatch.setattr(ecs_rollout, "count", lambda *_: 1 / 0)
    stepping.release()
    assert stepping.ended()["status"] == "ROLLBACK_FAILED"
    assert found[0].over.wait(_PATIENCE)


def test_forcing_a_deployment_moves_production_too(bed: Bed) -> None:
    bed.serve()
    (old,) = bed.running()
    bed.ecs.update_service(cluster="main", service="web", forceNewDeployment=True)
    assert (bed.weights(), bed.running()) == ({"green": 100, "blue": 0}, {old: 2})


def test_scaling_moves_no_traffic(bed: Bed) -> None:
    bed.serve()
    (old,) = bed.running()
    bed.ecs.update_service(cluster="main", service="web", desiredCount=3)
    assert (bed.weights(), bed.running()) == ({"blue": 100, "green": 0}, {old: 3})


def test_what_has_no_second_group_is_refused(bed: Bed) -> None:
    balancer = bed.balancer()
    del balancer["advancedConfiguration"]
    with pytest.raises(ClientError, match="advancedConfiguration field is required"):
        bed.serve(loadBalancers=[balancer])


@given(st.decimals(min_value=3, max_value=100, places=1))
def test_linear_steps_are_equal_and_end_with_everything(step: Decimal) -> None:
    found = list(shares({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": step}}))
    assert found[-1] == 100
    assert found == sorted(set(found))
    assert all(after - before == step for before, after in zip([Decimal(0), *found], found[:-1], strict=False))


def test_a_linear_deployment_takes_ten_percent_and_a_canary_five_unless_told() -> None:
    assert list(shares({"strategy": "LINEAR"})) == [*range(10, 101, 10)]
    assert list(shares({"strategy": "CANARY"})) == [5, 100]
    assert list(shares({"strategy": "BLUE_GREEN"})) == [100]
