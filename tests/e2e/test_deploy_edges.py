"""Deployments that a person declines, that fail the first time, or that meet one another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import pytest
from support.accounts import Account, Project
from support.terminals import CTRL_C, CTRL_D, converse

REPOSITORY = Path(__file__).parents[2]
REGION = ("deploy", "region", "dev")
TAKEN = "/stackwright/artifact-bucket"
ASKED = "[y/N] "


def stacks(account: Account) -> dict[str, str]:
    """Return what CloudFormation holds, nested stacks and those under review included, by name."""
    found = account.client("cloudformation").list_stacks()["StackSummaries"]
    return {each["StackName"]: each["StackStatus"] for each in found if each["StackStatus"] != "DELETE_COMPLETE"}


@pytest.fixture(scope="module")
def bootstrapped(make_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose account has all that `ec2-alb` needs but for itself."""
    project = make_project(tmp_path_factory.mktemp("bootstrapped"))
    for blueprint in ("account", "region"):
        project.run("deploy", blueprint, "dev", "--yes")
    return project


@pytest.mark.parametrize(("answer", "status"), [("n\n", 1), ("\n", 1), ("yes please\n", 1), (CTRL_D, 1), (CTRL_C, 130)])
def test_declining_leaves_nothing_behind(bootstrapped: Project, answer: str, status: int) -> None:
    ended, shown = converse(bootstrapped, "deploy", "ec2-alb", "dev", when=ASKED, answer=answer)
    assert ended == status
    assert "create ec2-alb-dev?" in shown
    assert "nothing was changed" in shown
    assert ("interrupted" in shown) is (status == 130)
    assert "Traceback" not in shown
    assert stacks(bootstrapped.account) == {"account-dev": "CREATE_COMPLETE", "region-dev": "CREATE_COMPLETE"}


def test_agreeing_at_a_terminal_deploys(project: Project) -> None:
    ended, shown = converse(project, *REGION, when=ASKED, answer="y\n")
    assert ended == 0
    assert stacks(project.account) == {"region-dev": "CREATE_COMPLETE"}, shown


def test_a_declined_update_leaves_the_stack_as_it_is(project: Project) -> None:
    project.run(*REGION, "--yes")
    project.set("region", "dev", ApiGatewayLogs="off")
    ended, shown = converse(project, *REGION, when=ASKED, answer="n\n")
    assert ended == 1
    assert "update region-dev?" in shown
    client = project.account.client("cloudformation")
    assert stacks(project.account) == {"region-dev": "CREATE_COMPLETE"}
    (made,) = client.list_change_sets(StackName="region-dev")["Summaries"]
    assert made["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_nobody_to_ask_changes_nothing(project: Project) -> None:
    for stdin in ("y\n", ""):
        said = project.run(*REGION, status=2, stdin=stdin).stderr
        assert said == "error: there is no terminal to ask on: give --yes to go ahead without asking\n"
    assert stacks(project.account) == {}


def test_a_failed_first_try_says_why_and_the_next_one_recovers(project: Project) -> None:
    parameters = project.account.client("ssm")
    parameters.put_parameter(Name=TAKEN, Value="taken", Type="String")
    said = project.run(*REGION, "--yes", "--waive", "names-free", status=1).stderr
    assert "region-dev ended in ROLLBACK_COMPLETE" in said
    assert "ArtifactBucketParameter (SSM parameter)" in said
    assert stacks(project.account) == {"region-dev": "ROLLBACK_COMPLETE"}

    parameters.delete_parameter(Name=TAKEN)
    ended, shown = converse(project, *REGION, when=ASKED, answer="n\n")
    assert ended == 1
    assert "can only be deleted" in shown
    assert stacks(project.account) == {"region-dev": "ROLLBACK_COMPLETE"}

    project.run(*REGION, "--yes")
    assert stacks(project.account) == {"region-dev": "CREATE_COMPLETE"}
    assert parameters.get_parameter(Name=TAKEN)["Parameter"]["Value"] != "taken"


def test_a_change_set_that_somebody_left_is_taken_away(project: Project) -> None:
    project.run("build", "region")
    client = project.account.client("cloudformation")
    client.create_change_set(
        StackName="region-dev",
        ChangeSetName="left",
        ChangeSetType="CREATE",
        Capabilities=["CAPABILITY_IAM"],
        TemplateBody=(project.folder / "build/region/root.json").read_text(),
    )
    client.get_waiter("change_set_create_complete").wait(
        StackName="region-dev", ChangeSetName="left", WaiterConfig={"Delay": 1}
    )
    assert stacks(project.account) == {"region-dev": "REVIEW_IN_PROGRESS"}
    assert "taking away an earlier change set" in project.run(*REGION, "--yes").stderr
    assert stacks(project.account) == {"region-dev": "CREATE_COMPLETE"}


def test_json_is_json_whether_it_works_or_not(project: Project) -> None:
    project.account.client("ssm").put_parameter(Name=TAKEN, Value="taken", Type="String")
    failed = project.run(*REGION, "--yes", "--json", "--waive", "names-free", status=1)
    assert "ROLLBACK_COMPLETE" in json.loads(failed.stdout)["error"]
    project.account.client("ssm").delete_parameter(Name=TAKEN)
    for _ in range(2):  # the second time there is nothing to change
        done = json.loads(project.run(*REGION, "--yes", "--json").stdout)
        assert done["stack"] == "region-dev"
        assert "ArtifactBucketName" in done["outputs"]


# --- while an operation runs --------------------------------------------------------------------


@pytest.fixture
def slow(project: Project) -> Iterator[Project]:
    """The project on a local AWS whose SSM takes its time."""
    command = [sys.executable, "build.py", "emulator", "--delay", "AWS::SSM::Parameter=4"]
    running = subprocess.Popen(command, cwd=REPOSITORY, stdout=PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout
    endpoint = running.stdout.readline().strip().removeprefix("export AWS_ENDPOINT_URL=")
    yield Project(project.folder, Account(project.account.id, endpoint))
    running.terminate()
    running.communicate(timeout=20)


def test_a_busy_stack_is_told_and_ctrl_c_ends_the_following_alone(slow: Project) -> None:
    first = subprocess.Popen(
        [sys.executable, "build.py", *REGION, "--yes"],
        cwd=slow.folder,
        env=slow.account.environment,
        stdout=PIPE,
        stderr=PIPE,
        text=True,
        start_new_session=True,
    )
    assert first.stderr
    while "creating the SSM parameter" not in first.stderr.readline():
        assert first.poll() is None
    said = slow.run(*REGION, "--yes", status=1).stderr
    assert "stack region-dev is busy (CREATE_IN_PROGRESS): wait until that ends" in said

    os.killpg(first.pid, signal.SIGINT)
    _, said = first.communicate(timeout=20)
    assert first.returncode == 130
    assert "the deployment goes on in AWS" in said and "Traceback" not in said
    deadline = time.monotonic() + 20
    while stacks(slow.account) != {"region-dev": "CREATE_COMPLETE"}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert "region-dev: no changes" in slow.run(*REGION, "--yes").stderr
