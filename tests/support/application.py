"""The service as a process of its own on a free loopback port, and the questions one asks it over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Application:
    """A running service."""

    process: subprocess.Popen[bytes]
    log: Path
    ports: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.ports[0]}"

    def get(
        self, path: str, *, method: str = "GET", port: int = 0, body: bytes | None = None, **headers: str
    ) -> Answer:
        """Return the answer to one request on a connection of its own; `X_Request_Id` is `X-Request-Id`."""
        connection = http.client.HTTPConnection(HOST, port or self.ports[0], timeout=PATIENCE)
        try:
            given = {key.replace("_", "-"): value for key, value in headers.items()}
            connection.request(method, path, body=body, headers=given)
            return received(connection.getresponse())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection((HOST, self.ports[0]), timeout=PATIENCE)

    def lines(self, message: str = "") -> list[dict[str, Any]]:
        """Every complete line of the log, or those with this message."""
        complete = self.log.read_text(encoding="utf-8").split("\n")[:-1]
        found: list[dict[str, Any]] = [json.loads(line) for line in complete]
        return [line for line in found if message in line["message"]]

    def wait_for(self, message: str) -> dict[str, Any]:
        """Return the first line of the log with this message, once it is there."""
        for _ in moments():
            if found := self.lines(message):
                return found[0]
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        raise AssertionError(f"{message!r} never came: " + self.log.read_text(encoding="utf-8"))

    def tell(self, what: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(what)

    def ended(self) -> int:
        """Return the exit status, once there is one."""
        return self.process.wait(PATIENCE)


class Start(Protocol):
    """Starts a service with these variables, after running `prelude` in its process."""

    def __call__(self, prelude: str = "", **environment: str) -> Application: ...


def received(response: http.client.HTTPResponse) -> Answer:
    headers = {key.lower(): value for key, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def moments() -> Iterator[None]:
    """Many short moments, as long as patience lasts."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        yield
        time.sleep(0.02)


def spawn(log: Path, environment: Mapping[str, str], prelude: str = "") -> subprocess.Popen[bytes]:
    """Start the process with these variables only; `prelude` is run in it before the service."""
    given = {"PATH": os.environ["PATH"], "HOST": HOST, "PORT": "0", "DRAIN_TIME": "0"} | dict(environment)
    start = ["-c", f"{prelude}\nimport sys, app.__main__; sys.exit(app.__main__.main())"] if prelude else ["-m", "app"]
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, *start], cwd=REPOSITORY, env=given, stdout=out, stderr=subprocess.PIPE)


def finished(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Return exit status and stderr of a process that ends by itself."""
    try:
        _, shown = process.communicate(timeout=PATIENCE)
        return process.returncode, shown.decode()
    finally:
        process.kill()


def start(log: Path, environment: Mapping[str, str], prelude: str = "") -> Application:
    """Return the service once it serves."""
    application = Application(spawn(log, environment, prelude), log)
    application.ports = application.wait_for("Serving")["ports"]
    return application


def end(application: Application) -> None:
    """Kill the process, whatever it is doing."""
    application.process.kill()
    application.process.wait()
    if application.process.stderr:
        application.process.stderr.close()
