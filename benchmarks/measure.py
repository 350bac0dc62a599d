"""Time of whole processes: what a person waits for, imports and all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parent.parent
RUNS = 5


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, what was promised, and what came out."""

    claim: str
    promise: str
    measured: str


def timed(
    claim: str, command: Sequence[str], *, limit: float | None, before: Callable[[], object] | None = None
) -> Row:
    """Run a command as often as `RUNS` says and return the median; `before` prepares each run, untimed."""
    seconds = []
    for _ in range(RUNS):
        if before:
            before()
        seconds.append(once(command))
    return row(claim, seconds, limit=limit)


def row(claim: str, seconds: Sequence[float], *, limit: float | None) -> Row:
    """Return the median of these runs as a line of the table."""
    promise = f"under {limit:g} s" if limit else ""
    return Row(claim, promise, f"{median(seconds):.2f} s")


def once(command: Sequence[str], *, extra: Mapping[str, str] | None = None) -> float:
    """Run this Python with these arguments and return the seconds it took; raises when it fails."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        cwd=REPOSITORY,
        env=os.environ | dict(extra or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


def table(rows: Sequence[Row]) -> str:
    """Return the rows in Markdown."""
    lines = ["| what | promised | median |", "|---|---|---|"]
    lines += [f"| {each.claim} | {each.promise} | {each.measured} |" for each in rows]
    return "\n".join(lines) + "\n"
