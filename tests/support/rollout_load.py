"""Steady load from many clients at once, and what came of every request.

Three kinds of client: those that keep their connection, those that open one for each request, and those that send a
request slowly, so that some are always under way. No client asks a second time: whatever is not 200 and whole is a
failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

PATHS = ("/", "/status", "/items/7?q=a", "/api/info", "/frontend")
KEPT, FRESH, SLOW = 24, 6, 6

# Seconds between two requests of a client: some 300 requests a second in all.
PAUSE = 0.1

# Pieces that a slow request is sent in.
PIECES = 8


@dataclass(frozen=True)
class Request:
    """One request: when it ended on the monotonic clock, how many seconds it took, and what failed, if anything."""

    ended: float
    seconds: float
    slow: bool
    fault: str


@dataclass
class Load:
    """Clients of the service on a port of 127.0.0.1; a slow request takes `slow` seconds to send."""

    port: int
    slow: float
    patience: float
    requests: list[Request] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def failed(self) -> list[Request]:
        return [each for each in self.requests if each.fault]

    def faults(self) -> dict[str, int]:
        """Return how often each fault occurred."""
        return dict(Counter(each.fault for each in self.failed))

    def milliseconds(self, share: float) -> float:
        """Return the time within which this share of the quick requests was answered."""
        quick = sorted(each.seconds for each in self.requests if not each.slow)
        return 1000 * quick[min(len(quick) - 1, int(share * len(quick)))]

    async def run(self) -> None:
        """Ask until told to end; requests under way are finished."""
        kinds = [self._kept(at) for at in range(KEPT)] + [self._fresh(at) for at in range(FRESH)]
        await asyncio.gather(*kinds, *(self._slow() for _ in range(SLOW)))

    async def _kept(self, number: int) -> None:
        client = Client(self.port)
        async for at in self._turns(number):
            await self._ask(client, PATHS[at % len(PATHS)])
        client.close()

    async def _fresh(self, number: int) -> None:
        async for at in self._turns(number):
            client = Client(self.port)
            await self._ask(client, PATHS[at % len(PATHS)])
            client.close()

    async def _slow(self) -> None:
        client = Client(self.port)
        async for _ in self._turns(0):
            await self._ask(client, "/status", slow=self.slow)
        client.close()

    async def _turns(self, number: int) -> AsyncIterator[int]:
        while not self.ended.is_set():
            yield number
            number += 1
            await asyncio.sleep(PAUSE)

    async def _ask(self, client: Client, path: str, *, slow: float = 0) -> None:
        began, fault = time.monotonic(), ""
        try:
            async with asyncio.timeout(self.patience):
                status = await client.ask(path, slow)
            fault = "" if status == 200 else str(status)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            fault = type(error).__name__
        if fault:
            client.close()
        now = time.monotonic()
        self.requests.append(Request(now, now - began, bool(slow), fault))


class Client:
    """One connection, opened when it is needed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, slow: float) -> int:
        """Return the status of the answer once it is here in full."""
        self.streams = self.streams or await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        length = PIECES if slow else 0
        writer.write(f"GET {path} HTTP/1.1\r\nHost: service\r\nContent-Length: {length}\r\n\r\n".encode())
        for _ in range(length):
            await asyncio.sleep(slow / PIECES)
            writer.write(b".")
            await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])
        await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.close()
        return int(head.split()[1])

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()
        self.streams = None


@contextlib.contextmanager
def load(port: int, *, slow: float, patience: float) -> Iterator[Load]:
    """Keep the service busy until the end of the block, from a thread of its own."""
    made = Load(port, slow, patience)
    thread = threading.Thread(target=lambda: asyncio.run(made.run()))
    thread.start()
    try:
        yield made
    finally:
        made.ended.set()
        thread.join()
