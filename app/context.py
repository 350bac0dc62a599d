"""Context: what a request handler knows beside its request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

from sanic import Request

from app.config import Config
from app.metadata import Metadata


@dataclass
class Life:
    """Where the process is on its way from start to end."""

    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    hurried: asyncio.Event = field(default_factory=asyncio.Event)
    checked: bool = False

    def stop(self) -> None:
        """Begin to stop; asked a second time, stop without draining."""
        if self.stopping.is_set():
            self.hurried.set()
        self.stopping.set()


@dataclass(frozen=True)
class Context:
    """The settings, the name of this process, what ECS says of it, and its life."""

    config: Config
    instance: str
    metadata: Metadata
    life: Life


def context(request: Request) -> Context:
    """Return what the application that this request came to was made with."""
    return cast(Context, request.app.ctx)
