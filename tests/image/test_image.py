"""The image, really built and really run: as the task definition says, read-only, as a user who may do nothing."""

from __future__ import annotations

import json
import re
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from image.conftest import COMMIT, VERSION, Built, Start
from support import image
from support.container import Container

pytestmark = pytest.mark.e2e

MIB = 1024 * 1024
# What it adds to its base, unpacked; 29 MiB when this was written.
LARGEST = 32 * MIB
BUILDERS = ("pip", "pip3", "gcc", "cc", "make", "ld", "git", "curl", "wget", "uv", "cargo")


@pytest.fixture(scope="module")
def added(built: Built) -> dict[str, int]:
    """The size of everything that the image has and its base has not."""
    return {path: each.st_size for path, each in image.contents(built.root).items() if path not in built.base}


# -- What is in it -------------------------------------------------------------------------------------------------


def test_it_starts_the_service_itself_and_no_shell(built: Built) -> None:
    config = built.document["config"]
    assert (config["Entrypoint"], config["Cmd"]) == (["python", "-m", "app"], [])


def test_its_user_is_a_number_and_the_task_definitions(built: Built, definition: dict[str, Any]) -> None:
    assert built.document["config"]["User"] == definition["User"] == "10001:10001"


def test_labels_and_variables_say_what_it_was_built_from(built: Built) -> None:
    labels = built.document["config"]["Labels"]
    assert labels["org.opencontainers.image.version"] == VERSION
    assert labels["org.opencontainers.image.revision"] == COMMIT
    assert {f"VERSION={VERSION}", f"COMMIT={COMMIT}"} <= set(built.document["config"]["Env"])


def test_it_adds_the_service_and_its_packages_and_nothing_else(added: dict[str, int]) -> None:
    elsewhere = [path for path in added if not re.match(r"/(opt/venv|srv/app)(/|$)", path)]
    assert [path for path in elsewhere if "__pycache__" not in path] == []


def test_it_has_no_more_of_the_repository_than_the_service(added: dict[str, int]) -> None:
    service = {path.removeprefix("/srv/app/") for path in added if path.startswith("/srv/app/")}
    own = {path for path in service if "__pycache__" not in path}
    there = {each.relative_to(image.REPOSITORY / "app").as_posix() for each in (image.REPOSITORY / "app").rglob("*")}
    assert own == {each for each in there if "__pycache__" not in each} - {"requirements.in"}


def test_its_packages_are_those_locked(added: dict[str, int]) -> None:
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", image.LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    found = dict(re.findall(r"/site-packages/([\w.]+)-([\w.]+)\.dist-info/METADATA$", "\n".join(added), re.MULTILINE))
    assert found == {name.replace("-", "_"): version for name, version in locked.items()}


def test_it_is_small(added: dict[str, int], built: Built) -> None:
    assert sum(added.values()) < LARGEST
    assert len(built.document["rootfs"]["diff_ids"]) == built.base_layers + 1


def test_nothing_in_it_builds_installs_or_downloads(built: Built) -> None:
    folders = ("opt/venv/bin", "usr/local/bin", "usr/bin", "bin", "usr/sbin")
    there = {each.name for folder in folders for each in (built.root / folder).iterdir()}
    assert there & set(BUILDERS) == set()
    # The base's own pip would otherwise be found by its module.
    assert "/usr/local/bin/pip" in built.base
    assert not list(built.root.glob("usr/local/lib/python*/*-packages/pip*"))


def test_no_cache_is_left(built: Built) -> None:
    for folder in ("root/.cache", "tmp", "var/cache/apt", "var/tmp"):
        left = built.root / folder
        assert not left.exists() or not list(left.iterdir()), folder


def test_everything_is_compiled_by_content(added: dict[str, int], built: Built) -> None:
    sources = [built.root / path[1:] for path in added if path.endswith(".py")]
    assert len(sources) > 100
    for source in sources:
        (compiled,) = (source.parent / "__pycache__").glob(f"{source.stem}.cpython-*.pyc")
        # PEP 552: 1 is a hash of the source, which is not looked at again.
        assert compiled.read_bytes()[4:8] == b"\1\0\0\0", source


def test_its_user_owns_nothing_and_may_write_nowhere_but_where_all_may(built: Built) -> None:
    found = image.contents(built.root)
    assert [path for path, each in found.items() if each.st_uid == 10001 or each.st_gid == 10001] == []
    writable = {
        path
        for path, each in found.items()
        if each.st_mode & 0o002 and (stat.S_ISDIR(each.st_mode) or stat.S_ISREG(each.st_mode))
    }
    assert writable <= {"/tmp", "/var/tmp", "/run/lock", "/dev/shm"}


def test_nothing_it_adds_runs_as_somebody_else(added: dict[str, int], built: Built) -> None:
    assert [path for path in added if (built.root / path[1:]).lstat().st_mode & (stat.S_ISUID | stat.S_ISGID)] == []


