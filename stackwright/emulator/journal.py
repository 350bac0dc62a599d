"""The API requests that reached the local AWS, for tests to read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

ENGINE_AGENT = "stackwright-engine"

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
_KEPT = 65_536  # bytes of a body that are kept: more than any API call has, less than an image


@dataclass(frozen=True)
class Call:
    """One request. `origin` is "client", or "engine" when our CloudFormation made it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    time: datetime
    default_account: str

    @cached_property
    def _scope(self) -> tuple[str, str, str]:
        found = _SCOPE.search(self.headers.get("authorization", ""))
        return (found[1], found[2], found[3]) if found else ("", "us-east-1", "")

    @property
    def account(self) -> str:
        """The account the request was for."""
        return account_of(self._scope[0]) or self.default_account

    @property
    def region(self) -> str:
        """The region it was signed for."""
        return self._scope[1]

    @property
    def service(self) -> str:
        """The service it was signed for, as in its endpoint; empty for an unsigned request."""
        return self._scope[2]

    @property
    def origin(self) -> str:
        """Who sent it: "client" or "engine"."""
        return "engine" if ENGINE_AGENT in self.headers.get("user-agent", "") else "client"

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What was asked, as it travelled: form fields, JSON members, or the query string."""
        text = self.body.decode("utf-8", errors="replace")
        if text.startswith("{"):
            try:
                loaded: dict[str, Any] = json.loads(text)
            except ValueError:
                return {}
            return loaded
        form = text if "form-urlencoded" in self.headers.get("content-type", "") else ""
        return dict(parse_qsl(form or self.query, keep_blank_values=True))

    @cached_property
    def action(self) -> str:
        """The operation's name; for a REST service, what botocore's model calls the path."""
        target = self.headers.get("x-amz-target", "")
        return target.rpartition(".")[2] or self.parameters.get("Action") or self._routed()

    def _routed(self) -> str:
        from moto.core.request import Request
        from moto.core.routing import get_service_router
        from werkzeug.test import EnvironBuilder

        builder = EnvironBuilder(path=self.path, method=self.method, query_string=self.query, headers=self.headers)
        try:
            operation, _ = get_service_router(self.service).match(Request(builder.get_environ()))
        except Exception:
            return f"{self.method} {self.path}"
        return str(operation.name)


class Journal:
    """Every call, in the order of arrival."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def note(self, environ: Mapping[str, Any], body: bytes, default_account: str) -> None:
        """Write one request down from its WSGI environment."""
        headers = {
            key.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
            for key, value in environ.items()
            if key.startswith("HTTP_") or key == "CONTENT_TYPE"
        }
        self._calls.append(
            Call(
                method=environ.get("REQUEST_METHOD", ""),
                path=environ.get("PATH_INFO", ""),
                query=environ.get("QUERY_STRING", ""),
                headers=headers,
                body=body[:_KEPT],
                time=datetime.now(UTC),
                default_account=default_account,
            )
        )

    def calls(
        self,
        service: str | None = None,
        action: str | None = None,
        *,
        account: str | None = None,
        origin: str | None = None,
    ) -> list[Call]:
        """Return the calls that match everything given."""
        wanted = {"service": service, "action": action, "account": account, "origin": origin}
        given = {key: value for key, value in wanted.items() if value is not None}
        return [call for call in self if all(getattr(call, key) == value for key, value in given.items())]

    def clear(self) -> None:
        """Forget every call so far."""
        self._calls.clear()


def account_of(access_key: str) -> str | None:
    """Return the account a 12-digit access key names."""
    return access_key if re.fullmatch(r"[0-9]{12}", access_key) else None


def access_key_in(authorization: str) -> str:
    """Return the access key id of an Authorization header, or an empty string."""
    found = _SCOPE.search(authorization)
    return found[1] if found else ""
