"""EventBridge beyond moto: what a connection is given as a secret is never told again.

Source: "DescribeConnection" (AuthParameters) and "ConnectionHttpParameters", Amazon EventBridge API Reference.
"""

from __future__ import annotations

import json
from typing import Any

from moto.events import urls
from moto.events.responses import EventsHandler

from stackwright.emulator.services.overlay import put_in_place

_SECRETS = ("ApiKeyValue", "ClientSecret", "Password")


class Events(EventsHandler):
    """moto's EventBridge with what it tells too much."""

    def describe_connection(self) -> tuple[str, dict[str, Any]]:
        """Tell names, and no secret."""
        body, headers = super().describe_connection()
        told = json.loads(body)
        return json.dumps(told | {"AuthParameters": _told(told.get("AuthParameters"))}), headers


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(each) for each in value]
    if not isinstance(value, dict):
        return value
    hidden = {*_SECRETS, *(["Value"] if value.get("IsValueSecret") else [])}
    return {name: _told(each) for name, each in value.items() if name not in hidden}


def install() -> None:
    """Put the overlay in the place of moto's EventBridge."""
    put_in_place(urls, Events)
