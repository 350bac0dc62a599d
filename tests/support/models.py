"""What botocore reads of AWS's services, kept by path: each session would read and parse it again."""

from __future__ import annotations

from functools import cache

from botocore.loaders import JSONFileLoader


def keep() -> None:
    """Let all sessions of this process share what one has read."""
    kept = cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda loader, path: kept(path)
