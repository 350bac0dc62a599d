"""Health: what load balancers, ECS and the frontend ask again and again."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import json, raw

from app.context import context
from app.logs import log

_YES = b"true"
_NO = b"false"


async def health(request: Request) -> HTTPResponse:
    """Answer `true`; from the moment the process is told to stop, 503 and `false`.

    Only the first is worth a line at level INFO; the others are logged, with the instance, at DEBUG.
    """
    known = context(request)
    if not known.life.checked:
        known.life.checked = True
        log.info("First health check of instance %s", known.instance)
    if known.life.stopping.is_set():
        return raw(_NO, status=503, content_type="application/json")
    return raw(_YES, content_type="application/json")


async def status(request: Request) -> HTTPResponse:
    """Answer that the backend is up, as long as it serves at all."""
    return json({"STATUS": "UP"})
