"""Deployments that are killed at every stage, interrupted, or that fail: what is said, and where it ends."""

from __future__ import annotations

import json
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.account_numbers import account_id
from support.accounts import Account, Project
from support.tripwires import Point, Tripwire

from stackwright.emulator.server import LocalAws

REPOSITORY = Path(__file__).parents[2]
STACK = "shop-prod"
BLUEPRINT = """
from nested import ecr
from stackwright.compose import compose

BLUEPRINTS = {
    "shop": lambda: compose("shop", description="A registry, and one more", registry=ecr.template()),
}
"""


@dataclass(frozen=True)
class Shop:
    """A small project on a local AWS of this process, whose requests can be tripped over."""

    project: Project
    local: LocalAws
    wire: Tripwire

    @property
    def deploy(self) -> tuple[str, ...]:
        return ("deploy", "shop", "prod", "--yes", "--bucket", self.bucket, "--role-arn", "")

    @property
    def publish(self) -> tuple[str, ...]:
        return ("publish", "shop", "--bucket", self.bucket, "--role-arn", "")

    @property
    def bucket(self) -> str:
        return f"artifacts-{self.project.account.id}"

    def ended(self, *arguments: str, point: Point, number: int = signal.SIGKILL) -> str:
        """Run a command that is ended at a request; return what it had said by then."""
        status, told = self.wire.run(self.project, *arguments, point=point, number=number)
        assert status == (130 if number == signal.SIGINT else -number), told
        return told

    def ask(self, operation: str, **arguments: Any) -> Any:
        return getattr(self.project.account.client("cloudformation"), operation)(**arguments)

    def status(self) -> str:
        (stack,) = self.ask("describe_stacks", StackName=STACK)["Stacks"]
        return str(stack["StackStatus"])

    def left(self) -> list[str]:
        """What should not be there: change sets never executed, and stacks under review."""
        sets = self.ask("list_change_sets", StackName=STACK)["Summaries"]
        stacks = self.ask("list_stacks")["StackSummaries"]
        return [each["ChangeSetName"] for each in sets if each["ExecutionStatus"] != "EXECUTE_COMPLETE"] + [
            each["StackName"] for each in stacks if each["StackStatus"] == "REVIEW_IN_PROGRESS"
        ]

    def converge(self) -> None:
        """Run the same command again, once what the killed one began has ended."""
        found = {each["StackName"]: each["StackStatus"] for each in self.ask("list_stacks")["StackSummaries"]}
        if found.get(STACK, "") in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
            self.project.run("watch", "shop", "prod")
        self.project.run(*self.deploy)


