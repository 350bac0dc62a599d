"""A release before anything is begun, by an AWS that answers from a table: what is refused, and what is picked up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from stackwright import release as module
from stackwright.aws import Aws
from stackwright.aws_errors import AwsError
from stackwright.aws_shapes import Stack
from stackwright.compose import Blueprint
from stackwright.deploy.again import Again, Where
from stackwright.deploy.plan import Plan, make_plan
from stackwright.deploy.screen import Screen
from stackwright.errors import BadInput, StackwrightError
from stackwright.params import ParameterFileError
from stackwright.project import Project
from stackwright.release import Choices, refuse_second, release
from stackwright.release.group import group_of
from stackwright.release.order import Order
from stackwright.release.ship import followed, shipped
from stackwright.release.way import Way

SERVICE = {"clusterName": "shop", "serviceName": "web"}
PROPERTIES = {"TaskDefinition": "web:1", "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 8080}}
SPEC = {"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": PROPERTIES}}]}
OUTPUTS = {
    "CodeDeployApplicationName": "shop",
    "DeploymentGroupName": "shop",
    "AppSpec": json.dumps(SPEC),
    "RepositoryUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop",
}
ORDER = Order("shop:dev-1", "1.0.0")
PARAMETERS = {"Image": ORDER.image, "AppVersion": ORDER.version}
STACK = Stack("id", "shop-dev", "UPDATE_COMPLETE", "", PARAMETERS, {}, OUTPUTS, protected=False)
ROOT: dict[str, Any] = {
    "Parameters": {name: {"Type": "String", "AllowedPattern": r"\S*"} for name in PARAMETERS},
    "Resources": {},
}
AGAIN = Again("shop", "dev", "shop-dev", Where())


class Service:
    """CodeDeploy, at work on one deployment or on none; the person interrupts once it is followed."""

    def __init__(self, *running: str, status: str = "InProgress") -> None:
        self.running, self.status = list(running), status
        self.asked: list[str] = []

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        self.asked.append(operation)
        if operation == "create_deployment":
            raise AwsError("refused", code="DeploymentLimitExceededException")
        if operation == "get_deployment" and self.asked.count(operation) > 1:
            raise KeyboardInterrupt
        return {
            "get_deployment_group": {"deploymentGroupInfo": {"ecsServices": [SERVICE]}},
            "list_deployments": {"deployments": self.running},
            "get_deployment": {"deploymentInfo": {"status": self.status, "description": ORDER.description}},
            "list_deployment_targets": {"targetIds": []},
        }[operation]

    def stack_now(self, name: str) -> Stack:
        return STACK

    def template(self, name: str) -> dict[str, Any]:
        return ROOT


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Dockerfile").touch()
    file = tmp_path / "params" / "shop" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"Parameters": {"AppVersion": ORDER.version}}))
    return Project(tmp_path, {"shop": lambda: Blueprint("shop", ROOT, {})})


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Service:
    """Let releases reach a CodeDeploy at work on ORDER."""
    found = Service("d-1")

    @contextmanager
    def reached(where: Where, screen: Screen) -> Iterator[Any]:
        yield found

    monkeypatch.setattr(module, "reached", reached)
    return found


def chosen(**options: Any) -> Choices:
    return Choices(blueprint="shop", environment="dev", yes=True, **options)


@pytest.mark.parametrize("own", ["task_definition", "appspec"])
def test_what_is_written_is_the_stacks_own(project: Project, busy: Service, own: str) -> None:
    with pytest.raises(BadInput, match="leave --task-definition and --appspec out"):
        release(project, chosen(write=project.root, **{own: project.root / "own.json"}))
    assert busy.asked == []


def test_nothing_is_built_while_codedeploy_is_at_work(
    project: Project, busy: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StackwrightError, match="CodeDeploy is at work on d-1: ") as raised:
        release(project, chosen(folder=project.root))
    assert "pick it up: python build.py release shop dev --image shop:dev-1 --version 1.0.0" in str(raised.value)


def test_nothing_is_built_of_what_the_template_would_refuse(
    project: Project, busy: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    busy.running = []
    with pytest.raises(BadInput, match="--version: "):
        release(project, chosen(folder=project.root, version="1 0"))


def test_what_is_interrupted_is_picked_up_with_the_same_role(
    project: Project, busy: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        release(project, chosen(image=ORDER.image, role_arn="arn:aws:iam::123456789012:role/release"))
    said = capsys.readouterr().err
    assert "release shop dev --image shop:dev-1 --role-arn arn:aws:iam::123456789012:role/release" in said


def test_a_parameter_file_that_cannot_be_read_is_named(project: Project, busy: Service) -> None:
    project.parameter_file("shop", "dev").write_text('{"Parameters": {"AppVersion": 1.0}')
    with pytest.raises(ParameterFileError, match=r"params/shop/dev.json: not JSON: .* \(line 1"):
        release(project, chosen())


@pytest.mark.parametrize(
    ("running", "order", "outcome"),
    [
        (["d-1"], ORDER, KeyboardInterrupt),
        (["d-1"], Order("shop:dev-2", "2.0.0"), StackwrightError),
        ([], ORDER, AwsError),
    ],
)
def test_a_deployment_whose_answer_was_lost_is_followed(
    running: list[str], order: Order, outcome: type[BaseException]
) -> None:
    aws: Any = Service(*running)
    with pytest.raises(outcome) as raised:
        shipped(aws, group_of(aws, STACK), order, group_of(aws, STACK).spec, Way(Screen(yes=True), AGAIN))
    assert type(raised.value) is outcome
    assert aws.asked.count("create_deployment") == 1


def test_the_command_that_reroutes_leads_to_the_account_of_the_release(capsys: pytest.CaptureFixture[str]) -> None:
    aws: Any = Service("d-1", status="Ready")
    way = Way(Screen(yes=True), replace(AGAIN, where=Where("ops", "eu-west-1")))
    with pytest.raises(KeyboardInterrupt):
        followed(aws, group_of(aws, STACK), ORDER, "d-1", way)
    command = "aws deploy continue-deployment --deployment-id d-1 --deployment-wait-type READY_WAIT"
    assert f"rerouted: {command} --profile ops --region eu-west-1\n" in capsys.readouterr().err


def planned(parameters: dict[str, str] | None = None, **options: Any) -> Plan:
    wanted = {"AppVersion": ORDER.version} | (parameters or {})
    common = {"blueprint": "shop", "environment": "dev", "root": ROOT, "nested": {}, "tags": {}, "stack": STACK}
    return make_plan(**common, parameters=wanted, **options)


@pytest.mark.parametrize(
    "plan", [planned({"AppVersion": "2.0.0"}), planned(image="shop:dev-2"), planned(pointer="shop:dev-2")]
)
def test_a_new_version_is_not_deployed_while_codedeploy_is_at_work(plan: Plan) -> None:
    with pytest.raises(StackwrightError, match="CodeDeploy is at work on d-1"):
        refuse_second(cast(Aws, Service("d-1")), plan, Screen(yes=True), AGAIN)
    refuse_second(cast(Aws, Service()), plan, Screen(yes=True), AGAIN)


@pytest.mark.parametrize("plan", [planned(), planned(image=ORDER.image), planned({"MinTasks": "2"})])
def test_what_releases_nothing_may_be_deployed_at_any_time(plan: Plan) -> None:
    service = Service("d-1")
    refuse_second(cast(Aws, service), plan, Screen(yes=True), AGAIN)
    assert service.asked == []
