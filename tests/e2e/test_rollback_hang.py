"""A first deployment to production that fails: it comes back without hanging, and the mended command goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.account_numbers import account_id
from support.accounts import REGION, Account, Project

from stackwright.emulator.handlers import autoscaling
from stackwright.emulator.server import LocalAws

DEPLOY = ("deploy", "ec2-alb", "prod", "--local", "--yes")
STACK = "ec2-alb-prod"


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    """A local AWS where nobody but us ends a group's wait, and a service takes its time to go."""
    with pytest.MonkeyPatch.context() as patch, LocalAws() as running:
        patch.setattr(autoscaling, "PATIENCE", 100)
        yield running


@pytest.fixture
def production(local: LocalAws, tmp_path: Path, make_project: Callable[[Path], Project]) -> Project:
    return Project(make_project(tmp_path).folder, Account(account_id(), local.endpoint))


def failing(project: Project) -> str:
    """Deploy an image that is not there; return what the terminal said."""
    missing = f"{project.account.id}.dkr.ecr.{REGION}.amazonaws.com/elsewhere:prod-never-pushed"
    return project.run(*DEPLOY, "--image", missing, "--waive", "image-present", status=1).stderr


def status(project: Project) -> str:
    (stack,) = project.account.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return str(stack["StackStatus"])


def groups(project: Project) -> list[dict[str, Any]]:
    found = project.account.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return [each for each in found if each["Instances"]]


def test_first_create_that_fails_comes_back_and_the_mended_one_goes_through(
    local: LocalAws, production: Project
) -> None:
    local.delays["AWS::ECS::Service"] = 5  # on AWS it drains for minutes before the load balancer's turn
    try:
        told = failing(production)
    finally:
        local.delays.clear()
    assert told.count("ending the instances of Cluster/AutoScalingGroup, which its deletion would wait for") == 1
    assert told.count("lifting the deletion protection of LoadBalancer/LoadBalancer") == 1
    first, cause, mend = told.strip().splitlines()[-3:]
    assert first == f"error: {STACK} ended in ROLLBACK_COMPLETE"
    assert cause.startswith("Service/Service (ECS service): ")
    assert mend.endswith("deletes this first try and creates anew")
    assert "stopped: CannotPullContainerError" in told
    assert groups(production) == []

    production.run(*DEPLOY, "--image", "")
    assert status(production) == "CREATE_COMPLETE"
    (group,) = groups(production)
    assert {each["ProtectedFromScaleIn"] for each in group["Instances"]} == {True}