@pytest.fixture(scope="module")
def wire(local: LocalAws) -> Tripwire:
    return Tripwire(local)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one small blueprint, linted once."""
    made = tmp_path_factory.mktemp("shop")
    for part in ("build.py", ".cfnlintrc"):
        shutil.copy(REPOSITORY / part, made / part)
    shutil.copytree(REPOSITORY / "nested", made / "nested")
    (made / "templates").mkdir()
    (made / "templates" / "__init__.py").write_text(BLUEPRINT)
    (made / "params" / "shop").mkdir(parents=True)
    return made


@pytest.fixture
def shop(local: LocalAws, wire: Tripwire, folder: Path) -> Shop:
    shop = Shop(Project(folder, Account(account_id(), local.endpoint)), local, wire)
    shop.project.account.client("s3").create_bucket(Bucket=shop.bucket)
    retained(shop, "3")
    return shop


def retained(shop: Shop, images: str) -> None:
    """Write the parameter file."""
    content = {"Parameters": {"EnvironmentName": "prod", "RetainedImages": images}, "Tags": {"Project": "shop"}}
    (shop.project.folder / "params" / "shop" / "prod.json").write_text(json.dumps(content))


CREATION = [
    Point("PutObject"),
    Point("PutObject", served=True),
    Point("PutObject", nth=2),
    Point("CreateChangeSet"),
    Point("CreateChangeSet", served=True),
    Point("DescribeChangeSet", served=True),
    Point("DescribeChangeSet", nth=2),
    Point("ExecuteChangeSet"),
    Point("ExecuteChangeSet", served=True),
    Point("UpdateTerminationProtection"),
    Point("UpdateTerminationProtection", served=True),
]
UPDATE = [
    Point("CreateChangeSet", served=True),
    Point("ExecuteChangeSet"),
    Point("ExecuteChangeSet", served=True),
]


def named(point: object) -> str:
    """Return `PutObject-2-unheard`."""
    assert isinstance(point, Point)
    return f"{point.action}-{point.nth}{'-unheard' if point.served else ''}"


@pytest.mark.parametrize("point", CREATION, ids=named)
def test_a_creation_killed_at_any_stage_is_completed_by_the_same_command(shop: Shop, point: Point) -> None:
    shop.ended(*shop.deploy, point=point)
    shop.converge()
    assert shop.status() == "CREATE_COMPLETE"
    assert shop.left() == []


@pytest.mark.parametrize("point", UPDATE, ids=named)
def test_an_update_killed_at_any_stage_is_completed_by_the_same_command(shop: Shop, point: Point) -> None:
    shop.project.run(*shop.deploy)
    retained(shop, "4")
    shop.ended(*shop.deploy, point=point)
    shop.converge()
    assert shop.status() == "UPDATE_COMPLETE"
    assert shop.left() == []


@pytest.mark.parametrize("nth", [1, 2])
def test_a_publication_killed_between_uploads_is_completed_by_the_same_command(shop: Shop, nth: int) -> None:
    shop.ended(*shop.publish, point=Point("PutObject", nth=nth))
    shop.project.run(*shop.publish)
    assert "0 uploaded" in shop.project.run(*shop.publish).stderr


def test_ctrl_c_says_that_it_goes_on_and_how_to_watch_and_cancel_it(shop: Shop) -> None:
    shop.local.delays["AWS::ECR::Repository"] = 3
    try:
        told = shop.ended(*shop.deploy, point=Point("DescribeStackEvents", nth=4), number=signal.SIGINT)
    finally:
        shop.local.delays.clear()
    assert "the deployment goes on in AWS" in told
    assert "watch it:  python build.py watch shop prod" in told
    assert f"cancel it: aws cloudformation delete-stack --stack-name {STACK}" in told
    watched = shop.project.run("watch", "shop", "prod")
    assert "RegistryRepositoryUri" in watched.stdout or "RepositoryUri" in watched.stdout
    assert shop.status() == "CREATE_COMPLETE"


def test_a_stack_that_is_busy_is_said_with_who_to_watch(shop: Shop) -> None:
    shop.local.delays["AWS::ECR::Repository"] = 4
    try:
        shop.ended(*shop.deploy, point=Point("ExecuteChangeSet", served=True))
        refused = shop.project.run(*shop.deploy, status=1).stderr
    finally:
        shop.local.delays.clear()
    assert f"stack {STACK} is busy (CREATE_IN_PROGRESS)" in refused
    assert "watch it: python build.py watch shop prod" in refused
    started = time.monotonic()
    shop.project.run("watch", "shop", "prod")
    assert time.monotonic() - started < 20


def test_a_service_whose_image_is_missing_ends_with_what_ecs_says(project: Project) -> None:
    deploy = ("deploy", "ec2-alb", "dev", "--local", "--yes")
    project.run(*deploy)
    (repository,) = project.account.client("ecr").describe_repositories()["repositories"]
    missing = ("--image", f"{repository['repositoryUri']}:dev-never-pushed", "--waive", "image-present")
    told = project.run(*deploy, *missing, status=1).stderr
    first, cause, mend = told.strip().splitlines()[-3:]
    assert first == "error: ec2-alb-dev ended in UPDATE_ROLLBACK_COMPLETE"
    assert cause.startswith("Service/Service (ECS service): ")
    assert mend.startswith("next: all is as it was before")
    assert "what ECS says of Service/Service:" in told and "stopped: CannotPullContainerError" in told
    assert "no changes" in project.run(*deploy).stderr
