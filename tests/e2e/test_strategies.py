"""Releases that shift traffic: what the listener's rule has before, during and after, and what an update may not do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.account_numbers import account_id
from support.accounts import Account, Project
from support.blue_green import manifest
from support.stacks import resources

from stackwright.emulator.server import LocalAws

BLUEPRINTS = ("fargate-alb", "ec2-alb")
SERVICE = "AWS::ECS::Service"
PRIMARY, ALTERNATE = {"TargetGroup": 100, "AlternateTargetGroup": 0}, {"TargetGroup": 0, "AlternateTargetGroup": 100}


class Moment(NamedTuple):
    """What there was to see at once: production's weights as JSON, and how many tasks ran."""

    weights: str
    tasks: int


@dataclass
class System:
    """A blueprint that is deployed by BLUE_GREEN, in an account of its own."""

    project: Project
    local: LocalAws
    blueprint: str

    def __post_init__(self) -> None:
        self.ids: dict[str, dict[str, str]] = {}
        self.arguments = ("deploy", self.blueprint, "dev", "--local", "--yes")
        self.tasks = int(self.project.parameters(self.blueprint, "dev")["MinTasks"])

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        return getattr(self.project.account.client(service), operation)(**arguments)

    def deploy(self, *more: str, status: int = 0) -> str:
        told = self.project.run(*self.arguments, *more, status=status).stderr
        self.ids = resources(self.project.account, f"{self.blueprint}-dev")
        return told

    def status(self) -> str:
        (stack,) = self.ask("cloudformation", "describe_stacks", StackName=f"{self.blueprint}-dev")["Stacks"]
        return str(stack["StackStatus"])

    def push(self, tag: str, **behaviour: str) -> str:
        (repository,) = self.ask("ecr", "describe_repositories")["repositories"]
        told = {f"stackwright.local/{name.replace('_', '-')}": value for name, value in behaviour.items()}
        manifested = manifest({"tag": tag, **told})
        self.ask(
            "ecr", "put_image", repositoryName=repository["repositoryName"], imageTag=tag, imageManifest=manifested
        )
        return f"{repository['repositoryUri']}:{tag}"

    def weights(self) -> dict[str, int]:
        """Return what production's rule gives each group, by logical id."""
        rule = self.ids["Service"]["ListenerRule"]
        (found,) = self.ask("elbv2", "describe_rules", RuleArns=[rule])["Rules"]
        names = {self.ids["Service"][title]: title for title in PRIMARY}
        groups = found["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {names[each["TargetGroupArn"]]: each["Weight"] for each in groups}

    def images(self) -> list[str]:
        """Return the image of each task that runs."""
        cluster = self.ids["Cluster"]["Cluster"]
        arns = self.ask("ecs", "list_tasks", cluster=cluster)["taskArns"]
        tasks = self.ask("ecs", "describe_tasks", cluster=cluster, tasks=arns)["tasks"] if arns else []
        return [each["containers"][0]["image"] for each in tasks]

    def released(self, image: str, *, status: int = 0) -> tuple[str, list[Moment]]:
        """Release an image at the pace of a second a stage; return what was said, and all that was seen meanwhile."""
        seen: list[Moment] = []
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.1):
                moment = Moment(json.dumps(self.weights(), sort_keys=True), len(self.images()))
                if moment not in seen[-1:]:
                    seen.append(moment)

        watching = threading.Thread(target=watch)
        watching.start()
        self.local.delays[SERVICE] = 1.0
        try:
            return self.deploy("--image", image, status=status), seen
        finally:
            self.local.delays.clear()
            over.set()
            watching.join()


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    with LocalAws() as running:
        yield running


@pytest.fixture(params=BLUEPRINTS, scope="module")
def system(
    request: pytest.FixtureRequest,
    local: LocalAws,
    copied: Callable[[Path, Account], Project],
    tmp_path_factory: pytest.TempPathFactory,
) -> System:
    project = copied(tmp_path_factory.mktemp(request.param), Account(account_id(), local.endpoint))
    project.set(request.param, "dev", DeploymentStrategy="BLUE_GREEN")
    made = System(project, local, request.param)
    made.deploy()
    return made


def moment(weights: dict[str, int], tasks: int) -> Moment:
    return Moment(json.dumps(weights, sort_keys=True), tasks)


# The tests are one story, in the order in which they stand.


