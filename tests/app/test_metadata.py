from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.application import Start

from app.metadata import PATIENCE, Task, parse

TASK_ID = "158d1c8083dd49d6b527399fd6414f5c"
SAID = {
    "Cluster": "shop",
    "TaskARN": f"arn:aws:ecs:eu-west-1:123456789012:task/shop/{TASK_ID}",
    "AvailabilityZone": "eu-west-1b",
}
FOUND = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"

Endpoint = Callable[[bytes], str]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Makes endpoints that answer every request with these bytes; none of them: it trickles."""
    with contextlib.ExitStack() as stack:

        def make(answer: bytes) -> str:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            # Closed under a thread that accepts, its number would be another socket's while the thread goes on.
            stack.callback(listening.shutdown, socket.SHUT_RDWR)
            threading.Thread(target=_answer, args=(listening, answer), daemon=True).start()
            return f"http://127.0.0.1:{listening.getsockname()[1]}/v4/abc"

        yield make


def _answer(listening: socket.socket, answer: bytes) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = listening.accept()
            asked = caller.recv(4096)
            if not answer:
                threading.Thread(target=_trickle, args=(caller,), daemon=True).start()
                continue
            with caller:
                caller.sendall(answer if asked.startswith(b"GET /v4/abc/task HTTP/1.0\r\n") else b"HTTP/1.0 404 No\r\n")


def _trickle(caller: socket.socket) -> None:
    with caller, contextlib.suppress(OSError):
        while True:
            caller.sendall(b"H")
            time.sleep(0.1)


def test_task_and_zone_are_those_ecs_says(start: Start, endpoint: Endpoint) -> None:
    service = start(ECS_CONTAINER_METADATA_URI_V4=endpoint(FOUND + json.dumps(SAID).encode()))
    found = service.get("/api/info").json()
    assert (found["task_id"], found["zone"], found["instance"]) == (TASK_ID, "eu-west-1b", TASK_ID)
    assert service.get("/").text == f"Hello from {TASK_ID}\n"
    assert {line["instance"] for line in service.lines()} == {TASK_ID}


def test_info_without_ecs_has_neither(start: Start) -> None:
    service = start(VERSION="1.4.0", COMMIT="abc1234", ENVIRONMENT="prod")
    found = service.get("/api/info").json()
    assert found == {
        "version": "1.4.0",
        "commit": "abc1234",
        "environment": "prod",
        "instance": service.lines()[0]["instance"],
        "zone": None,
        "task_id": None,
    }


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 500 Oh\r\n\r\n{}",
        FOUND + b"[]",
        FOUND + b"no json",
        FOUND + b"\xff",
        b"?",
        FOUND + b" " * 300_000,
        FOUND + b"[" * 100_000,
    ],
    ids=["error", "list", "text", "bytes", "nonsense", "endless", "deep"],
)
def test_answers_that_make_no_sense_are_no_answers(start: Start, endpoint: Endpoint, answer: bytes) -> None:
    service = start(ECS_CONTAINER_METADATA_URI_V4=endpoint(answer))
    answered = service.get("/api/info")
    assert (answered.status, answered.json()["zone"]) == (200, None)
    assert len(service.lines("ECS metadata is not to be had")) == 1


def test_endpoint_that_trickles_delays_the_start_no_longer_than_promised(start: Start, endpoint: Endpoint) -> None:
    uri, began = endpoint(b""), time.monotonic()
    service = start(ECS_CONTAINER_METADATA_URI_V4=uri)
    started = time.monotonic()
    # Without an end to its patience it would wait for hours; a busy machine takes seconds to start anything.
    assert started - began < PATIENCE + 10
    # It is not asked again so soon.
    assert service.get("/api/info").json()["task_id"] is None
    assert time.monotonic() - started < PATIENCE


def test_endpoint_that_is_not_there_is_no_error(start: Start) -> None:
    assert start(ECS_CONTAINER_METADATA_URI_V4="http://127.0.0.1:9/v4/abc").get("/api/info").status == 200


@given(st.recursive(st.none() | st.text() | st.integers(), lambda one: st.dictionaries(st.text(), one) | st.lists(one)))
def test_any_json_is_a_task_or_a_value_error(said: object) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(parse(json.dumps(said).encode()), Task)


@given(st.sampled_from([None, 1, [], "", "a/", "x" * 999]))
def test_ids_of_other_types_are_unknown(value: object) -> None:
    task_id = parse(json.dumps({"TaskARN": value}).encode()).task_id
    assert task_id is None or 0 < len(task_id) <= 128
