"""Releases that shift traffic: what the listener's rule has before, during and after, and what an update may not do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support import steps
from support.account_numbers import account_id
from support.accounts import Account, Project
from support.blue_green import manifest
from support.stacks import resources

from stackwright.emulator.server import LocalAws
from stackwright.emulator.services.ecs_shift import Run

SERVICE = "AWS::ECS::Service"
PACE = 0.1  # seconds of a stage
HOOK = "arn:aws:lambda:us-east-1:123456789012:function:approve"
PRIMARY, ALTERNATE = {"TargetGroup": 100, "AlternateTargetGroup": 0}, {"TargetGroup": 0, "AlternateTargetGroup": 100}


class Moment(NamedTuple):
    """What there was to see at once: production's weights as JSON, and how many tasks ran."""

    weights: str
    tasks: int


@dataclass
class System:
    """A blueprint whose deployments shift traffic, in an account of its own."""

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
        """Release an image; return what was said, and what there was to see before, at each stage, and after."""
        seen: list[Moment] = []

        def look() -> None:
            moment = Moment(json.dumps(self.weights(), sort_keys=True), len(self.images()))
            if moment not in seen[-1:]:
                seen.append(moment)

        self.local.delays[SERVICE] = PACE
        try:
            with steps.watched(Run, look):
                told = self.deploy("--image", image, status=status)
        finally:
            self.local.delays.clear()
        return told, seen


@pytest.fixture(scope="module")
def stand(
    local: LocalAws, copied: Callable[[Path, Account], Project], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., System]:
    def deployed(blueprint: str, **parameters: str) -> System:
        project = copied(tmp_path_factory.mktemp(blueprint), Account(account_id(), local.endpoint))
        project.set(blueprint, "dev", **parameters)
        made = System(project, local, blueprint)
        made.deploy()
        return made

    return deployed


@pytest.fixture(scope="module")
def system(stand: Callable[..., System]) -> System:
    return stand("fargate-alb", DeploymentStrategy="BLUE_GREEN", LifecycleHookArn=HOOK)


@pytest.fixture(scope="module")
def on_instances(stand: Callable[..., System]) -> System:
    return stand("ec2-alb", DeploymentStrategy="LINEAR", StepPercent="40")


def moment(weights: dict[str, int], tasks: int) -> Moment:
    return Moment(json.dumps(weights, sort_keys=True), tasks)


def in_turn(seen: list[Moment]) -> list[int]:
    """Return which shares of the traffic the alternate group had, one after the other."""
    return [share for share, _ in groupby(json.loads(each.weights)["AlternateTargetGroup"] for each in seen)]


def both_ran(system: System, seen: list[Moment]) -> bool:
    """Tell whether both revisions had all their tasks for as long as they shared the traffic."""
    whole = [moment(each, 0).weights for each in (PRIMARY, ALTERNATE)]
    return {each.tasks for each in seen if each.weights not in whole} == {2 * system.tasks}


# The tests are one story, in the order in which they stand.


def test_production_begins_on_the_primary_group(system: System) -> None:
    assert (system.weights(), len(system.images())) == (PRIMARY, system.tasks)


def test_ecs_is_told_which_function_to_ask_before_production_shifts(system: System) -> None:
    cluster, service = system.ids["Cluster"]["Cluster"], system.ids["Service"]["Service"]
    (found,) = system.ask("ecs", "describe_services", cluster=cluster, services=[service])["services"]
    (hook,) = found["deploymentConfiguration"]["lifecycleHooks"]
    assert (hook["hookTargetArn"], hook["lifecycleStages"]) == (HOOK, ["POST_TEST_TRAFFIC_SHIFT"])
    assert hook["roleArn"].endswith(f":role/{system.ids['Service']['HookRole']}")


