"""CloudFormation properties into an API call's parameters, by the input shapes botocore ships.

CloudFormation spells `HealthCheckGracePeriodSeconds` what ECS calls `healthCheckGracePeriod…`,
passes "3" and "true" as strings, and writes tags as a list of Key and Value. The shapes of the API
say which member is meant and of which type it is. What no shape knows is an error, never a drop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from stackwright.errors import StackwrightError

Names = Mapping[str, str]
_TAG_SYNONYMS = {"key": ("tagkey",), "value": ("tagvalue",)}
_VAGUE_CODES = frozenset(
    {
        "BadRequestException",
        "ClientException",
        "InvalidAccessException",
        "InvalidChangeBatch",
        "InvalidParameterValue",
        "ValidationError",
        "ValidationException",
    }
)
_GONE = re.compile(
    r"not found|does not exist|cannot be found|^no \S+ \S+ found"
    r"|not owned by the current account|is not subscribed"
)


class PropertyError(StackwrightError):
    """A property that the API behind its type does not know, or whose value does not fit it."""


class Unstable(PropertyError):
    """A resource that was made but is not what it should come to: a rollback deletes it, by `physical_id`.

    `waits` tells that CloudFormation would go on waiting for it, until the stack's own timeout if there is one.
    """

    def __init__(self, message: str, physical_id: str, *, waits: bool = False) -> None:
        super().__init__(message)
        self.physical_id = physical_id
        self.waits = waits


def arguments(client: Any, operation: str, properties: Mapping[str, Any], names: Names | None = None) -> dict[str, Any]:
    """Return `properties` as the parameters of `operation` (`create_vpc`).

    `names` renames properties, at any depth by name or at one place by dotted path; a new name
    that ends in `[]` wraps the value into a list. Raises PropertyError, naming the property.
    """
    shape = input_shape(client, operation)
    return _structure(properties, shape, names or {}, "")


def call(client: Any, operation: str, properties: Mapping[str, Any], names: Names | None = None) -> dict[str, Any]:
    """Call `operation` with `properties` mapped to its shape; return the answer."""
    answer: dict[str, Any] = getattr(client, operation)(**arguments(client, operation, properties, names))
    return answer


def input_shape(client: Any, operation: str) -> Any:
    """Return botocore's input shape of a client's method."""
    name = client.meta.method_to_api_mapping[operation]
    return client.meta.service_model.operation_model(name).input_shape


def is_absent(error: ClientError) -> bool:
    """Tell whether a service says that what was asked for does not exist."""
    code = error.response["Error"]["Code"]
    message = error.response["Error"].get("Message", "").lower()
    vague = code in _VAGUE_CODES
    named = any(word in code for word in ("NotFound", "Nonexistent", "NonExistent", "DoesNotExist")) or code.startswith(
        "NoSuch"
    )
    return named or (vague and bool(_GONE.search(message)))


def gone_is_fine(action: Callable[..., Any], *args: Any, **parameters: Any) -> Any:
    """Do `action`; None when the service has nothing (any more) to do it to."""
    try:
        return action(*args, **parameters)
    except ClientError as error:
        if not is_absent(error):
            raise
        return None


@contextmanager
def taken_back(delete: Callable[[], Any]) -> Iterator[None]:
    """Delete what was just made when the rest of its making fails: its id would be lost else."""
    try:
        yield
    except Exception:
        with suppress(Exception):
            delete()
        raise


def convert(value: Any, shape: Any, names: Names, at: str) -> Any:
    """Return `value` as `shape` wants it. `at` is the property's path, for the error's text."""
    if shape.type_name == "structure":
        return _structure(_wrapped(value, shape), shape, names, at)
    if shape.type_name == "list":
        return _list(value, shape, names, at)
    if shape.type_name == "map":
        return _map(value, shape, names, at)
    return _scalar(value, shape, at)


def _structure(value: Any, shape: Any, names: Names, at: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise PropertyError(f"Property {at}: expected an object, got {value!r}")
    result: dict[str, Any] = {}
    for name, item in value.items():
        path = f"{at}.{name}" if at else name
        wanted = names.get(path, names.get(name, name))
        member = _member(shape, wanted.removesuffix("[]"))
        if member is None:
            raise PropertyError(f"Property {path}: unsupported, {shape.name} has no such member")
        item = [item] if wanted.endswith("[]") else item
        result[member] = convert(item, shape.members[member], names, path)
    return result


def _wrapped(value: Any, shape: Any) -> Any:
    """EC2 wraps a plain value into `{"Value": ...}` where an attribute is modified."""
    plain = not isinstance(value, Mapping)
    return {"Value": value} if plain and list(shape.members) == ["Value"] else value


@cache
def _members(shape: Any) -> dict[str, str]:
    return {name.lower(): name for name in shape.members}


def _member(shape: Any, name: str) -> str | None:
    known = _members(shape)
    spellings = (name.lower(), *_TAG_SYNONYMS.get(name.lower(), ()))
    return next((known[spelling] for spelling in spellings if spelling in known), None)


def _list(value: Any, shape: Any, names: Names, at: str) -> list[Any]:
    if isinstance(value, Mapping) and _is_tag(shape.member):
        value = [{"Key": key, "Value": text} for key, text in value.items()]
    if not isinstance(value, list | tuple):
        raise PropertyError(f"Property {at}: expected a list, got {value!r}")
    return [convert(item, shape.member, names, f"{at}[{i}]") for i, item in enumerate(value)]


def _is_tag(shape: Any) -> bool:
    if shape.type_name != "structure":
        return False
    return {"key", "value"} <= {name.lower().removeprefix("tag") for name in shape.members}


def _map(value: Any, shape: Any, names: Names, at: str) -> dict[str, Any]:
    if isinstance(value, list):
        value = {item["Key"]: item["Value"] for item in value}
    if not isinstance(value, Mapping):
        raise PropertyError(f"Property {at}: expected a map, got {value!r}")
    return {str(k): convert(v, shape.value, names, f"{at}.{k}") for k, v in value.items()}


def _scalar(value: Any, shape: Any, at: str) -> Any:
    if shape.type_name == "string":
        return text(value)
    if isinstance(value, Mapping | list):
        raise PropertyError(f"Property {at}: expected {shape.type_name}, got {value!r}")
    return _SCALARS.get(shape.type_name, _as_it_is)(value, at)


def text(value: Any) -> str:
    """Return a value as CloudFormation passes it on where a string is due; documents as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list):
        return json.dumps(value)
    return str(value)


def boolean(value: Any, at: str = "") -> bool:
    """Return a boolean from `true`, `"true"` and their opposites. Raises PropertyError."""
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise PropertyError(f"Property {at}: expected true or false, got {value!r}")


def _integer(value: Any, at: str) -> int:
    try:
        return int(str(value)) if not isinstance(value, bool) else int("")
    except ValueError as error:
        raise PropertyError(f"Property {at}: expected an integer, got {value!r}") from error


def _number(value: Any, at: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise PropertyError(f"Property {at}: expected a number, got {value!r}") from error


def _as_it_is(value: Any, at: str) -> Any:
    return value


_SCALARS: dict[str, Callable[[Any, str], Any]] = {
    "boolean": boolean,
    "integer": _integer,
    "long": _integer,
    "float": _number,
    "double": _number,
}
