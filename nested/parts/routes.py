"""Routes: the paths that an API has, and which endpoint of the service each leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nested.parts.endpoints import BACKEND, FRONTEND, Endpoint

_GREEDY = re.compile(r"\{(\w+)\+\}$")


@dataclass(frozen=True)
class Route:
    """A path of the API, and where requests for it go: to a path at an endpoint of the service.

    `{proxy+}` at the end of `path` takes everything below, which stands in `to` as `{proxy}`.
    """

    path: str
    endpoint: Endpoint
    to: str = "/"

    @property
    def variable(self) -> str | None:
        """The name of what takes everything below, if there is one."""
        found = _GREEDY.search(self.path)
        return found and found.group(1)


# For an Application Load Balancer, whose rules tell paths apart.
EVERY_PATH = (Route("/", FRONTEND), Route("/{proxy+}", FRONTEND, "/{proxy}"))

DEFAULT = (
    Route("/", FRONTEND),
    Route("/frontend", FRONTEND),
    Route("/backend", BACKEND),
    Route("/backend/{proxy+}", BACKEND, "/{proxy}"),
)
