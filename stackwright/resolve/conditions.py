"""Conditions: what holds, decided without guessing at what only AWS knows.

A comparison with an unknown is decided where any value AWS could give decides it alike:

- two structurally equal values are equal;
- an id, name or attribute that AWS makes is never empty, so it differs from `""` (a resource's
  attribute, an SSM parameter, a secret; not an import, which may be empty, nor a piece of a split);
- text that begins or ends otherwise than the literal differs from it.

Everything else is refused with the symbol's name. `Fn::And` and `Fn::Or` need only one operand
that settles them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from stackwright.resolve.errors import Refusal, Undecided
from stackwright.resolve.symbols import (
    Applied,
    Symbol,
    Text,
    Unknown,
    Value,
    is_symbolic,
    symbols_in,
)

if TYPE_CHECKING:
    from stackwright.resolve.scope import Scope

Test = Callable[["Scope", Any, str], bool]

MOST_OPERANDS = 10  # AWS CloudFormation Template Reference, "Condition functions": 2 to 10


def holds(scope: Scope, expression: Any, at: str) -> bool:
    """Return whether a condition function holds; refuses what is none."""
    if not isinstance(expression, dict) or len(expression) != 1:
        raise Refusal("is not a condition")
    ((function, argument),) = expression.items()
    if function not in scope.tests:
        raise Refusal(f"{function} is not a condition function")
    return scope.tests[function](scope, argument, f"{at}.{function}")


def equal(left: Value, right: Value) -> bool:
    """Return whether two values are equal as CloudFormation compares them, as strings.

    Raises Undecided where that hangs on a symbol.
    """
    left, right = _plain(left), _plain(right)
    if left == right:
        return True
    unknown = next((each for each in (left, right) if is_symbolic(each)), None)
    if unknown is None:
        return _equal_within(left, right)
    other = right if unknown is left else left
    if isinstance(other, str) and _differs(unknown, other):
        return False
    raise Undecided(f"depends on {next(symbols_in(unknown))}, which only AWS knows")


def _plain(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _equal_within(left: Value, right: Value) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return False


def _differs(unknown: Unknown | Text, literal: str) -> bool:
    """Whether no value of the unknown could be the literal."""
    if literal == "":
        return _is_never_empty(unknown)
    if not isinstance(unknown, Text):
        return False
    first, last = unknown.parts[0], unknown.parts[-1]
    return (isinstance(first, str) and not literal.startswith(first)) or (
        isinstance(last, str) and not literal.endswith(last)
    )


def _is_never_empty(unknown: Unknown | Text) -> bool:
    if isinstance(unknown, Symbol):
        return not unknown.path.startswith("import:")
    if isinstance(unknown, Text):
        return any(isinstance(part, str) or _is_never_empty(part) for part in unknown.parts)
    return _made_of_never_empty(unknown)


def _made_of_never_empty(unknown: Applied) -> bool:
    if unknown.function in ("Fn::Split", "find"):
        return False
    return all(_is_never_empty(each) for each in unknown.arguments if is_symbolic(each))


def _equals(scope: Scope, argument: Any, at: str) -> bool:
    if not isinstance(argument, list) or len(argument) != 2:
        raise Refusal("Fn::Equals takes two values")
    left, right = (scope.reduce(each, f"{at}[{index}]") for index, each in enumerate(argument))
    return equal(left, right)


def _not(scope: Scope, argument: Any, at: str) -> bool:
    if not isinstance(argument, list) or len(argument) != 1:
        raise Refusal("Fn::Not takes one condition in a list")
    return not holds(scope, argument[0], at)


def _condition(scope: Scope, argument: Any, at: str) -> bool:
    return scope.decided(argument)


def _and(scope: Scope, argument: Any, at: str) -> bool:
    return not any_of(partial(_denied, test) for test in _operands(scope, argument, at))


def _or(scope: Scope, argument: Any, at: str) -> bool:
    return any_of(_operands(scope, argument, at))


def _operands(scope: Scope, argument: Any, at: str) -> list[Callable[[], bool]]:
    if not isinstance(argument, list) or not 2 <= len(argument) <= MOST_OPERANDS:
        raise Refusal(f"{at.rpartition('.')[2]} takes 2 to {MOST_OPERANDS} conditions")
    return [partial(holds, scope, each, f"{at}[{index}]") for index, each in enumerate(argument)]


def any_of(tests: Iterable[Callable[[], bool]]) -> bool:
    """Return whether any test holds; one that does settles it, however undecided the others."""
    undecided: Undecided | None = None
    for test in tests:
        try:
            if test():
                return True
        except Undecided as reason:
            undecided = undecided or reason
    if undecided:
        raise undecided
    return False


def _denied(test: Callable[[], bool]) -> bool:
    return not test()


TESTS: dict[str, Test] = {
    "Condition": _condition,
    "Fn::And": _and,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::Or": _or,
}
