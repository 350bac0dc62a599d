"""Deployments that are killed at every stage, interrupted, or that fail: what is said, and where it ends."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.accounts import Account, Project

from stackwright.emulator.journal import Journal
from stackwright.emulator.server import LocalAws

REPOSITORY = Path(__file__).parents[2]
STACK = "shop-prod"
_ACCOUNTS = itertools.count(300_000_000_001)
BLUEPRINT = """
from nested import ecr
from stackwright.compose import compose

BLUEPRINTS = {
    "shop": lambda: compose("shop", description="A registry, and one more", registry=ecr.template()),
}
"""


@dataclass
class Tripwire:
    """Ends a process at its `nth` request of an action: before that is served, or once it is."""

    application: Callable[..., Iterable[bytes]]
    journal: Journal
    action: str = ""
    nth: int = 1
    served: bool = False
    number: int = signal.SIGKILL
    process: subprocess.Popen[str] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        process = self.process
        met = process is not None and len(self.journal.calls(action=self.action, origin="client")) >= self.nth
        answer = [] if met and not self.served else list(self.application(environ, start_response))
        if process is not None and met:
            self.process = None
            os.kill(process.pid, self.number)
            if not self.served:
                start_response("503 Service Unavailable", [])
        return answer


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

    def killed(
        self, *arguments: str, action: str, nth: int = 1, served: bool = False, number: int = signal.SIGKILL
    ) -> str:
        """Run a command that is killed at a request; return what it had said by then."""
        process = subprocess.Popen(
            [sys.executable, "build.py", *arguments],
            cwd=self.project.folder,
            env=self.project.account.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.local.journal.clear()
        self.wire.action, self.wire.nth = action, nth
        self.wire.served, self.wire.number = served, number
        self.wire.process = process
        _, told = process.communicate(timeout=60)
        assert self.wire.process is None, f"{action} was never asked\n{told}"
        expected = -number if number == signal.SIGKILL else 130
        assert process.returncode == expected, told
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
def local() -> Iterator[LocalAws]:
    with LocalAws() as running:
        middleware = running._server._server.app
        middleware.application = Tripwire(middleware.application, running.journal)
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one small blueprint, linted once."""
    made = tmp_path_factory.mktemp("shop")
    for part in ("build.py", ".cfnlintrc"):
        shutil.copy(REPOSITORY / part, made / part)
    shutil.copytree(REPOSITORY / "nested", made / "nested", ignore=shutil.ignore_patterns("__pycache__"))
    (made / "templates").mkdir()
    (made / "templates" / "__init__.py").write_text(BLUEPRINT)
    (made / "params" / "shop").mkdir(parents=True)
    return made


@pytest.fixture
def shop(local: LocalAws, folder: Path) -> Iterator[Shop]:
    wire = local._server._server.app.application
    shop = Shop(Project(folder, Account(str(next(_ACCOUNTS)), local.endpoint)), local, wire)
    shop.project.account.client("s3").create_bucket(Bucket=shop.bucket)
    retained(shop, "3")
    yield shop
    wire.process = None


def retained(shop: Shop, images: str) -> None:
    """Write the parameter file."""
    content = {"Parameters": {"EnvironmentName": "prod", "RetainedImages": images}, "Tags": {"Project": "shop"}}
    (shop.project.folder / "params" / "shop" / "prod.json").write_text(json.dumps(content))


CREATION = [
    ("PutObject", 1, False),
    ("PutObject", 1, True),
    ("PutObject", 2, False),
    ("CreateChangeSet", 1, False),
    ("CreateChangeSet", 1, True),
    ("DescribeChangeSet", 1, True),
    ("DescribeChangeSet", 2, False),
    ("ExecuteChangeSet", 1, False),
    ("ExecuteChangeSet", 1, True),
    ("UpdateTerminationProtection", 1, False),
    ("UpdateTerminationProtection", 1, True),
]
UPDATE = [
    ("CreateChangeSet", 1, True),
    ("ExecuteChangeSet", 1, False),
    ("ExecuteChangeSet", 1, True),
]


@pytest.mark.parametrize(("action", "nth", "served"), CREATION)
def test_a_creation_killed_at_any_stage_is_completed_by_the_same_command(
    shop: Shop, action: str, nth: int, served: bool
) -> None:
    shop.killed(*shop.deploy, action=action, nth=nth, served=served)
    shop.converge()
    assert shop.status() == "CREATE_COMPLETE"
    assert shop.left() == []


@pytest.mark.parametrize(("action", "nth", "served"), UPDATE)
def test_an_update_killed_at_any_stage_is_completed_by_the_same_command(
    shop: Shop, action: str, nth: int, served: bool
) -> None:
    shop.project.run(*shop.deploy)
    retained(shop, "4")
    shop.killed(*shop.deploy, action=action, nth=nth, served=served)
    shop.converge()
    assert shop.status() == "UPDATE_COMPLETE"
    assert shop.left() == []


@pytest.mark.parametrize("nth", [1, 2])
def test_a_publication_killed_between_uploads_is_completed_by_the_same_command(shop: Shop, nth: int) -> None:
    shop.killed(*shop.publish, action="PutObject", nth=nth)
    shop.project.run(*shop.publish)
    assert "0 uploaded" in shop.project.run(*shop.publish).stderr


def test_ctrl_c_says_that_it_goes_on_and_how_to_watch_and_cancel_it(shop: Shop) -> None:
    shop.local.delays["AWS::ECR::Repository"] = 3
    try:
        told = shop.killed(*shop.deploy, action="DescribeStackEvents", nth=4, number=signal.SIGINT)
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
        shop.killed(*shop.deploy, action="ExecuteChangeSet", served=True)
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
