"""Values that only AWS knows, kept by name so that they survive functions and nested stacks.

A `Symbol` stands for one value, a `Text` is a string with unknowns inside, and an `Applied` is a
function that waits for its argument (`Fn::Select` from a list nobody has seen yet). All three are
immutable and compare by structure, so two equal ones are the same value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from stackwright.resolve.errors import Refusal

Value: TypeAlias = Any
"""Any JSON value in which a `Symbol`, `Text` or `Applied` may stand for an unknown part."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One value that AWS makes: an attribute of a resource (`Alb/LoadBalancer`, `DNSName`).

    What `Ref` returns is the attribute `Ref`. Beside resources, paths name parameters in SSM
    (`ssm:/name`), secrets (`secretsmanager:…`) and exports (`import:Name`), attribute `Value`.
    """

    path: str
    attribute: str

    @property
    def name(self) -> str:
        """The symbol without its braces."""
        return f"{self.path}.{self.attribute}"

    def __str__(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True, slots=True)
class Applied:
    """A function whose argument is unknown; lists among the arguments are tuples."""

    function: str
    arguments: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The call as a person reads it: `Select(0, Split("/", Alb/LoadBalancer.Arn))`."""
        arguments = ", ".join(_argument(each) for each in self.arguments)
        return f"{self.function.removeprefix('Fn::')}({arguments})"

    @property
    def listed(self) -> bool:
        """Whether what comes out is a list."""
        return self.function in ("Fn::Split", "Fn::Cidr")

    def __str__(self) -> str:
        return f"${{{self.name}}}"


Unknown: TypeAlias = Symbol | Applied


@dataclass(frozen=True, slots=True)
class Text:
    """A string with unknowns inside; never made of one part alone (see `concatenate`)."""

    parts: tuple[str | Unknown, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


class _NoValue:
    """What `AWS::NoValue` is while its map or list is being made."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = _NoValue()


def is_symbolic(value: Value) -> bool:
    """Whether the value is itself unknown or in part unknown text (not: holds such a value)."""
    return isinstance(value, Symbol | Text | Applied)


def symbols_in(value: Value) -> Iterator[Symbol]:
    """Yield every symbol anywhere inside a value, in reading order, with repetitions."""
    if isinstance(value, Symbol):
        yield value
    elif isinstance(value, Text | Applied):
        for part in value.parts if isinstance(value, Text) else value.arguments:
            yield from symbols_in(part)
    elif isinstance(value, dict):
        for item in value.values():
            yield from symbols_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from symbols_in(item)


def apply(function: str, *arguments: Value) -> Applied:
    """Return the function waiting for its arguments."""
    return Applied(function, tuple(_frozen(each) for each in arguments))


def as_text(value: Value) -> str | Unknown | Text:
    """Return a scalar as the string CloudFormation makes of it; a list or map is refused."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str | Symbol | Text):
        return value
    if isinstance(value, Applied) and not value.listed:
        return value
    raise Refusal(f"needs a string, not {_kind(value)}")


def concatenate(values: Iterable[Value]) -> str | Unknown | Text:
    """Return the values as one string: plain when all are known, an unknown alone as itself."""
    parts: list[str | Unknown] = []
    for value in map(as_text, values):
        for part in value.parts if isinstance(value, Text) else (value,):
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part != "":
                parts.append(part)
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else Text(tuple(parts))


_MASK = 0xF0000  # private use: no template's text holds these characters


def mask(value: str | Unknown | Text, unknowns: list[Unknown]) -> str:
    """Return the text with one private character for each unknown, adding these to the list."""
    masked = ""
    for part in value.parts if isinstance(value, Text) else (value,):
        if isinstance(part, str):
            masked += part
        else:
            masked += chr(_MASK + len(unknowns))
            unknowns.append(part)
    return masked


def unmask(masked: str, unknowns: list[Unknown]) -> str | Unknown | Text:
    """Return a (part of a) masked text with its unknowns back in place."""
    if not unknowns:
        return masked
    last = _MASK + len(unknowns)
    return concatenate(unknowns[ord(letter) - _MASK] if _MASK <= ord(letter) < last else letter for letter in masked)


def rendered(value: Value) -> Any:
    """Return the value as JSON has it, unknowns as `${Path.Attribute}`."""
    if is_symbolic(value):
        return str(value)
    if isinstance(value, dict):
        return {key: rendered(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rendered(item) for item in value]
    return value


def _frozen(value: Value) -> Value:
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    return value


def _argument(value: Value) -> str:
    if isinstance(value, Symbol | Applied):
        return value.name
    return json.dumps(rendered(value), ensure_ascii=False)


def _kind(value: Value) -> str:
    if value is None or isinstance(value, _NoValue):
        return "nothing"
    return "a map" if isinstance(value, dict) else "a list"
