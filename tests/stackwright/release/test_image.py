"""An image of a folder: what docker is told, by a docker that only writes it down."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from stackwright.aws_errors import AwsError
from stackwright.aws_shapes import Stack
from stackwright.errors import BadInput, StackwrightError
from stackwright.release.image import built, tagged

REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop"
TOKEN = base64.b64encode(b"AWS:secret-word").decode()
DOCKER = """#!/bin/sh
echo "$1 goes on"
echo "$@" >> "$TOLD"
case "$1" in login) cat >> "$TOLD.given";; "$FAILS") exit 7;; esac
"""


class Aws:
    """ECR, with one image of a digest once docker was told of it, unless it loses what is pushed."""

    def __init__(self, *, pushed: bool, loses: bool) -> None:
        self.pushed, self.loses = pushed, loses

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        if operation == "get_authorization_token":
            self.pushed = not self.loses
            return {"authorizationData": [{"authorizationToken": TOKEN}]}
        assert arguments == {"repositoryName": "shop", "imageIds": [{"imageTag": "dev-1.4.0-rc.1"}]}
        if not self.pushed:
            raise AwsError("no such image", code="ImageNotFoundException")
        return {"imageDetails": [{"imageDigest": "sha256:feed"}]}


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a docker on the PATH that writes down what it is told."""
    (tmp_path / "bin").mkdir()
    docker = tmp_path / "bin" / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    return tmp_path / "told"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return tmp_path


def make(folder: Path, *, pushed: bool = False, loses: bool = False) -> str:
    parameters = {"CpuArchitecture": "ARM64"}
    stack = Stack("id", "shop-dev", "", "", parameters, {}, {"RepositoryUri": REPOSITORY}, protected=False)
    return built(Aws(pushed=pushed, loses=loses), stack, folder, tagged(stack, environment="dev", version="1.4.0+rc.1"))


def test_it_is_built_for_the_tasks_pushed_and_named_by_its_digest(told: Path, folder: Path) -> None:
    assert make(folder) == f"{REPOSITORY}@sha256:feed"
    image = f"{REPOSITORY}:dev-1.4.0-rc.1"
    assert told.read_text().splitlines() == [
        f"build --platform linux/arm64 --tag {image} {folder}",
        f"login --username AWS --password-stdin {REPOSITORY.partition('/')[0]}",
        f"push {image}",
    ]


def test_the_password_is_on_no_command_line(told: Path, folder: Path) -> None:
    make(folder)
    assert "secret-word" not in told.read_text()
    assert told.with_suffix(".given").read_text() == "secret-word"


def test_standard_output_is_for_data_alone(told: Path, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make(folder)
    assert capfd.readouterr() == ("", "build goes on\nlogin goes on\npush goes on\n")


def test_what_docker_refuses_releases_nothing(told: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "build")
    with pytest.raises(StackwrightError, match="docker build ended with status 7: nothing was released"):
        make(folder)
    assert json.dumps(told.read_text()).count("push") == 0


def test_what_the_registry_does_not_have_is_not_ordered(told: Path, folder: Path) -> None:
    with pytest.raises(StackwrightError, match="was pushed, and the registry does not have it: nothing was released"):
        make(folder, loses=True)
    assert "push" in told.read_text()


def test_a_version_is_not_built_again(told: Path, folder: Path) -> None:
    with pytest.raises(BadInput, match=r"shop:dev-1.4.0-rc.1 was pushed before: release it with --image"):
        make(folder, pushed=True)
    assert not told.exists()


def test_a_folder_without_a_dockerfile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no Dockerfile in it"):
        make(tmp_path)


def test_without_docker_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(BadInput, match="needs docker on the PATH"):
        make(folder)