def test_production_begins_on_the_primary_group(system: System) -> None:
    assert (system.weights(), len(system.images())) == (PRIMARY, system.tasks)


def test_a_release_that_succeeds_leaves_production_on_the_other_group(system: System) -> None:
    image = system.push("dev-one")
    _, seen = system.released(image)
    one = system.tasks
    before, beside, shifted = moment(PRIMARY, one), moment(PRIMARY, 2 * one), moment(ALTERNATE, 2 * one)
    assert [each for each in seen if each in (before, beside, shifted)] == [before, beside, shifted]
    assert (system.weights(), system.images()) == (ALTERNATE, [image] * one)


def test_an_update_of_the_stack_leaves_production_where_it_is(system: System) -> None:
    system.project.set(system.blueprint, "dev", LogRetentionDays="14")
    assert "UPDATE_COMPLETE" in system.deploy()
    assert system.weights() == ALTERNATE


def test_another_strategy_is_refused_while_production_is_on_the_other_group(system: System) -> None:
    system.project.set(system.blueprint, "dev", DeploymentStrategy="ROLLING")
    told = system.deploy(status=1)
    assert (
        "the strategy of Service/Service cannot change from BLUE_GREEN to ROLLING now: production gives 100% to "
        "Service/AlternateTargetGroup, as a release left it, and not all to Service/TargetGroup"
    ) in told
    assert f"--service {system.ids['Service']['Service']}" in told and "--force-new-deployment" in told
    assert (system.status(), system.weights()) == ("UPDATE_COMPLETE", ALTERNATE)
    system.project.set(system.blueprint, "dev", DeploymentStrategy="BLUE_GREEN")


def test_an_update_that_writes_the_rule_anew_is_refused_as_well(system: System) -> None:
    system.project.set(system.blueprint, "dev", PathPatterns="/*")
    told = system.deploy(status=1)
    assert (
        "this would move production's traffic: Service/ListenerRule gives 100% to Service/AlternateTargetGroup, as a "
        "release left it, and would be written anew with 100% to Service/TargetGroup"
    ) in told
    assert system.weights() == ALTERNATE
    system.project.set(system.blueprint, "dev", PathPatterns="*")


def test_a_release_whose_tasks_never_get_healthy_never_gets_the_traffic(system: System) -> None:
    images = system.images()
    told, seen = system.released(system.push("dev-sick", reachable="false"), status=1)
    assert "rolled back because of alarms: " in told and "UPDATE_ROLLBACK_COMPLETE" in told
    assert {each.weights for each in seen} == {moment(ALTERNATE, 0).weights}
    assert (system.status(), system.weights()) == ("UPDATE_ROLLBACK_COMPLETE", ALTERNATE)
    assert system.images() == images


def test_a_release_that_rings_an_alarm_gives_the_traffic_back(system: System) -> None:
    images = system.images()
    told, seen = system.released(system.push("dev-broken", server_errors="true"), status=1)
    assert system.ids["Service"]["ServerErrors"] in told
    assert moment(PRIMARY, 2 * system.tasks) in seen
    assert (system.weights(), system.images()) == (ALTERNATE, images)


def test_brought_back_as_told_the_strategy_changes(system: System) -> None:
    cluster, service = system.ids["Cluster"]["Cluster"], system.ids["Service"]["Service"]
    system.project.account.client("ecs").update_service(cluster=cluster, service=service, forceNewDeployment=True)
    assert system.weights() == PRIMARY
    system.project.set(system.blueprint, "dev", DeploymentStrategy="ROLLING")
    assert "UPDATE_COMPLETE" in system.deploy()
    found = system.ask("ecs", "describe_services", cluster=cluster, services=[service])
    assert found["services"][0]["deploymentConfiguration"]["strategy"] == "ROLLING"
    assert system.weights() == PRIMARY
    assert "TrafficRole" not in system.ids["Service"]


def test_and_back_to_one_that_shifts(system: System) -> None:
    system.project.set(system.blueprint, "dev", DeploymentStrategy="CANARY")
    assert "UPDATE_COMPLETE" in system.deploy()
    assert len(system.images()) == system.tasks


def test_nothing_of_it_stops_the_deletion(system: System) -> None:
    system.project.run("destroy", system.blueprint, "dev", "--local", "--yes")
    assert system.ask("elbv2", "describe_target_groups")["TargetGroups"] == []
