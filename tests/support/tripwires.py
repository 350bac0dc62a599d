"""A local AWS that ends a process at a request it chooses: before that is served, or once it is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from support.accounts import Project
from support.commands import Command

from stackwright.emulator.journal import ENGINE_AGENT, Journal
from stackwright.emulator.server import LocalAws


@dataclass(frozen=True)
class Point:
    """The `nth` request of an action whose parameters have a text in them; `served` is after the answer is made."""

    action: str
    about: str = ""
    nth: int = 1
    served: bool = False

    def reached(self, journal: Journal) -> bool:
        """Whether the request has arrived."""
        calls = journal.calls(action=self.action, origin="client")
        return sum(self.about in f"{call.path} {call.parameters}" for call in calls) >= self.nth


class Tripwire:
    """WSGI between the journal and the services of one local AWS."""

    def __init__(self, local: LocalAws) -> None:
        middleware = local._server._server.app
        self.application: Callable[..., Iterable[bytes]] = middleware.application
        self.journal = local.journal
        self.point: Point | None = None
        self.command: Command | None = None
        self.number = signal.SIGKILL
        middleware.application = self

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve a request; at the point, end the process."""
        point = self._met(environ)
        answer = [] if point and not point.served else list(self.application(environ, start_response))
        if point and self.command:
            os.kill(self.command.pid, self.number)
            if not point.served:
                start_response("503 Service Unavailable", [])
        return answer

    def _met(self, environ: dict[str, Any]) -> Point | None:
        """Return the point once, at the process's own request: those of CloudFormation come in between."""
        point = self.point
        if point is None or ENGINE_AGENT in environ.get("HTTP_USER_AGENT", "") or not point.reached(self.journal):
            return None
        self.point = None
        return point

    def run(self, project: Project, *arguments: str, point: Point, number: int = signal.SIGKILL) -> tuple[int, str]:
        """Run `build.py` until it ends at the point; return exit status and what it had said by then."""
        self.number = signal.Signals(number)
        self.journal.clear()
        self.command = project.begin(*arguments)
        self.point = point
        done = self.command.ended()
        assert self.point is None, f"never came to {point}\n{done.stderr}"
        return done.returncode, done.stderr
