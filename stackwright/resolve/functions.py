"""The functions that need their arguments evaluated, one small function each.

Each takes the scope and the evaluated argument, returns the value, and raises `Refusal` with the
bare reason. Semantics: AWS CloudFormation Template Reference, "Intrinsic function reference".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stackwright.resolve.cidr import blocks
from stackwright.resolve.errors import Refusal
from stackwright.resolve.symbols import (
    Applied,
    Symbol,
    Text,
    Unknown,
    Value,
    apply,
    as_text,
    concatenate,
    is_symbolic,
    mask,
    symbols_in,
    unmask,
)

if TYPE_CHECKING:
    from stackwright.resolve.scope import Scope

Function = Callable[["Scope", Any], Value]

EXTENSIONS = "AWS::LanguageExtensions"

# What AWS puts into ids, names and ARNs. A delimiter with any other character cannot occur in an
# attribute of a resource, so text can be split around it.
_IDENTIFIER = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@+=*")


def join(_: Scope, argument: Any) -> Value:
    """Return the items as one string; a list nobody has seen yet stays `Applied`."""
    delimiter, items = _arguments(argument, 2, "a delimiter and a list")
    separator = literal(delimiter, "the delimiter")
    return joined(separator, items)


def joined(separator: str, items: Value) -> Value:
    """Return what `Fn::Join` makes of the items."""
    match items:
        case Applied("Fn::Split", (delimiter, text)) if delimiter == separator:
            return text
        case Symbol() | Applied():
            return apply("Fn::Join", separator, items)
    if not isinstance(items, list):
        raise Refusal("has no list to join")
    parts = [part for item in items for part in (separator, item)]
    return concatenate(parts[1:])


def split(_: Scope, argument: Any) -> Value:
    """Return the pieces; unknown text that may hold the delimiter stays `Applied`."""
    delimiter, source = _arguments(argument, 2, "a delimiter and a string")
    separator = literal(delimiter, "the delimiter")
    if not separator:
        raise Refusal("has an empty delimiter")
    return pieces(separator, as_text(source))


def pieces(separator: str, source: str | Unknown | Text) -> Value:
    """Return what `Fn::Split` makes of the text."""
    match source:
        case Applied("Fn::Join", (delimiter, items)) if delimiter == separator:
            return items
    unknowns: list[Unknown] = []
    masked = mask(source, unknowns)
    if any(_may_hold(separator, each) for each in unknowns):
        return apply("Fn::Split", separator, source)
    return [unmask(piece, unknowns) for piece in masked.split(separator)]


def _may_hold(separator: str, unknown: Unknown) -> bool:
    if isinstance(unknown, Applied):
        return unknown.function == "Fn::Join" or set(separator) <= _IDENTIFIER
    return ":" in unknown.path or set(separator) <= _IDENTIFIER


def select(_: Scope, argument: Any) -> Value:
    """Return the item at an index, which may be written as a string."""
    position, items = _arguments(argument, 2, "an index and a list")
    index = integer(position, "the index")
    if isinstance(items, Symbol | Applied):
        return apply("Fn::Select", index, items)
    if not isinstance(items, list):
        raise Refusal("has no list to select from")
    if not 0 <= index < len(items):
        raise Refusal(f"selects index {index} of a list of {len(items)}")
    return items[index]


def encode(_: Scope, argument: Any) -> Value:
    """Return the text in Base64; unknown text stays readable inside an `Applied`."""
    source = as_text(argument)
    if not isinstance(source, str):
        return apply("Fn::Base64", source)
    return base64.b64encode(source.encode()).decode("ascii")


def cidr(_: Scope, argument: Any) -> Value:
    """Return the first blocks of a block; of an unknown block, as many unknown blocks."""
    source, how_many, how_large = _arguments(argument, 3, "a block, a count and the bits of each")
    block = as_text(source)
    count, bits = integer(how_many, "the count"), integer(how_large, "the bits")
    if isinstance(block, str):
        return blocks(block, count, bits)
    whole = apply("Fn::Cidr", block, count, bits)
    return [apply("Fn::Select", index, whole) for index in range(count)]


def zones(scope: Scope, argument: Any) -> Value:
    """Return the zones of a region; an empty one is the stack's own."""
    region = literal(argument, "the region")
    return scope.environment.zones(region or scope.environment.region)


def find_in_map(scope: Scope, argument: Any) -> Value:
    """Return an entry of a mapping, or the default of AWS::LanguageExtensions."""
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        raise Refusal("takes a map's name and two keys")
    name, *keys = (literal(each, "a key") for each in argument[:3])
    entry: Any = scope.section("Mappings").get(name)
    for key in keys:
        entry = entry.get(key) if isinstance(entry, dict) else None
    if entry is not None:
        return entry
    if len(argument) == 4 and isinstance(argument[3], dict) and "DefaultValue" in argument[3]:
        _demand_extensions(scope)
        return argument[3]["DefaultValue"]
    raise Refusal(f"finds nothing in mapping {name} under {keys[0]}, {keys[1]}")


def import_value(scope: Scope, argument: Any) -> Value:
    """Return what another stack exports under the name."""
    return scope.environment.find(concatenate(["import:", argument]))


def length(scope: Scope, argument: Any) -> Value:
    """Return the number of items."""
    _demand_extensions(scope)
    if isinstance(argument, Symbol | Applied):
        return apply("Fn::Length", argument)
    if not isinstance(argument, list):
        raise Refusal("has no list to measure")
    return len(argument)


def to_json_string(scope: Scope, argument: Any) -> Value:
    """Return the value as compact JSON, unknowns in their places."""
    _demand_extensions(scope)
    if not isinstance(argument, dict | list):
        raise Refusal("needs a map or a list")
    unknowns: list[Unknown] = []
    document = _masked_within(argument, unknowns)
    return unmask(json.dumps(document, separators=(",", ":"), ensure_ascii=False), unknowns)


def _masked_within(value: Value, unknowns: list[Unknown]) -> Any:
    if isinstance(value, dict):
        return {key: _masked_within(item, unknowns) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked_within(item, unknowns) for item in value]
    if not is_symbolic(value):
        return value
    return mask(value, unknowns)


def literal(value: Value, what: str) -> str:
    """Return a scalar as a string that is wholly known, else refuse it by its symbols' names."""
    text = as_text(value)
    if isinstance(text, str):
        return text
    raise Refusal(f"{what} depends on {next(symbols_in(text))}, which only AWS knows")


def integer(value: Value, what: str) -> int:
    """Return a number that may be written as a string."""
    text = literal(value, what)
    try:
        return int(text)
    except ValueError:
        raise Refusal(f"{what} is {text!r}, not a whole number") from None


def _demand_extensions(scope: Scope) -> None:
    if EXTENSIONS not in scope.transforms:
        raise Refusal(f"needs the template to declare Transform: {EXTENSIONS}")


def _arguments(argument: Any, count: int, what: str) -> list[Any]:
    if not isinstance(argument, list) or len(argument) != count:
        raise Refusal(f"takes {what}")
    return argument


FUNCTIONS: dict[str, Function] = {
    "Fn::Base64": encode,
    "Fn::Cidr": cidr,
    "Fn::FindInMap": find_in_map,
    "Fn::GetAZs": zones,
    "Fn::ImportValue": import_value,
    "Fn::Join": join,
    "Fn::Length": length,
    "Fn::Select": select,
    "Fn::Split": split,
    "Fn::ToJsonString": to_json_string,
}
