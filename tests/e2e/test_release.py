"""Releases by CodeDeploy, with what is on the listener before, during and after: one that an alarm rolls back, one that
succeeds, one that is interrupted and picked up again, one whose tasks never get healthy; and updates between."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support import steps
from support.account_numbers import account_id
from support.accounts import Account, Project
from support.existing_network import BLUEPRINT, certificate, given
from support.released import System, heard

from nested.alb import TLS_POLICY
from stackwright.emulator.server import LocalAws
from stackwright.emulator.services.codedeploy_run import Run

GROUP = "AWS::CodeDeploy::DeploymentGroup"
PACE, AT_MOST = 0.3, 60  # seconds of a step, and of what is waited for
BOOTSTRAP = "3.13.5-slim-bookworm"
EVENTS = (
    "BeforeInstall Install AfterInstall AllowTestTraffic AfterAllowTestTraffic"
    " BeforeAllowTraffic AllowTraffic AfterAllowTraffic"
)
OTHER_TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
BLUE, GREEN = {"blue": 100}, {"green": 100}
CANARY = {"green": 10, "blue": 90}


class Moment(NamedTuple):
    """What was on the listeners at once, and whether a deployment was under way."""

    production: dict[str, int]
    test: dict[str, int]
    under_way: bool


@pytest.fixture(scope="module")
def system(
    local: LocalAws, copied: Callable[[Path, Account], Project], tmp_path_factory: pytest.TempPathFactory
) -> System:
    project = copied(tmp_path_factory.mktemp(BLUEPRINT), Account(account_id(), local.endpoint))
    given(project, "dev", TrafficShift="Canary10Percent5Minutes")
    made = System(project, "dev")
    made.run("deploy")
    return made


class Hold:
    """A moment at which a deployment stays until it may go on."""

    def __init__(self, *moment: Any) -> None:
        self.moment = moment
        self.come, self.go_on = threading.Event(), threading.Event()

    def reached(self) -> bool:
        """Wait until a deployment is there."""
        return self.come.wait(AT_MOST)

    def stay(self) -> None:
        self.come.set()
        self.go_on.wait()


@contextmanager
def watched(system: System, local: LocalAws, hold: Hold | None = None) -> Iterator[list[Moment]]:
    """Look at the listeners at each step of the deployments in the block, before it and after it."""
    codedeploy, seen = system.account.client("codedeploy"), list[Moment]()

    def look() -> None:
        working = codedeploy.list_deployments(includeOnlyStatuses=["InProgress"])["deployments"]
        moment = Moment(*system.weights("ListenerRule", "TestListenerRule"), bool(working))
        if moment not in seen[-1:]:
            seen.append(moment)
        if hold and moment == hold.moment:
            hold.stay()

    with steps.watched(Run, look):
        local.delays[GROUP] = PACE
        try:
            yield seen
        finally:
            local.delays.clear()
            if hold:
                hold.go_on.set()


def in_turn(seen: list[Moment]) -> list[tuple[dict[str, int], dict[str, int]]]:
    """Return what was on the listeners, production's and the test's, one after the other."""
    return [found for found, _ in groupby((each.production, each.test) for each in seen)]


# The tests are one story, in the order in which they stand.


def test_what_is_not_there_is_refused_before_anything_begins(system: System) -> None:
    absent = f"{system.outputs()['RepositoryUri']}:dev-none"
    assert "push it" in system.run("release", "--image", absent, status=1)
    assert "has no image yet" in system.run("release", status=2)
    assert system.account.client("codedeploy").list_deployments()["deployments"] == []


def test_a_change_that_ecs_refuses_is_refused_before(system: System) -> None:
    system.project.set(BLUEPRINT, "dev", AssignPublicIp="on")
    said = system.run("deploy", "--despite-findings", status=1)
    assert "NetworkConfiguration of Service/Service, which CodeDeploy deploys" in said
    system.project.set(BLUEPRINT, "dev", AssignPublicIp="off")


def test_an_alarm_gives_the_traffic_back(system: System, local: LocalAws) -> None:
    alarm = {"AlarmName": system.made["Service"]["ServerErrors"], "StateReason": "test"}
    cloudwatch = system.account.client("cloudwatch")
    image = system.push("dev-broken")
    canary = Hold(CANARY, GREEN, True)
    with watched(system, local, canary) as seen, system.releasing("--image", image) as release:
        assert canary.reached()
        assert system.images() == [BOOTSTRAP, "dev-broken"]
        cloudwatch.set_alarm_state(**alarm, StateValue="ALARM")
        canary.go_on.set()
        said = heard(release, "rolled back by")
        assert release.wait(timeout=AT_MOST) == 1
    assert "ALARM_ACTIVE" in said
    assert in_turn(seen) == [(BLUE, BLUE), (BLUE, GREEN), (CANARY, GREEN), (BLUE, BLUE)]
    assert seen[0] == seen[-1] == (BLUE, BLUE, False)
    assert system.images() == [BOOTSTRAP]
    cloudwatch.set_alarm_state(**alarm, StateValue="OK")


def test_a_release_moves_production_to_the_new_version(system: System, local: LocalAws) -> None:
    image = system.push("dev-one")
    with watched(system, local) as seen:
        said = system.run("release", "--image", image)
    for event in EVENTS.split():
        assert f"{event}: done" in said
    assert (seen[0], seen[-1]) == ((BLUE, BLUE, False), (GREEN, GREEN, False))
    assert in_turn(seen) == [(BLUE, BLUE), (BLUE, GREEN), (CANARY, GREEN), (GREEN, GREEN)]
    assert system.images() == ["dev-one"]
    assert "is live already" in system.run("release", "--image", image)


def test_an_interrupted_release_goes_on_and_is_picked_up_again(system: System, local: LocalAws) -> None:
    codedeploy, image = system.account.client("codedeploy"), system.push("dev-two")
    before = codedeploy.list_deployments()["deployments"]
    tested = Hold(GREEN, BLUE, True)
    with watched(system, local, tested) as seen:
        with system.releasing("--image", image) as release:
            assert tested.reached()
            heard(release, "AfterInstall: done")
            release.send_signal(signal.SIGINT)
            said = heard(release, "pick it up:")
            assert release.wait(timeout=AT_MOST) == 130
        assert "goes on in AWS" in said
        assert f"release {BLUEPRINT} dev --image {image} --local" in said
        other = system.run("release", "--image", system.push("dev-three"), status=1)
        assert "CodeDeploy is at work on d-" in other
        with system.releasing("--image", image) as again:
            heard(again, "picking up deployment d-")
            tested.go_on.set()
            assert again.wait(timeout=AT_MOST) == 0
    assert (seen[0], seen[-1]) == ((GREEN, GREEN, False), (BLUE, BLUE, False))
    assert in_turn(seen) == [(GREEN, GREEN), (GREEN, BLUE), ({"blue": 10, "green": 90}, BLUE), (BLUE, BLUE)]
    assert system.images() == ["dev-two"]
    assert len(codedeploy.list_deployments()["deployments"]) == len(before) + 1


def test_tasks_that_never_get_healthy_never_see_production(system: System, local: LocalAws) -> None:
    crash = system.push("dev-crash", **{"exit-code": "3", "log": "KeyError: DATABASE_URL"})
    with watched(system, local) as seen:
        said = system.run("release", "--image", crash, status=1)
    assert "Install: failed" in said
    assert "Essential container in task exited" in said
    assert "exit code 3" in said
    assert "log of app: KeyError: DATABASE_URL" in said
    assert "rolled back by d-" in said
    assert seen[0] == seen[-1] == (BLUE, BLUE, False)
    assert in_turn(seen) == [(BLUE, BLUE)]
    assert (system.images(), len(system.service()["taskSets"])) == (["dev-two"], 1)
    system.run("release", "--image", f"{system.outputs()['RepositoryUri']}:dev-three")
    assert (system.traffic(), system.images()) == (GREEN, ["dev-three"])


def test_a_stack_update_leaves_the_traffic_on_green(system: System) -> None:
    balancer = system.project.folder / "nested" / "alb.py"
    balancer.write_text(balancer.read_text().replace(TLS_POLICY, OTHER_TLS_POLICY))
    other = certificate(system.account, "app.dev.example.com")
    system.project.set(BLUEPRINT, "dev", TaskCpu="512", TaskMemory="1024", CertificateArn=other, LogRetentionDays="14")
    said = system.run("deploy")
    listener = system.account.client("elbv2").describe_listeners(
        ListenerArns=[system.made["LoadBalancer"]["HttpsListener"]]
    )
    assert listener["Listeners"][0]["Certificates"][0]["CertificateArn"] == other
    assert listener["Listeners"][0]["SslPolicy"] == OTHER_TLS_POLICY
    assert (system.traffic(), system.images()) == (GREEN, ["dev-three"])
    assert "registered, and not released" in said
    assert system.service()["taskSets"][0]["taskDefinition"] != system.outputs()["TaskDefinitionArn"]
    system.run("release")
    ecs = system.account.client("ecs")
    released = ecs.describe_task_definition(taskDefinition=system.service()["taskDefinition"])["taskDefinition"]
    assert (released["cpu"], system.traffic(), system.images()) == ("512", BLUE, ["dev-three"])


def test_a_changed_version_deploys_by_itself(system: System) -> None:
    system.project.set(BLUEPRINT, "dev", AppVersion="1.1.0")
    assert "released 1.1.0" in system.run("deploy")
    ecs = system.account.client("ecs")
    live = ecs.describe_task_definition(taskDefinition=system.service()["taskDefinition"])["taskDefinition"]
    told = {each["name"]: each["value"] for each in live["containerDefinitions"][0]["environment"]}
    assert (told["VERSION"], told["ENVIRONMENT"], system.traffic()) == ("1.1.0", "dev", GREEN)
    assert "released" not in system.run("deploy")
    said = system.run("release", "--version", "1.2.0")
    assert "AppVersion 1.1.0: write 1.2.0 there" in said
    assert system.traffic() == BLUE


def test_own_files_take_the_place_of_the_stacks(system: System, tmp_path: Path) -> None:
    image = system.push("dev-own")
    folder = tmp_path / "artifacts"
    said = system.run("release", "--image", image, "--write", str(folder))
    names = {"imageDetail.json", "taskdef.json", "appspec.json"}
    assert {each.name for each in folder.iterdir()} == names
    assert all(name in said for name in names)
    assert json.loads((folder / "imageDetail.json").read_text()) == {"ImageURI": image}
    definition = json.loads((folder / "taskdef.json").read_text())
    definition["containerDefinitions"][0]["environment"].append({"name": "OWN", "value": "yes"})
    (folder / "taskdef.json").write_text(json.dumps(definition))
    own = ("--task-definition", str(folder / "taskdef.json"), "--appspec", str(folder / "appspec.json"))
    system.run("release", "--image", image, *own)
    live = system.account.client("ecs").describe_task_definition(taskDefinition=system.service()["taskDefinition"])
    assert {"name": "OWN", "value": "yes"} in live["taskDefinition"]["containerDefinitions"][0]["environment"]
    assert (system.traffic(), system.images()) == (GREEN, ["dev-own"])
    definition["cpu"] = "300"
    (folder / "taskdef.json").write_text(json.dumps(definition))
    assert "Fargate has no task of cpu '300'" in system.run("release", "--image", image, *own, status=2)


def test_an_update_that_would_send_traffic_back_is_refused(system: System) -> None:
    assert system.traffic() == GREEN
    rules = system.project.folder / "nested" / "service_codedeploy.py"
    rules.write_text(rules.read_text().replace('PATHS = ("*",)', 'PATHS = ("/*",)'))
    said = system.run("deploy", status=1)
    assert "this would move production's traffic" in said
    assert "release once more first" in said
    assert system.traffic() == GREEN
