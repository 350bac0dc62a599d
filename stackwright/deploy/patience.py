"""Waiting for AWS to finish what it was asked for, with an end to it."""

from __future__ import annotations

import time
from collections.abc import Callable

from stackwright.deploy.follow import FIRST_WAIT, LONGEST_WAIT, SLOWER
from stackwright.errors import StackwrightError

# Seconds. A task gets its stop timeout after its targets' deregistration delay, at most two minutes and one hour by
# default five minutes ("StopTask", "Target group attributes"); an instance takes minutes to end.
PATIENCE = 1200.0


def until(done: Callable[[], bool], *, late: str, seconds: float = PATIENCE) -> None:
    """Ask until it is so, ever more slowly. Raises StackwrightError with `late` when the time is up."""
    deadline, wait = time.monotonic() + seconds, FIRST_WAIT
    while not done():
        if time.monotonic() > deadline:
            raise StackwrightError(f"{late} after {seconds / 60:.0f} minutes: end that, then destroy again")
        time.sleep(wait)
        wait = min(wait * SLOWER, LONGEST_WAIT)
