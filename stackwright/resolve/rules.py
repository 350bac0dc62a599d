"""Rules: what a template asserts about its parameters before anything is created.

An assertion that hangs on what only AWS knows (`Fn::ValueOf`) is left to AWS.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from stackwright.resolve.conditions import TESTS, Test, any_of, equal, holds
from stackwright.resolve.errors import Refusal, ResolveError, Undecided
from stackwright.resolve.functions import Function
from stackwright.resolve.references import ref
from stackwright.resolve.symbols import Symbol, Value, is_symbolic

if TYPE_CHECKING:
    from stackwright.resolve.scope import Scope


def check(scope: Scope) -> None:
    """Raise ResolveError with the description of every assertion that fails."""
    judge = copy.copy(scope)
    judge.tests, judge.functions, judge.references = RULE_TESTS, RULE_FUNCTIONS, {"Ref": ref}
    failed = [
        f"{name}: {description}"
        for name, rule in scope.section("Rules").items()
        for description in _failures(judge, rule, f"Rules.{name}")
    ]
    if failed:
        raise ResolveError(scope.name, "Rules", "; ".join(failed))


def _failures(scope: Scope, rule: Mapping[str, Any], at: str) -> Iterator[str]:
    if "RuleCondition" in rule and not _verdict(scope, rule["RuleCondition"], f"{at}.RuleCondition"):
        return
    for index, assertion in enumerate(rule.get("Assertions", [])):
        place = f"{at}.Assertions[{index}]"
        if _verdict(scope, assertion.get("Assert"), f"{place}.Assert") is False:
            yield assertion.get("AssertDescription", f"{place} does not hold")


def _verdict(scope: Scope, expression: Any, at: str) -> bool | None:
    """Whether it holds; None when only AWS knows."""
    try:
        return holds(scope, expression, at)
    except Undecided:
        return None
    except Refusal as refusal:
        raise ResolveError(scope.name, at, str(refusal)) from None


def _contains(scope: Scope, argument: Any, at: str) -> bool:
    strings, wanted = _two(scope, argument, at)
    return _is_among(wanted, strings)


def _each_member_equals(scope: Scope, argument: Any, at: str) -> bool:
    strings, wanted = _two(scope, argument, at)
    return not any_of(partial(_unequal, each, wanted) for each in _known_list(strings))


def _each_member_in(scope: Scope, argument: Any, at: str) -> bool:
    strings, allowed = _two(scope, argument, at)
    return not any_of(partial(_is_missing, each, allowed) for each in _known_list(strings))


def _two(scope: Scope, argument: Any, at: str) -> list[Value]:
    if not isinstance(argument, list) or len(argument) != 2:
        raise Refusal(f"{at.rpartition('.')[2]} takes two arguments")
    return [scope.reduce(each, f"{at}[{index}]") for index, each in enumerate(argument)]


def _known_list(value: Value) -> list[Value]:
    if is_symbolic(value):
        raise Undecided(f"depends on {value}, which only AWS knows")
    if not isinstance(value, list):
        raise Refusal("needs a list of strings")
    return value


def _is_among(wanted: Value, strings: Value) -> bool:
    known = _known_list(strings)
    return any_of(partial(equal, wanted, each) for each in known)


def _is_missing(wanted: Value, strings: Value) -> bool:
    return not _is_among(wanted, strings)


def _unequal(left: Value, right: Value) -> bool:
    return not equal(left, right)


def _ref_all(scope: Scope, argument: Any) -> Value:
    return list(_of_type(scope, argument))


def _value_of(scope: Scope, argument: Any) -> Value:
    name, attribute = _name_and_attribute(argument)
    if name not in scope.parameters:
        raise Refusal(f"{name} is not a parameter")
    kind = scope.section("Parameters")[name]["Type"]
    value = scope.parameters[name]
    found = [_attribute(scope, kind, each, attribute) for each in _several(value)]
    return found if isinstance(value, list) else found[0]


def _value_of_all(scope: Scope, argument: Any) -> Value:
    kind, attribute = _name_and_attribute(argument)
    return [_attribute(scope, kind, value, attribute) for value in _of_type(scope, kind)]


def _name_and_attribute(argument: Any) -> tuple[str, str]:
    match argument:
        case [str(name), str(attribute)]:
            return name, attribute
    raise Refusal("takes a name and an attribute")


def _of_type(scope: Scope, kind: Any) -> Iterator[Value]:
    for name, declaration in scope.section("Parameters").items():
        if declaration["Type"] in (kind, f"List<{kind}>"):
            yield from _several(scope.parameters[name])


def _several(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _attribute(scope: Scope, kind: str, value: Value, attribute: str) -> Value:
    element = kind.removeprefix("List<").removesuffix(">")
    return scope.environment.lookup(Symbol(f"{element}:{value}", attribute))


RULE_TESTS: dict[str, Test] = {
    **{name: test for name, test in TESTS.items() if name != "Condition"},
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_member_equals,
    "Fn::EachMemberIn": _each_member_in,
}

RULE_FUNCTIONS: dict[str, Function] = {
    "Fn::RefAll": _ref_all,
    "Fn::ValueOf": _value_of,
    "Fn::ValueOfAll": _value_of_all,
}
