"""Parameters: checks what is given against the declarations, and turns it into values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.quoting import named, quoted
from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import Refusal, ResolveError
from stackwright.resolve.functions import pieces
from stackwright.resolve.parameter_types import Type, parsed
from stackwright.resolve.symbols import Text, Unknown, Value, as_text, concatenate

LONGEST = 4096  # AWS CloudFormation User Guide, "CloudFormation quotas": bytes of a value


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one parameter."""

    parameter: str
    reason: str

    def __str__(self) -> str:
        return f"{named(self.parameter)}: {self.reason}"


class ParameterError(ResolveError):
    """Everything that is wrong with the parameters given, at once."""

    def __init__(self, template: str, problems: list[Problem]) -> None:
        super().__init__(template, "Parameters", "; ".join(map(str, problems)))
        self.problems = problems


def bind(
    declarations: Mapping[str, Any],
    given: Mapping[str, Value],
    environment: Environment,
    *,
    template: str = "template",
) -> dict[str, Value]:
    """Return the value of every parameter: strings (numbers too), or lists of them.

    What is in SSM goes through the environment's `lookup` as `Symbol("ssm:/name", "Value")`.
    Raises ParameterError with all problems.
    """
    found = problems(declarations, given)
    if found:
        raise ParameterError(template, found)
    return {
        name: _value(parsed(declaration["Type"]), _text(declaration, given, name), environment)
        for name, declaration in declarations.items()
    }


def problems(declarations: Mapping[str, Any], given: Mapping[str, Value]) -> list[Problem]:
    """Return everything wrong with what is given, in the order of the declarations.

    A value with symbols inside passes: only AWS can check it.
    """
    found = [Problem(name, "the template has no such parameter") for name in given if name not in declarations]
    for name, declaration in declarations.items():
        found += [Problem(name, reason) for reason in _reasons(declaration, given, name)]
    return found


def _text(declaration: Mapping[str, Any], given: Mapping[str, Value], name: str) -> Any:
    return as_text(given[name] if name in given else declaration["Default"])


def _value(kind: Type, text: str | Unknown | Text, environment: Environment) -> Value:
    if kind.looked_up:
        text = environment.find(concatenate(["ssm:", text]))
    if not kind.listed:
        return text
    if isinstance(text, str):
        plain = Type(kind.element, listed=True, looked_up=False)
        return plain.items(text)
    return text if isinstance(text, list) else pieces(",", text)


def _reasons(declaration: Mapping[str, Any], given: Mapping[str, Value], name: str) -> Iterator[str]:
    kind = parsed(declaration.get("Type", ""))
    if not kind.known:
        yield f"the type {declaration.get('Type')!r} does not exist"
        return
    if name not in given and "Default" not in declaration:
        yield "has no default and must have a value"
        return
    try:
        text = _text(declaration, given, name)
    except Refusal as refusal:
        yield f"{refusal} (a list travels joined by commas)"
        return
    if isinstance(text, str):
        hidden = str(declaration.get("NoEcho", "")).lower() == "true"
        yield from _failures(declaration, kind, text, hidden=hidden)


def _failures(declaration: Mapping[str, Any], kind: Type, text: str, *, hidden: bool) -> Iterator[str]:
    constraint = declaration.get("ConstraintDescription")
    if len(text.encode(errors="surrogatepass")) > LONGEST:
        yield f"is longer than {LONGEST} bytes"
        return
    for item in kind.items(text):
        reason = _first_failure(declaration, kind, item)
        if reason:
            shown = "its value" if hidden else quoted(item)
            yield f"{shown} {reason}" + (f" ({constraint})" if constraint else "")


def _first_failure(declaration: Mapping[str, Any], kind: Type, item: str) -> str | None:
    if not kind.fits(item):
        what = "the name of an SSM parameter" if kind.looked_up else f"of type {kind.element}"
        return f"is not {what}"
    allowed = [as_text(each) for each in declaration.get("AllowedValues", [])]
    if allowed and item not in allowed:
        return f"is not one of {', '.join(map(str, allowed))}"
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, item, re.ASCII):  # as in Java, whose \d is 0 to 9
        return f"does not match {pattern}"
    if kind.element == "Number" and not kind.looked_up:
        return _outside(declaration, "Value", float(item))
    return None if kind.listed else _outside(declaration, "Length", len(item))


def _outside(declaration: Mapping[str, Any], bound: str, size: float) -> str | None:
    subject = "is" if bound == "Value" else "has a length"
    least, most = declaration.get(f"Min{bound}"), declaration.get(f"Max{bound}")
    if least is not None and size < float(least):
        return f"{subject} below {least}"
    if most is not None and size > float(most):
        return f"{subject} above {most}"
    return None
