"""A workflow deploys with exactly what the deploy role may, everything else refused as AWS refuses it."""

from __future__ import annotations

import json
from subprocess import CompletedProcess

import pytest
from support.accounts import Project
from support.delivery import deploy_role_actions
from support.existing_network import BLUEPRINT, given
from support.roles import refusing

IMAGE = "dev-4f2a9c1"


def as_the_role(project: Project, *words: str, without: str = "", status: int = 0) -> CompletedProcess[str]:
    allowed = [action for action in deploy_role_actions() if action != without]
    return project.run(*words, status=status, prelude=refusing(allowed))


@pytest.fixture
def prepared(project: Project) -> Project:
    for bootstrap in ("account", "region"):
        project.run("deploy", bootstrap, "dev", "--yes")
    return project


def test_the_deploy_role_deploys_a_system_and_then_its_image(prepared: Project) -> None:
    first = as_the_role(prepared, "deploy", "ec2-alb", "dev", "--yes", "--json")
    uri = json.loads(first.stdout)["outputs"]["RepositoryUri"]
    prepared.account.push(f"{uri}:{IMAGE}")
    as_the_role(prepared, "deploy", "ec2-alb", "dev", "--image", f"{uri}:{IMAGE}", "--yes")
    as_the_role(prepared, "publish", "ec2-alb", "dev")


def test_the_deploy_role_releases_by_codedeploy(prepared: Project) -> None:
    given(prepared, "dev")
    first = as_the_role(prepared, "deploy", BLUEPRINT, "dev", "--yes", "--json")
    assert first.returncode == 0, first.stderr
    image = f"{json.loads(first.stdout)['outputs']['RepositoryUri']}:{IMAGE}"
    prepared.account.push(image)
    shipped = as_the_role(prepared, "release", BLUEPRINT, "dev", "--image", image, "--yes", "--json")
    assert shipped.returncode == 0, shipped.stderr
    assert json.loads(shipped.stdout)["traffic"] == {"Blue": 0, "Green": 100}


def test_it_needs_what_it_has(prepared: Project) -> None:
    ended = as_the_role(prepared, "deploy", "ec2-alb", "dev", "--yes", without="s3:PutObject", status=1)
    assert "s3:PutObject" in ended.stderr
