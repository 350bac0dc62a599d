"""How the process starts and ends, with real signals."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support import application
from support.application import HOST, PATIENCE, Application, Start, received

from nested.parts import task

STOPPING = "Told to stop"
CLOSED = "No longer listening"
SLOW = "import asyncio, app.items, app.health\n" + (
    "async def slow(request, given):\n"
    "    await asyncio.sleep(float(given))\n"
    "    return await app.health.status(request)\n"
    "app.items.item = slow"
)
STOPS = [signal.SIGTERM, signal.SIGINT]


def under_way(service: Application, seconds: str) -> http.client.HTTPConnection:
    """Ask for an answer that takes this long, and wait until the service has begun it."""
    connection = http.client.HTTPConnection(HOST, service.ports[0], timeout=PATIENCE)
    connection.request("GET", f"/items/{seconds}")
    # The next answer on another connection comes after this request has been read.
    service.get("/status")
    return connection


# -- While it drains -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", STOPS)
def test_health_fails_at_once_and_the_rest_is_served_on(start: Start, stop: signal.Signals) -> None:
    service = start(DRAIN_TIME="20")
    assert service.get("/health").status == 200
    service.tell(stop)
    service.wait_for(STOPPING)
    assert (service.get("/health").status, service.get("/health").body) == (503, b"false")
    assert service.get("/status").json() == {"STATUS": "UP"}
    assert service.get("/").status == 200
    assert service.process.poll() is None


def test_drain_lasts_as_long_as_told_and_ends_well(start: Start) -> None:
    service = start(DRAIN_TIME="2")
    began = time.monotonic()
    service.tell()
    assert service.ended() == 0
    assert 2 <= time.monotonic() - began < 4


def test_answers_of_the_drain_close_their_connection(start: Start) -> None:
    service = start(DRAIN_TIME="20")
    kept = http.client.HTTPConnection(HOST, service.ports[0], timeout=PATIENCE)
    kept.request("GET", "/status")
    assert received(kept.getresponse()).headers["connection"] == "keep-alive"
    service.tell()
    service.wait_for(STOPPING)
    # The connection that was open is still good for one request.
    kept.request("GET", "/status")
    answer = received(kept.getresponse())
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    kept.close()


@pytest.mark.parametrize("stop", STOPS)
def test_second_signal_ends_the_drain(start: Start, stop: signal.Signals) -> None:
    service = start(DRAIN_TIME="20")
    service.tell(stop)
    service.wait_for(STOPPING)
    service.tell(stop)
    began = time.monotonic()
    assert service.ended() == 0
    assert time.monotonic() - began < 3


def test_steady_load_loses_no_request_while_it_drains(start: Start) -> None:
    service, ended = start(DRAIN_TIME="20"), threading.Event()

    def ask() -> list[int]:
        connection, found = http.client.HTTPConnection(HOST, service.ports[0], timeout=PATIENCE), []
        while not ended.is_set():
            connection.request("GET", "/status")
            found.append(received(connection.getresponse()).status)
        connection.close()
        return found

    with ThreadPoolExecutor() as pool:
        clients = [pool.submit(ask) for _ in range(4)]
        time.sleep(0.3)
        service.tell()
        service.wait_for(STOPPING)
        time.sleep(0.5)
        ended.set()
    answers = [status for client in clients for status in client.result()]
    assert len(answers) > 100
    assert set(answers) == {200}


def test_containers_own_check_passes_until_it_drains(start: Start) -> None:
    service = start(DRAIN_TIME="20")
    _, _, *arguments = task.health_command(service.ports[0], "/health")
    check = [sys.executable, *arguments]
    assert subprocess.run(check, timeout=PATIENCE).returncode == 0
    assert subprocess.run(check, timeout=PATIENCE, env={"http_proxy": f"http://{HOST}:9"}).returncode == 0
    service.tell()
    service.wait_for(STOPPING)
    assert subprocess.run(check, timeout=PATIENCE, capture_output=True).returncode == 1


# -- After the drain -----------------------------------------------------------------------------------------------


def test_request_under_way_is_finished(start: Start) -> None:
    service = start(SLOW)
    connection = under_way(service, "1.5")
    service.tell()
    service.wait_for(CLOSED)
    answer = received(connection.getresponse())
    assert (answer.status, answer.json(), answer.headers["connection"]) == (200, {"STATUS": "UP"}, "close")
    assert service.ended() == 0


def test_request_half_sent_is_finished(start: Start) -> None:
    service = start()
    with service.connect() as client:
        client.sendall(b"GET /status HTTP/1.1\r\nContent-Length: 4\r\n\r\nab")
        service.get("/status")
        service.tell()
        service.wait_for(CLOSED)
        client.sendall(b"cd")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert service.ended() == 0


def test_second_signal_lets_requests_under_way_finish_too(start: Start) -> None:
    service = start(SLOW, DRAIN_TIME="20")
    connection = under_way(service, "1.5")
    service.tell()
    service.wait_for(STOPPING)
    service.tell()
    assert received(connection.getresponse()).status == 200
    assert service.ended() == 0


def test_new_connections_are_refused(start: Start) -> None:
    service = start(SLOW)
    connection = under_way(service, "1.5")
    service.tell()
    service.wait_for(CLOSED)
    with pytest.raises(ConnectionRefusedError):
        service.connect()
    connection.close()


def test_idle_connections_do_not_hold_it_up(start: Start) -> None:
    service = start()
    silent, used = service.connect(), service.connect()
    used.sendall(b"GET /status HTTP/1.1\r\n\r\n")
    assert used.recv(65536)
    service.tell()
    began = time.monotonic()
    assert service.ended() == 0
    assert time.monotonic() - began < 3
    assert (silent.recv(1), used.recv(1)) == (b"", b"")
    for each in (silent, used):
        each.close()


def test_what_lasts_too_long_is_cut_off_in_time(start: Start) -> None:
    service = start(SLOW, STOP_TIMEOUT="7", RESPONSE_TIMEOUT="2")
    connection = under_way(service, "60")
    began = time.monotonic()
    service.tell()
    assert service.ended() == 0
    assert time.monotonic() - began < 7
    connection.close()


def test_requests_cut_off_are_counted_in_the_log(start: Start) -> None:
    never = "import app.connections\napp.connections.Connection.check_timeouts = lambda self: None\n"
    service = start(never + SLOW, STOP_TIMEOUT="7", RESPONSE_TIMEOUT="1")
    connection = under_way(service, "60")
    service.tell()
    assert service.ended() == 0
    (line,) = service.lines("Requests cut off")
    assert (line["level"], line["connections"]) == ("WARNING", 1)
    connection.close()


def test_end_is_told_in_order(start: Start) -> None:
    service = start()
    service.tell()
    assert service.ended() == 0
    assert [line["message"] for line in service.lines()] == [
        "Serving",
        "Told to stop: health fails, serving on",
        "No longer listening",
        "Stopped",
    ]


# -- Before it serves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", STOPS)
def test_signal_before_it_serves_ends_it(tmp_path: Path, stop: signal.Signals) -> None:
    with socket.create_server((HOST, 0)) as silent:
        uri = f"http://{HOST}:{silent.getsockname()[1]}"
        process = application.spawn(tmp_path / "log", {"ECS_CONTAINER_METADATA_URI_V4": uri, "DRAIN_TIME": "20"})
        asking, _ = silent.accept()
        with asking:
            process.send_signal(stop)
            assert application.finished(process) == (0, "")
    assert "Serving" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_signal_while_it_is_imported_ends_it(tmp_path: Path) -> None:
    prelude = "import sys, types, signal, os\n" + (
        "class Asks:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'app.server': os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.meta_path.insert(0, Asks())"
    )
    process = application.spawn(tmp_path / "log", {}, prelude)
    assert application.finished(process) == (0, "")


def test_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        process = application.spawn(tmp_path / "log", {"PORT": str(port)})
        found = application.finished(process)
    assert found == (1, f"app: cannot listen on {HOST} port {port}: Address already in use\n")
