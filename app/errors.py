"""Errors: every one leaves as JSON with the request's id, and what went wrong inside stays in the log."""

from __future__ import annotations

from http import HTTPStatus

from sanic import HTTPResponse, Request
from sanic.exceptions import RequestCancelled, SanicException
from sanic.handlers import ErrorHandler
from sanic.response import json

from app.identity import request_id
from app.logs import fields, log

# Nobody receives it; it stands in the log as nginx would write it.
CLIENT_GONE = 499


class Errors(ErrorHandler):
    """Answers whatever no handler answered: unknown paths, wrong methods, bad requests, time limits, our own faults."""

    def default(self, request: Request, exception: Exception) -> HTTPResponse:
        """Return the answer to this exception; log the stack trace of one that nobody foresaw."""
        if isinstance(exception, RequestCancelled):
            return refusal(request, CLIENT_GONE, "The client is gone")
        if not isinstance(exception, SanicException):
            _log(request, exception)
            return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
        headers = {key: str(value) for key, value in getattr(exception, "headers", {}).items()}
        return _answer(request, _status(exception), headers)


def _status(exception: SanicException) -> HTTPStatus:
    try:
        return HTTPStatus(exception.status_code or HTTPStatus.INTERNAL_SERVER_ERROR)
    except ValueError:
        return HTTPStatus.INTERNAL_SERVER_ERROR


def _log(request: Request, exception: Exception) -> None:
    values = fields(request_id=request_id(request), method=request.method, path=request.path)
    log.error("Unhandled error", exc_info=exception, extra=values)


def _answer(request: Request, status: HTTPStatus, headers: dict[str, str] | None = None) -> HTTPResponse:
    # The reason phrase and nothing of the request: no text of a stranger comes back in ours.
    return refusal(request, status, status.phrase, headers)


def refusal(request: Request, status: int, reason: str, headers: dict[str, str] | None = None) -> HTTPResponse:
    """Return an error as JSON: status, reason and request id."""
    body = {"status": int(status), "error": reason, "request_id": request_id(request)}
    return json(body, status=int(status), headers=headers)
