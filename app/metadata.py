"""Metadata: which task this is and in which zone, asked once of the endpoint that ECS gives each container.

"Amazon ECS task metadata endpoint version 4", Amazon ECS Developer Guide: `${ECS_CONTAINER_METADATA_URI_V4}/task`.
Nothing depends on an answer: without one, task and zone are unknown.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.logs import log

# The endpoint is on the same host. An answer takes milliseconds, and a start must not wait long for none.
PATIENCE = 2.0  # seconds
LARGEST = 256 * 1024  # bytes
RETRY_AFTER = 30.0  # seconds


@dataclass(frozen=True)
class Task:
    """What ECS says of this task; None where it does not say."""

    task_id: str | None = None
    zone: str | None = None


class Metadata:
    """The task's metadata, kept once known; an endpoint that fails is asked again after a while."""

    def __init__(self, uri: str | None) -> None:
        self.uri = uri
        self.known: Task | None = None
        self._next = 0.0
        self._asking = asyncio.Lock()

    async def task(self) -> Task:
        """Return the task within `PATIENCE` seconds, unknown rather than with an error."""
        if self.known or not self.uri or time.monotonic() < self._next:
            return self.known or Task()
        try:
            async with asyncio.timeout(PATIENCE), self._asking:
                self.known = self.known or parse(await _get(self.uri + "/task"))
        except (OSError, ValueError, RecursionError) as error:
            self._next = time.monotonic() + RETRY_AFTER
            log.warning("ECS metadata is not to be had: %s", error or type(error).__name__)
        return self.known or Task()


async def _get(uri: str) -> bytes:
    parts = urlsplit(uri)
    host = parts.hostname or ""
    reader, writer = await asyncio.open_connection(host, parts.port or 80)
    try:
        # HTTP 1.0: the answer ends with the connection, never in chunks.
        writer.write(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n\r\n".encode())
        answer = await _all(reader)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.split(b" ")[1:2] != [b"200"]:
        raise ValueError(f"answered {head[:40].decode('latin-1')!a}")
    return body


async def _all(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    while chunk := await reader.read(65536):
        answer += chunk
        if len(answer) > LARGEST:
            raise ValueError(f"answered more than {LARGEST} bytes")
    return answer


def parse(body: bytes) -> Task:
    """Return the task that this answer describes; raise ValueError if it is no JSON object."""
    said: Any = json.loads(body)
    if not isinstance(said, dict):
        raise ValueError("answered no object")
    # arn:aws:ecs:eu-west-1:123456789012:task/cluster/0123456789abcdef0123456789abcdef
    return Task(task_id=_last(said.get("TaskARN")), zone=_last(said.get("AvailabilityZone")))


def _last(value: Any) -> str | None:
    return value.rpartition("/")[2][:128] or None if isinstance(value, str) else None
