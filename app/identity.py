"""Identity: the id that ties a request, its log lines and its answer together."""

from __future__ import annotations

import re
from uuid import uuid4

from sanic import Request

REQUEST_ID = "X-Request-Id"

# "Request tracing for your Application Load Balancer", Elastic Load Balancing User Guide: fields joined by semicolons,
# of which Root is the trace.
TRACE_ID = "X-Amzn-Trace-Id"

# Nothing that means anything to a log, a shell, a page or a header.
_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/=+-]{0,127}")
_ROOT = re.compile(r"(?:^|;)\s*Root=([^;]+)")


def request_id(request: Request) -> str:
    """Return the id of this request: the caller's if it is sound, else the load balancer's, else a new one."""
    known: str | None = getattr(request.ctx, "request_id", None)
    if known is None:
        given = request.headers.get(REQUEST_ID), request.headers.get(TRACE_ID)
        known = request.ctx.request_id = accepted(*given) or uuid4().hex
    return known


def accepted(given: str | None, trace: str | None) -> str | None:
    """Return the id that these two headers give, or None if neither is sound."""
    if given and _SOUND.fullmatch(given):
        return given
    root = _ROOT.search(trace or "")
    return root[1] if root and _SOUND.fullmatch(root[1]) else None
