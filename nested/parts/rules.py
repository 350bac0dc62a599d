"""Rules: parameters that do not go together are refused before anything is created."""

from __future__ import annotations

from typing import Any

from troposphere import And, Equals, Not, Or, Ref

from nested.shape import Input


def given(source: Input) -> Not:
    """Return the condition that the parameter is not empty."""
    return Not(Equals(Ref(source.name), ""))


def both_or_neither(one: Input, other: Input) -> Or:
    """Return the condition that both parameters are given, or none of the two."""
    empty = [Equals(Ref(each.name), "") for each in (one, other)]
    return Or(And(*empty), And(*(Not(each) for each in empty)))


def must(that: Any, text: str, *, when: Any = None) -> dict[str, Any]:
    """Return the rule that refuses parameters with this text unless `that` holds, or only where `when` does, too."""
    asked = {} if when is None else {"RuleCondition": when}
    return asked | {"Assertions": [{"Assert": that, "AssertDescription": text}]}
