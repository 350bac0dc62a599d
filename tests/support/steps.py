"""Deployments of the local AWS that are looked at each time that they wait: no machine is too slow to see a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def watched(run: type[Any], look: Callable[[], None]) -> Iterator[None]:
    """Have deployments of this kind (the overlay's `Run`) go on from a step when `look` has returned.

    Looks as well before the block and after it.
    """
    wait = run._wait

    def looked_at(each: Any) -> None:
        look()
        wait(each)

    look()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_wait", looked_at)
        yield
    look()
