"""A local AWS for the session, an account of its own for each test, and a project that a test may edit."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import pytest
from support.account_numbers import account_id
from support.accounts import Account, Project
from support.systems import System, deployed

from stackwright.emulator.server import LocalAws

REPOSITORY = Path(__file__).parents[2]
PROJECT_PARTS = ("build.py", ".cfnlintrc", "nested", "params", "templates")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """A local AWS in a process of its own, as a person keeps one running."""
    running = subprocess.Popen([sys.executable, "build.py", "emulator"], cwd=REPOSITORY, stdout=PIPE, text=True)
    assert running.stdout
    exports = dict(running.stdout.readline().removeprefix("export ").strip().split("=") for _ in range(4))
    yield exports["AWS_ENDPOINT_URL"]
    running.terminate()
    assert running.wait(timeout=60) == 0


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """What linting and proving gave, for all projects of a run: it is kept by content, settings and tools."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "cache"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def copied(cache: Path) -> Callable[[Path, Account], Project]:
    """Copy the project into a folder, to work in an account."""

    def copy(folder: Path, account: Account) -> Project:
        for part in PROJECT_PARTS:
            source = REPOSITORY / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
        (folder / ".cache").symlink_to(cache)
        return Project(folder, account)

    return copy


@pytest.fixture(scope="session")
def make_project(endpoint: str, copied: Callable[[Path, Account], Project]) -> Callable[[Path], Project]:
    """Make a project in a folder, with an account of its own."""
    return lambda folder: copied(folder, Account(account_id(), endpoint))


@pytest.fixture
def project(tmp_path: Path, make_project: Callable[[Path], Project]) -> Project:
    return make_project(tmp_path)


@pytest.fixture
def account(project: Project) -> Account:
    return project.account


@pytest.fixture(scope="module", params=["dev", "prod"])
def system(
    request: pytest.FixtureRequest,
    make_project: Callable[[Path], Project],
    tmp_path_factory: pytest.TempPathFactory,
) -> System:
    """The module's BLUEPRINT, deployed: dev, and once all of the module has been asked of it, prod."""
    environment = str(request.param)
    return deployed(make_project(tmp_path_factory.mktemp(environment)), request.module.BLUEPRINT, environment)


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    """A local AWS in the test's own process, whose parts a test may slow down or change."""
    with LocalAws() as running:
        yield running
