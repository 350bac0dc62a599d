"""Answers: what every one of them carries, and the line that is logged of it."""

from __future__ import annotations

import logging
from time import perf_counter

from sanic import Request
from sanic.http import Http
from sanic.response import BaseHTTPResponse

from app.context import context
from app.identity import REQUEST_ID, request_id
from app.logs import access, fields

# What is no page may do nothing at all in a browser.
NOTHING = "default-src 'none'; frame-ancestors 'none'"

HEALTH = "/health"

# API Gateway sends `/backend/...` to the backend as it came; everywhere else the backend stands at the root as well.
BACKEND = "/backend"

# "Health checks for Application Load Balancer target groups", Elastic Load Balancing User Guide.
CHECKER = "ELB-HealthChecker/"


async def finish(request: Request, response: BaseHTTPResponse) -> None:
    """Complete an answer: request id, security headers, the connection's fate; then log it."""
    known = context(request)
    headers = response.headers
    headers[REQUEST_ID] = request_id(request)
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Content-Security-Policy", NOTHING)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    if known.config.hsts_seconds:
        headers["Strict-Transport-Security"] = f"max-age={known.config.hsts_seconds}; includeSubDomains"
    if known.life.stopping.is_set() and isinstance(request.stream, Http):
        # Whoever keeps connections opens the next one elsewhere, and none is idle when the listeners close.
        request.stream.keep_alive = False
    _log(request, response.status)


def _log(request: Request, status: int) -> None:
    check = request.path in (HEALTH, BACKEND + HEALTH) or (_is_check(request) and status < 500)
    level = logging.DEBUG if check else logging.INFO
    if not access.isEnabledFor(level):
        return
    values = fields(
        request_id=request_id(request),
        method=request.method,
        path=request.path,
        status=status,
        duration_ms=_duration(request),
        client=request.client_ip or None,
    )
    access.log(level, "%s %s", request.method, request.path, extra=values)


def _is_check(request: Request) -> bool:
    return request.headers.get("User-Agent", "").startswith(CHECKER) and request.method == "GET"


def _duration(request: Request) -> float:
    started: float | None = getattr(request.stream, "perft0", None)
    return round((perf_counter() - started) * 1000, 2) if started is not None else 0.0
