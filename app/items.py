"""Items: a typed path and an optional query, given back."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request
from sanic.response import json

from app.errors import refusal

# What a signed 64-bit column holds.
LEAST, MOST = -(2**63), 2**63 - 1

_WHOLE = re.compile(r"-?[0-9]{1,19}")


async def item(request: Request, given: str) -> HTTPResponse:
    """Answer with the item's id and the query `q`; 400 if the id is no whole number of 64 bits."""
    item_id = parse(given)
    if item_id is None:
        return refusal(request, 400, "The id must be a whole number of 64 bits")
    return json({"item_id": item_id, "q": request.get_args(keep_blank_values=True).get("q")})


def parse(text: str) -> int | None:
    """Return the whole number that the text spells in plain digits, or None."""
    if not _WHOLE.fullmatch(text):
        return None
    value = int(text)
    return value if LEAST <= value <= MOST else None
