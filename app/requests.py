"""Requests: Sanic's, but a head that two can read differently is refused, and so is a bad address, with an answer."""

from __future__ import annotations

import re
from typing import Any

import sanic
from sanic.exceptions import BadRequest, BadURL

NO_ADDRESS = b"*"

# RFC 9112, sections 2.2, 5 and 5.1: whoever sends `Content-Length : 9` hopes that the proxy in front takes for a body
# what we would take for the next request.
_SOUND = re.compile(rb"[^\0\r\n]*(?:\r\n[-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\0\r\n]*)*")


class Request(sanic.Request):
    """One request."""

    def __init__(self, url_bytes: bytes, *, head: bytes = b"", **named: Any) -> None:
        """Take in what came. Sanic makes an empty request to answer a bad one with, of the same address."""
        if not _SOUND.fullmatch(head):
            raise BadRequest("A header is no header")
        try:
            super().__init__(url_bytes, head=head, **named)
        except BadURL:
            if named.get("method") != "NONE":
                raise
            super().__init__(NO_ADDRESS, head=head, **named)
