"""What an instance is told to do when it starts: its user data as text, as far as it is known."""

from __future__ import annotations

import base64
import binascii

from stackwright.resolve.symbols import Applied, Text, Value


def text(data: Value) -> str:
    """Return user data decoded, unknowns as `${Path.Attribute}`; "" where nothing is known."""
    if isinstance(data, Applied):
        return "".join(text(each) for each in data.arguments)
    if isinstance(data, Text):
        return str(data)
    if not isinstance(data, str):
        return ""
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        return data