def test_a_release_that_succeeds_leaves_production_on_the_other_group(system: System) -> None:
    image = system.push("dev-one")
    _, seen = system.released(image)
    one = system.tasks
    beside, shifted = moment(PRIMARY, 2 * one), moment(ALTERNATE, 2 * one)
    assert seen == [moment(PRIMARY, one), beside, shifted, moment(ALTERNATE, one)]
    assert (system.weights(), system.images()) == (ALTERNATE, [image] * one)


def test_an_update_of_the_stack_leaves_production_where_it_is(system: System) -> None:
    system.project.set(system.blueprint, "dev", LogRetentionDays="14")
    assert "UPDATE_COMPLETE" in system.deploy()
    assert system.weights() == ALTERNATE


def test_what_would_move_production_back_is_refused(system: System) -> None:
    system.project.set(system.blueprint, "dev", DeploymentStrategy="ROLLING", PathPatterns="/*")
    told = system.deploy(status=1)
    assert (
        "the strategy of Service/Service cannot change from BLUE_GREEN to ROLLING now: production gives 100% to "
        "Service/AlternateTargetGroup, as a release left it, and not all to Service/TargetGroup"
    ) in told
    assert (
        "this would move production's traffic: Service/ListenerRule gives 100% to Service/AlternateTargetGroup, as a "
        "release left it, and would be written anew with 100% to Service/TargetGroup"
    ) in told
    assert f"--service {system.ids['Service']['Service']}" in told and "--force-new-deployment" in told
    assert (system.status(), system.weights()) == ("UPDATE_COMPLETE", ALTERNATE)
    system.project.set(system.blueprint, "dev", DeploymentStrategy="BLUE_GREEN", PathPatterns="*")


def test_a_release_whose_tasks_never_get_healthy_never_gets_the_traffic(system: System) -> None:
    images = system.images()
    told, seen = system.released(system.push("dev-sick", reachable="false"), status=1)
    assert "rolled back because of alarms: " in told and "UPDATE_ROLLBACK_COMPLETE" in told
    assert in_turn(seen) == [100]
    assert (system.status(), system.weights()) == ("UPDATE_ROLLBACK_COMPLETE", ALTERNATE)
    assert system.images() == images


def test_a_release_that_rings_an_alarm_gives_the_traffic_back(system: System) -> None:
    images = system.images()
    told, seen = system.released(system.push("dev-broken", server_errors="true"), status=1)
    assert system.ids["Service"]["ServerErrors"] in told
    assert in_turn(seen) == [100, 0, 100]
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
    assert not {"TrafficRole", "HookRole"} & system.ids["Service"].keys()


def test_and_back_to_one_that_shifts_a_canary_first(system: System) -> None:
    system.project.set(system.blueprint, "dev", DeploymentStrategy="CANARY", CanaryPercent="5")
    image = system.push("dev-canary")
    _, seen = system.released(image)
    assert in_turn(seen) == [0, 5, 100]
    assert both_ran(system, seen)
    assert system.images() == [image] * system.tasks


def test_nothing_of_it_stops_the_deletion(system: System) -> None:
    system.project.run("destroy", system.blueprint, "dev", "--local", "--yes")
    assert system.ask("elbv2", "describe_target_groups")["TargetGroups"] == []


# And another, on instances.


def test_steps_of_one_size_give_the_new_tasks_more_and_more(on_instances: System) -> None:
    image = on_instances.push("dev-one")
    _, seen = on_instances.released(image)
    assert in_turn(seen) == [0, 40, 80, 100]
    assert both_ran(on_instances, seen)
    assert on_instances.images() == [image] * on_instances.tasks


def test_an_alarm_in_the_midst_of_them_gives_the_traffic_back(on_instances: System) -> None:
    images = on_instances.images()
    told, seen = on_instances.released(on_instances.push("dev-broken", server_errors="true"), status=1)
    assert on_instances.ids["Service"]["ServerErrors"] in told
    assert in_turn(seen) == [100, 60, 100]
    assert (on_instances.weights(), on_instances.images()) == (ALTERNATE, images)
