"""The service, started for a test and stopped after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import application
from support.application import Application, Start


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One service as it is by default, for all tests of a module that only ask."""
    log = tmp_path_factory.mktemp("service") / "log"
    started = application.start(log, {"LOG_LEVEL": "DEBUG", "ENVIRONMENT": "dev"})
    yield started
    application.end(started)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts services with variables of their own, and ends them all."""
    started: list[Application] = []

    def one(prelude: str = "", **environment: str) -> Application:
        log = tmp_path / f"log-{len(started)}"
        started.append(application.start(log, environment, prelude))
        return started[-1]

    yield one
    for each in started:
        application.end(each)
