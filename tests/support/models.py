"""The models of AWS's services: each session of botocore would read and parse them again."""

from __future__ import annotations

from functools import cache

import botocore.session


def keep() -> None:
    """Let all sessions of this process share what one has read."""
    botocore.session.create_loader = cache(botocore.session.create_loader)
