"""The bootstrap container's server, really run: it passes the checks that the real container has to."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from nested.parts import bootstrap, task


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int
    home: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_listens(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    assert bootstrap.ENTRY_POINT == ["python"]
    port = free_port()
    tmp_path.chmod(0o555)
    command = [sys.executable, *bootstrap.command([port])]
    process = subprocess.Popen(command, cwd=tmp_path, env={}, stderr=subprocess.PIPE)
    try:
        wait_until_it_listens(port)
        yield Server(process, port, tmp_path)
    finally:
        process.kill()
        process.communicate()
        tmp_path.chmod(0o755)


def test_all_ports_answer_and_end_together() -> None:
    ports = [free_port(), free_port(), free_port()]
    process = subprocess.Popen([sys.executable, *bootstrap.command(ports)])
    try:
        for port in ports:
            wait_until_it_listens(port)
            assert health_command(port) == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    finally:
        process.kill()


@pytest.mark.parametrize("path", ["/", "/health", "/any/other?query=1"])
def test_every_path_answers_200(server: Server, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", path)
    response = connection.getresponse()
    assert response.status == 200
    assert response.read() == b"No image is deployed yet.\n"
    connection.close()


def test_a_connection_is_kept_for_the_next_request(server: Server) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    for method in ("GET", "HEAD", "GET"):
        connection.request(method, "/")
        assert connection.getresponse().read() == (b"" if method == "HEAD" else b"No image is deployed yet.\n")
    connection.close()


def test_the_health_command_passes(server: Server) -> None:
    assert health_command(server.port) == 0


def test_the_health_command_fails_when_nothing_answers() -> None:
    assert health_command(free_port()) != 0


def test_sigterm_ends_it_at_once_though_a_connection_is_open(server: Server) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/")
    connection.getresponse().read()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=5) == 0
    connection.close()


def test_it_writes_nothing(server: Server) -> None:
    assert health_command(server.port) == 0
    server.process.send_signal(signal.SIGTERM)
    _, complaints = server.process.communicate(timeout=5)
    assert complaints == b""
    assert not list(server.home.iterdir())


def health_command(port: int) -> int:
    shell, program, *arguments = task.health_command(port, "/health")
    assert (shell, program) == ("CMD", "python")
    return subprocess.run([sys.executable, *arguments], check=False, capture_output=True, timeout=10).returncode
