"""Runs of `build.py` in processes of their own, and what came of them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from support import forks

PATIENCE = 180  # seconds
STREAMS = ("stdin", "stdout", "stderr")


class Command:
    """One run of `build.py`: begun when it is made, its `pid` known; one at a time."""

    def __init__(
        self, *arguments: str, folder: Path, environment: Mapping[str, str], stdin: str | None = None, prelude: str = ""
    ) -> None:
        self.arguments = arguments
        self._streams = tempfile.TemporaryDirectory()
        for name in STREAMS:
            self._stream(name).write_text((stdin or "") if name == "stdin" else "")
        order = {
            "arguments": arguments,
            "folder": str(folder),
            "environment": dict(environment),
            "streams": [str(self._stream(name)) for name in STREAMS],
            "prelude": prelude,
        }
        _, self._asked = _forks()
        self._asked.sendall(f"{json.dumps(order)}\n".encode())
        self.pid = self._answer()

    def _stream(self, name: str) -> Path:
        return Path(self._streams.name, name)

    def _answer(self) -> int:
        return int(forks.NUMBER.unpack(self._asked.recv(forks.NUMBER.size))[0])

    def ended(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end and return its exit status and what it printed."""
        try:
            status = self._answer()
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            self._answer()
            raise AssertionError(f"{self.arguments} did not end\n{self._stream('stderr').read_text()}") from None
        stdout, stderr = (self._stream(name).read_text() for name in STREAMS[1:])
        self._streams.cleanup()
        return subprocess.CompletedProcess(self.arguments, status, stdout, stderr)


@cache
def _forks() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start what the commands are forked from, which ends with this process; return it and where it takes orders."""
    mine, its = socket.socketpair()
    mine.settimeout(PATIENCE)
    command = [sys.executable, forks.__file__, str(its.fileno())]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[its.fileno()], start_new_session=True)
    its.close()
    return process, mine
