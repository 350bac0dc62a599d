"""make's steps of a delivery, really run: the stock AWS CLI on a local AWS, with builder and registry stood in for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from support.accounts import Account
from support.delivery import KIND, REPOSITORY, stand_in

from nested import ecr
from stackwright.emulator.server import LocalAws

pytestmark = pytest.mark.e2e
COMMIT = "4f2a9c1" * 5 + "4f2a9"
ACCOUNTS = iter(range(310_000_000_001, 320_000_000_000))


@dataclass(frozen=True)
class Delivery:
    """A folder with the makefiles alone, an account with a registry, and what the stand-ins noted."""

    folder: Path
    environment: dict[str, str]
    account: Account

    def make(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *words],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def noted(self) -> list[str]:
        notes = Path(self.environment["NOTED"])
        return notes.read_text().splitlines() if notes.exists() else []

    def digest(self) -> str:
        return self.make("-s", "digest").stdout.strip().partition("@")[2]

    def tags(self) -> dict[str, str]:
        """The image that each tag of the registry is at, by its digest."""
        repository = self.environment["REPOSITORY"].partition("/")[2]
        found = self.account.client("ecr").describe_images(repositoryName=repository)["imageDetails"]
        return {tag: each["imageDigest"] for each in found for tag in each.get("imageTags", [])}

    def carry(self, built: str) -> str:
        """Leave an image as `carry` does; return its digest."""
        manifest = json.dumps({"schemaVersion": 2, "mediaType": KIND, "built": built})
        place = self.folder / ".cache" / "carried"
        place.mkdir(parents=True)
        (place / "manifest.json").write_text(manifest)
        return f"sha256:{sha256(manifest.encode()).hexdigest()}"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with LocalAws() as aws:
        yield aws.endpoint


@pytest.fixture
def start(endpoint: str, tmp_path: Path) -> Callable[..., Delivery]:
    def started(*moving: str) -> Delivery:
        account = Account(str(next(ACCOUNTS)), endpoint)
        own = {name: value for name, value in account.environment.items() if not name.startswith("MAKE")}
        stand_in(tmp_path / "bin")
        for file in ("Makefile", "delivery.mk"):
            (tmp_path / file).write_bytes((REPOSITORY / file).read_bytes())
        places = [str(tmp_path / "bin"), str(Path(sys.executable).parent), own["PATH"]]
        about = {"PATH": os.pathsep.join(places), "COMMIT": COMMIT, "ENV": "dev", "NOTED": str(tmp_path / "noted")}
        return Delivery(tmp_path, own | about | {"REPOSITORY": _registry(account, moving)}, account)

    return started


def _registry(account: Account, moving: tuple[str, ...]) -> str:
    """Make a stack with a registry as the systems have it; return its URI."""
    client = account.client("cloudformation")
    client.create_stack(
        StackName="ec2-alb-dev",
        TemplateBody=ecr.template(moving=moving).to_json(),
        Parameters=[{"ParameterKey": "EnvironmentName", "ParameterValue": "dev"}],
    )
    client.get_waiter("stack_create_complete").wait(StackName="ec2-alb-dev")
    outputs = client.describe_stacks(StackName="ec2-alb-dev")["Stacks"][0]["Outputs"]
    (uri,) = (each["OutputValue"] for each in outputs if each["OutputKey"] == "RepositoryUri")
    return str(uri)


def test_the_registry_is_the_stacks_own(start: Callable[..., Delivery]) -> None:
    delivery = start()
    assert delivery.make("-s", "repository").stdout.strip() == delivery.environment["REPOSITORY"]


def test_a_system_that_stands_is_not_deployed_for_its_registry(start: Callable[..., Delivery]) -> None:
    delivery = start()
    assert delivery.make("standing", "--old-file", ".venv/.installed").returncode == 0


def test_a_system_that_is_not_there_goes_first(start: Callable[..., Delivery]) -> None:
    ended = start().make("standing", "--old-file", ".venv/.installed", "BIN=echo", BLUEPRINT="ec2-new")
    assert "echo/python: " in ended.stderr  # what would have deployed it


def test_an_image_is_built_tested_and_pushed_once_for_a_commit(start: Callable[..., Delivery]) -> None:
    delivery = start()
    first, digest = delivery.make("ship"), delivery.digest()
    assert first.returncode == 0, first.stderr
    steps = [line.split()[1] for line in delivery.noted]
    assert steps.index("login") < steps.index("buildx") < steps.index("run") < steps.index("push")
    assert f"docker push {delivery.environment['REPOSITORY']}:dev-{COMMIT}" in delivery.noted
    second = delivery.make("ship")
    assert (second.returncode, delivery.digest()) == (0, digest)
    assert f"dev-{COMMIT} is there: {digest}" in second.stdout
    assert [line.split()[1] for line in delivery.noted].count("push") == 1


@pytest.mark.parametrize("wrong", [{"STATUS": "137"}, {"HEALTH": "unhealthy"}], ids=str)
def test_an_image_that_fails_its_test_is_not_pushed(start: Callable[..., Delivery], wrong: dict[str, str]) -> None:
    delivery = start()
    assert delivery.make("ship", "TRIES=2", **wrong).returncode != 0
    assert not [line for line in delivery.noted if line.startswith("docker push")]
    assert delivery.noted[-1] == "docker rm --force container"


def test_a_registry_that_may_not_be_asked_builds_nothing(start: Callable[..., Delivery]) -> None:
    delivery = start()
    assert delivery.make("ship", REPOSITORY=f"{delivery.environment['REPOSITORY']}-gone").returncode != 0
    assert {line.split()[1] for line in delivery.noted} == {"login"}


def test_latest_is_the_newest_image_and_no_other_tag_moves(start: Callable[..., Delivery]) -> None:
    delivery = start("latest")
    for commit in ("one", "two"):
        assert delivery.make("push", IMAGE="app", COMMIT=commit).returncode == 0
        assert delivery.tags()[f"dev-{commit}"] == delivery.tags()["latest"]
    assert delivery.tags().keys() == {"dev-one", "dev-two", "latest"}
    assert delivery.tags()["dev-one"] != delivery.tags()["dev-two"]
    pushed = [line.rpartition(":")[2] for line in delivery.noted if line.startswith("docker push")]
    assert pushed == ["latest", "dev-one", "latest", "dev-two"], "the tag that ends a second run comes last"


def test_latest_is_left_alone_where_no_tag_moves(start: Callable[..., Delivery]) -> None:
    delivery = start()
    assert delivery.make("push", IMAGE="app").returncode == 0
    assert delivery.tags().keys() == {f"dev-{COMMIT}"}


def test_what_may_move_is_known_before_anything_is_pushed(start: Callable[..., Delivery]) -> None:
    delivery = start("latest")
    assert delivery.make("push", IMAGE="app", REPOSITORY=f"{delivery.environment['REPOSITORY']}-gone").returncode != 0
    assert delivery.noted == []


def test_a_digest_that_is_not_there_is_an_error(start: Callable[..., Delivery]) -> None:
    ended = start().make("-s", "digest")
    assert (ended.returncode != 0, ended.stdout) == (True, "")


def test_the_image_carried_is_the_image_promoted(start: Callable[..., Delivery]) -> None:
    delivery = start()
    digest = delivery.carry("for dev")
    for _ in range(2):
        ended = delivery.make("promote", IMAGE=f"{delivery.environment['REPOSITORY']}@{digest}")
        assert ended.returncode == 0, ended.stderr
        assert delivery.digest() == digest
    assert len([line for line in delivery.noted if line.startswith("skopeo copy --all --preserve-digests dir:")]) == 1


def test_another_image_than_the_one_tested_is_not_promoted(start: Callable[..., Delivery]) -> None:
    delivery = start()
    delivery.carry("by somebody else")
    assert delivery.make("promote", IMAGE=f"{delivery.environment['REPOSITORY']}@sha256:{'0' * 64}").returncode != 0
    assert not [line for line in delivery.noted if line.startswith("skopeo copy")]


def test_a_tag_that_means_another_image_ends_the_promotion(start: Callable[..., Delivery]) -> None:
    delivery = start()
    assert delivery.make("ship").returncode == 0
    digest = delivery.carry("for dev")
    assert delivery.make("promote", IMAGE=f"{delivery.environment['REPOSITORY']}@{digest}").returncode != 0


def test_what_is_typed_into_a_variable_is_no_command(start: Callable[..., Delivery]) -> None:
    delivery = start()
    for typed in ('x"; touch hacked; "', "$(touch hacked)", "$(shell touch hacked)"):
        delivery.make("repository", BLUEPRINT=typed)
        delivery.make("ship", COMMIT=typed)
    assert not (delivery.folder / "hacked").exists()
