"""Releases by CodeDeploy, with what is on the listener before, during and after: one that succeeds, one whose tasks
never get healthy, one that an alarm rolls back, one that is interrupted and picked up again; and updates between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.account_numbers import account_id
from support.accounts import Account, Project
from support.existing_network import BLUEPRINT, certificate, given
from support.released import System, heard

REPOSITORY = Path(__file__).parents[2]
SLOW = "AWS::CodeDeploy::DeploymentGroup=1.5"
EVENTS = (
    "BeforeInstall Install AfterInstall AllowTestTraffic AfterAllowTestTraffic"
    " BeforeAllowTraffic AllowTraffic AfterAllowTraffic"
)


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    """A local AWS whose deployments take their time, so that one can be caught half way."""
    words = [sys.executable, "build.py", "emulator", "--delay", SLOW]
    running = subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert running.stdout
    exports = dict(running.stdout.readline().removeprefix("export ").strip().split("=") for _ in range(4))
    yield exports["AWS_ENDPOINT_URL"]
    running.terminate()
    assert running.wait(timeout=20) == 0


def stand(project: Project, environment: str = "dev", **parameters: str) -> System:
    given(project, environment, **parameters)
    system = System(project, environment)
    system.run("deploy")
    return system


@pytest.fixture
def quick(project: Project) -> System:
    return stand(project)


@pytest.fixture
def slowly(slow: str, tmp_path: Path, copied: Callable[[Path, Account], Project]) -> System:
    return stand(copied(tmp_path, Account(account_id(), slow)), TrafficShift="Canary10Percent5Minutes")


def test_a_release_moves_production_to_the_new_version(quick: System) -> None:
    assert (quick.traffic(), quick.images()) == ({"blue": 100}, ["3.13.5-slim-bookworm"])
    said = quick.run("release", "--image", quick.push("dev-one"))
    for event in EVENTS.split():
        assert f"{event}: done" in said
    assert (quick.traffic(), quick.traffic("TestListenerRule")) == ({"green": 100}, {"green": 100})
    assert quick.images() == ["dev-one"]
    assert "is live already" in quick.run("release", "--image", f"{quick.outputs()['RepositoryUri']}:dev-one")
    quick.run("release", "--image", quick.push("dev-two"))
    assert (quick.traffic(), quick.images()) == ({"blue": 100}, ["dev-two"])


def test_a_stack_update_leaves_the_traffic_on_green(quick: System) -> None:
    quick.run("release", "--image", quick.push("dev-one"))
    assert quick.traffic() == {"green": 100}
    other = certificate(quick.account, "app.dev.example.com")
    quick.project.set(BLUEPRINT, "dev", TaskCpu="512", TaskMemory="1024", CertificateArn=other, LogRetentionDays="14")
    said = quick.run("deploy")
    listener = quick.account.client("elbv2").describe_listeners(
        ListenerArns=[quick.made["LoadBalancer"]["HttpsListener"]]
    )
    assert listener["Listeners"][0]["Certificates"][0]["CertificateArn"] == other
    assert (quick.traffic(), quick.images()) == ({"green": 100}, ["dev-one"])
    assert "registered, and not released" in said
    assert quick.service()["taskSets"][0]["taskDefinition"] != quick.outputs()["TaskDefinitionArn"]
    quick.run("release")
    ecs = quick.account.client("ecs")
    released = ecs.describe_task_definition(taskDefinition=quick.service()["taskDefinition"])["taskDefinition"]
    assert (released["cpu"], quick.traffic(), quick.images()) == ("512", {"blue": 100}, ["dev-one"])


def test_a_changed_version_deploys_by_itself(quick: System) -> None:
    quick.run("release", "--image", quick.push("dev-one"))
    quick.project.set(BLUEPRINT, "dev", AppVersion="1.1.0")
    assert "released 1.1.0" in quick.run("deploy")
    ecs = quick.account.client("ecs")
    live = ecs.describe_task_definition(taskDefinition=quick.service()["taskDefinition"])["taskDefinition"]
    told = {each["name"]: each["value"] for each in live["containerDefinitions"][0]["environment"]}
    assert (told["VERSION"], told["ENVIRONMENT"], quick.traffic()) == ("1.1.0", "dev", {"blue": 100})
    assert "released" not in quick.run("deploy")
    said = quick.run("release", "--version", "1.2.0")
    assert "AppVersion 1.1.0: write 1.2.0 there" in said
    assert quick.traffic() == {"green": 100}


def test_tasks_that_never_get_healthy_never_see_production(quick: System) -> None:
    quick.run("release", "--image", quick.push("dev-one"))
    crash = quick.push("dev-crash", **{"exit-code": "3", "log": "KeyError: DATABASE_URL"})
    said = quick.run("release", "--image", crash, status=1)
    assert "Install: failed" in said
    assert "Essential container in task exited" in said
    assert "exit code 3" in said
    assert "log of app: KeyError: DATABASE_URL" in said
    assert "rolled back by d-" in said
    assert (quick.traffic(), quick.traffic("TestListenerRule")) == ({"green": 100}, {"green": 100})
    assert quick.images() == ["dev-one"]
    assert len(quick.service()["taskSets"]) == 1
    quick.run("release", "--image", quick.push("dev-two"))
    assert (quick.traffic(), quick.images()) == ({"blue": 100}, ["dev-two"])


def test_what_is_not_there_is_refused_before_anything_begins(quick: System) -> None:
    absent = f"{quick.outputs()['RepositoryUri']}:dev-none"
    assert "push it" in quick.run("release", "--image", absent, status=1)
    assert "has no image yet" in quick.run("release", status=2)
    assert quick.account.client("codedeploy").list_deployments()["deployments"] == []


def test_an_alarm_gives_the_traffic_back(slowly: System) -> None:
    assert slowly.traffic() == {"blue": 100}
    with slowly.releasing("--image", slowly.push("dev-one")) as release:
        heard(release, "traffic: 90 % to the old tasks")
        assert slowly.traffic() == {"green": 10, "blue": 90}
        assert slowly.images() == ["3.13.5-slim-bookworm", "dev-one"]
        cloudwatch = slowly.account.client("cloudwatch")
        alarm = slowly.made["Service"]["ServerErrors"]
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
        said = heard(release, "rolled back by")
        assert release.wait(timeout=30) == 1
    assert "ALARM_ACTIVE" in said
    assert (slowly.traffic(), slowly.traffic("TestListenerRule")) == ({"blue": 100}, {"blue": 100})
    assert slowly.images() == ["3.13.5-slim-bookworm"]


def test_an_interrupted_release_goes_on_and_is_picked_up_again(slowly: System) -> None:
    image = slowly.push("dev-one")
    with slowly.releasing("--image", image) as release:
        heard(release, "AllowTestTraffic: done")
        assert (slowly.traffic(), slowly.traffic("TestListenerRule")) == ({"blue": 100}, {"green": 100})
        release.send_signal(signal.SIGINT)
        said = heard(release, "pick it up:")
        assert release.wait(timeout=30) == 130
    assert "goes on in AWS" in said
    assert f"release {BLUEPRINT} dev --image {image} --local" in said
    other = slowly.run("release", "--image", slowly.push("dev-two"), status=1)
    assert "CodeDeploy is at work on d-" in other
    slowly.project.set(BLUEPRINT, "dev", AppVersion="2.0.0")
    assert "CodeDeploy is at work on d-" in slowly.run("deploy", status=1)
    slowly.project.set(BLUEPRINT, "dev", AppVersion="1.0.0")
    again = slowly.run("release", "--image", image)
    assert "picking up deployment d-" in again
    assert "deployment d-" in again
    assert (slowly.traffic(), slowly.images()) == ({"green": 100}, ["dev-one"])
    assert len(slowly.account.client("codedeploy").list_deployments()["deployments"]) == 1


def test_an_update_that_would_send_traffic_back_is_refused(quick: System) -> None:
    quick.run("release", "--image", quick.push("dev-one"))
    rules = quick.project.folder / "nested" / "service_codedeploy.py"
    rules.write_text(rules.read_text().replace('PATHS = ("*",)', 'PATHS = ("/*",)'))
    said = quick.run("deploy", status=1)
    assert "this would move production's traffic" in said
    assert "release once more first" in said
    assert quick.traffic() == {"green": 100}


def test_a_change_that_ecs_refuses_is_refused_before(quick: System) -> None:
    quick.project.set(BLUEPRINT, "dev", AssignPublicIp="on")
    said = quick.run("deploy", "--despite-findings", status=1)
    assert "NetworkConfiguration of Service/Service, which CodeDeploy deploys" in said


def test_own_files_take_the_place_of_the_stacks(quick: System, tmp_path: Path) -> None:
    image = quick.push("dev-own")
    folder = tmp_path / "artifacts"
    said = quick.run("release", "--image", image, "--write", str(folder))
    names = {"imageDetail.json", "taskdef.json", "appspec.json"}
    assert {each.name for each in folder.iterdir()} == names
    assert all(name in said for name in names)
    assert json.loads((folder / "imageDetail.json").read_text()) == {"ImageURI": image}
    definition = json.loads((folder / "taskdef.json").read_text())
    definition["containerDefinitions"][0]["environment"].append({"name": "OWN", "value": "yes"})
    (folder / "taskdef.json").write_text(json.dumps(definition))
    own = ("--task-definition", str(folder / "taskdef.json"), "--appspec", str(folder / "appspec.json"))
    quick.run("release", "--image", image, *own)
    live = quick.account.client("ecs").describe_task_definition(taskDefinition=quick.service()["taskDefinition"])
    assert {"name": "OWN", "value": "yes"} in live["taskDefinition"]["containerDefinitions"][0]["environment"]
    assert (quick.traffic(), quick.images()) == ({"green": 100}, ["dev-own"])
    definition["cpu"] = "300"
    (folder / "taskdef.json").write_text(json.dumps(definition))
    assert "Fargate has no task of cpu '300'" in quick.run("release", "--image", image, *own, status=2)