# -- How it runs ---------------------------------------------------------------------------------------------------


def test_it_serves_as_process_1_without_any_right(running: Container) -> None:
    status = running.status()
    assert status["NSpid"].split()[-1] == "1"
    assert (set(status["Uid"].split()), set(status["Gid"].split())) == ({"10001"}, {"10001"})
    assert status["Groups"] == ""
    assert {int(status[each], 16) for each in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert running.ask("/status") == (200, '{"STATUS":"UP"}')


def test_it_answers_and_says_which_image_it_is(running: Container) -> None:
    assert running.ask("/health") == (200, "true")
    assert running.ask("/")[0] == 200
    assert running.ask("/items/42?q=a")[0] == 200
    status, body = running.ask("/api/info")
    told = json.loads(body)
    assert (status, told["version"], told["commit"], told["environment"]) == (200, VERSION, COMMIT, "prod")


def test_the_task_definitions_health_command_passes(running: Container, definition: dict[str, Any]) -> None:
    form, *command = definition["HealthCheck"]["Command"]
    assert form == "CMD"
    done = running.run(*command)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_images_own_health_command_follows_the_port(start: Start, built: Built) -> None:
    form, *command = built.document["config"]["Healthcheck"]["Test"]
    assert form == "CMD"
    elsewhere = start(PORT="8080")
    assert elsewhere.run(*command).returncode == 0
    elsewhere.order.environment["PORT"] = "3000"
    assert elsewhere.run(*command).returncode != 0


def test_health_commands_fail_while_it_is_told_to_stop(start: Start, definition: dict[str, Any]) -> None:
    running = start()
    command = definition["HealthCheck"]["Command"][1:]
    running.tell()
    assert running.ask("/status")[0] == 200
    assert running.run(*command).returncode != 0


def test_two_ports_are_a_matter_of_configuration(start: Start) -> None:
    running = start(PORT="8080", BACKEND_PORT="8000")
    assert running.ask("/frontend", port=8080)[0] == 200
    assert running.ask("/backend/status", port=8000) == (200, '{"STATUS":"UP"}')


def test_it_needs_to_write_nothing(start: Start, built: Built) -> None:
    before = {path: each.st_mtime_ns for path, each in image.contents(built.root).items()}
    running = start(DRAIN_TIME="0", LOG_LEVEL="DEBUG")
    for path in ("/", "/health", "/status", "/items/1", "/items/x", "/api/info", "/frontend", "/none"):
        assert running.ask(path)[0] in (200, 400, 404)
    temporary = Path(f"/proc/{running.pid}/root/tmp")
    assert list(temporary.iterdir()) == []
    assert running.stop() == 0
    assert running.errors.read_text(encoding="utf-8") == ""
    assert [each for each in running.lines() if each["level"] in ("WARNING", "ERROR")] == []
    assert {path: each.st_mtime_ns for path, each in image.contents(built.root).items()} == before


@pytest.mark.parametrize("folder", ["/srv/app", "/opt/venv", "/var/tmp", "/dev"])
def test_nothing_but_tmp_can_be_written(running: Container, folder: str) -> None:
    write = "import sys; open(sys.argv[1] + '/written', 'w').close()"
    assert "Read-only file system" in running.run("python", "-c", write, folder).stderr
    assert running.run("python", "-c", write, "/tmp").returncode == 0


def test_nothing_is_compiled_at_a_start_or_a_health_check(start: Start, definition: dict[str, Any]) -> None:
    running = start(PYTHONVERBOSE="1", DRAIN_TIME="0")
    interpreter, *arguments = definition["HealthCheck"]["Command"][1:]
    check = running.run(interpreter, "-v", *arguments)
    assert (check.returncode, running.ask("/api/info")[0], running.stop()) == (0, 200, 0)
    for told in (check.stderr, running.errors.read_text(encoding="utf-8")):
        loaded = re.findall(r"^# code object from '(.*)'$", told, re.MULTILINE)
        assert len(loaded) > 50
        assert [each for each in loaded if each.endswith(".py")] == []


def test_sigterm_ends_it_in_order_within_the_stop_timeout(start: Start, definition: dict[str, Any]) -> None:
    running = start(DRAIN_TIME="1")
    begun = time.monotonic()
    assert running.stop(within=definition["StopTimeout"]) == 0
    assert time.monotonic() - begun >= 1
    assert [each["message"] for each in running.lines()][-3:] == [
        "Told to stop: health fails, serving on",
        "No longer listening",
        "Stopped",
    ]


# -- Elsewhere -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_lock_has_a_wheel_of_everything_for_the_bases_python(machine: str, tmp_path: Path) -> None:
    found = re.search(r"python:(\d+\.\d+)\.", image.base_name())
    assert found
    image.fetch_wheels(tmp_path, python=found[1], machine=machine)
    locked = re.findall(r"^([\w.-]+)==", image.LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(list(tmp_path.glob("*.whl"))) == len(locked)
