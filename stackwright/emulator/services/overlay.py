"""What the overlays share: putting a response class in moto's place, keeping what moto drops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore import xform_name
from flask import request
from moto.core.responses import ActionResult

from stackwright.emulator.middleware import ENGINE


def put_in_place(urls: Any, *replacements: type) -> None:
    """Let the paths of moto's `urls` module dispatch to the overlay of the class they now have."""
    for path, dispatch in urls.url_paths.items():
        original = getattr(dispatch, "__self__", None)
        for overlay in replacements:
            if isinstance(original, type) and issubclass(overlay, original):
                urls.url_paths[path] = getattr(overlay, dispatch.__name__)


def keep(thing: object, given: Mapping[str, Any], members: Iterable[str]) -> None:
    """Set on moto's object what it was given; the serializer answers what it finds there."""
    for member in members:
        if given.get(member) is not None:
            setattr(thing, xform_name(member), given[member])


def pace(resource_type: str) -> float:
    """Return the seconds by which the server slows down what it does to a resource of this type."""
    return float(request.environ[ENGINE].services.delays.get(resource_type, 0.0))


def made(result: ActionResult, name: str) -> Any:
    """Return the object of that name that an action answers with."""
    answer: Any = result.result
    return answer[name]
