"""Results kept by content: what the same bytes, settings and tools gave before, they give again.

One small file per result, named by the hash of all it hangs on, so that runs at once never spoil one
another. A cache that cannot be read or written costs time, never a result.
"""

from __future__ import annotations

import importlib.util
import json
import os
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

KEPT_DAYS = 30  # long enough for a branch that rests, short enough that the folder stays small


class Cache:
    """Results of one kind, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Any:
        """Return what was kept under the key; None when there is nothing."""
        try:
            return json.loads((self._folder / f"{key}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value, and drop what nobody has made anew for a month."""
        partial = self._folder / f".{key}.{os.getpid()}"
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(value), encoding="utf-8")
            partial.replace(self._folder / f"{key}.json")

    def prune(self) -> None:
        """Drop what is older than a month."""
        oldest = time.time() - KEPT_DAYS * 86_400
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)


def digest(*parts: str | bytes) -> str:
    """Return one hash for these parts in this order; where one ends and the next begins counts."""
    whole = sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        whole.update(f"{len(content)}:".encode() + content)
    return whole.hexdigest()


@cache
def version(package: str, distribution: str) -> str | None:
    """Return the version of an installed distribution, None when its package is not there.

    Read from the name of its metadata folder: importlib.metadata takes 40 ms to import.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    beside = Path(spec.submodule_search_locations[0]).parent
    found = sorted(beside.glob(f"{distribution.replace('-', '_')}-*.dist-info"))
    if found:
        return found[-1].name.removesuffix(".dist-info").partition("-")[2]
    from importlib.metadata import version as slowly

    return slowly(distribution)
