"""A person at a terminal: a command on a pseudo-terminal of its own, answered when it asks."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time

from support.accounts import Project

CTRL_C = "\x03"
CTRL_D = "\x04"
PATIENCE = 60  # seconds


def converse(project: Project, *arguments: str, when: str, answer: str) -> tuple[int, str]:
    """Run `build.py`, type the answer once `when` is shown; return exit status and all that was shown."""
    person, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "build.py", *arguments],
        cwd=project.folder,
        env=project.account.environment | {"TERM": "xterm"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(terminal)
    try:
        shown = _answered(person, when.encode(), answer.encode())
        return process.wait(PATIENCE), shown.decode()
    finally:
        process.kill()
        os.close(person)


def _answered(person: int, when: bytes, answer: bytes) -> bytes:
    shown, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([person], [], [], 0.2)[0]:
            continue
        try:
            shown += os.read(person, 65536)
        except OSError:  # the other end is closed: the command has ended
            break
        if answer and when in shown:
            os.write(person, answer)
            answer = b""
    return shown
