"""Numbers of accounts, each given once: servers in one process share their state by account."""

from __future__ import annotations

import itertools

_COUNTED = itertools.count(200_000_000_001)


def account_id() -> str:
    """Return twelve digits that no other test of this process has."""
    return str(next(_COUNTED))
