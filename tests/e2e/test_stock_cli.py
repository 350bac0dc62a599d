"""What is published deploys without us: the printed command, run by the stock AWS CLI."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from support.accounts import Account, Project


def test_printed_command_creates_the_stack(project: Project, account: Account) -> None:
    for bootstrap in ("account", "region"):
        project.run("deploy", bootstrap, "dev", "--local", "--yes")
    project.run("build", "ec2-alb")
    printed = project.run("publish", "ec2-alb", "dev", "--local").stdout
    (command,) = [line for line in printed.splitlines() if line.startswith("aws cloudformation deploy ")]

    beside_python = Path(sys.executable).parent
    path = os.pathsep.join([str(beside_python), os.environ["PATH"]])
    done = subprocess.run(
        shlex.split(command),
        cwd=project.folder,
        env=account.environment | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    (stack,) = account.client("cloudformation").describe_stacks(StackName="ec2-alb-dev")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {each["Key"] for each in stack["Tags"]} >= {"Project", "Environment", "Blueprint"}
    assert "no changes" in project.run("deploy", "ec2-alb", "dev", "--local", "--yes").stderr
