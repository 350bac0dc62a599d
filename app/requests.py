"""Requests: Sanic's, but an address that cannot be read gets an answer."""

from __future__ import annotations

from typing import Any

import sanic
from sanic.exceptions import BadURL

NO_ADDRESS = b"*"


class Request(sanic.Request):
    """One request."""

    def __init__(self, url_bytes: bytes, *given: Any, **named: Any) -> None:
        """Take in what came. Sanic makes an empty request to answer a bad one with, of the same address."""
        try:
            super().__init__(url_bytes, *given, **named)
        except BadURL:
            if named.get("method") != "NONE":
                raise
            super().__init__(NO_ADDRESS, *given, **named)
