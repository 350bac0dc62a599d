"""The functions that read names instead of values: Ref, Fn::GetAtt, Fn::Sub and Fn::If.

They take their argument unevaluated, because what it names or which branch counts comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from stackwright.resolve.errors import Refusal
from stackwright.resolve.functions import literal
from stackwright.resolve.symbols import NO_VALUE, Symbol, Value, as_text, concatenate

if TYPE_CHECKING:
    from stackwright.resolve.environment import Environment
    from stackwright.resolve.scope import Scope

Reference = Callable[["Scope", Any, str], Value]

PSEUDO: Mapping[str, Callable[[Environment], Value]] = {
    "AWS::AccountId": lambda environment: environment.account_id,
    "AWS::NoValue": lambda _: NO_VALUE,
    "AWS::NotificationARNs": lambda environment: list(environment.notification_arns),
    "AWS::Partition": lambda environment: environment.partition,
    "AWS::Region": lambda environment: environment.region,
    "AWS::StackId": lambda environment: environment.stack_id,
    "AWS::StackName": lambda environment: environment.stack_name,
    "AWS::URLSuffix": lambda environment: environment.url_suffix,
}

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_VARIABLE_NAME = re.compile(r"[A-Za-z0-9_.:]+")


def ref(scope: Scope, argument: Any, at: str) -> Value:
    """Return a pseudo parameter, a parameter's value or a resource's physical id."""
    return _referred(scope, _named(argument))


def get_att(scope: Scope, argument: Any, at: str) -> Value:
    """Return an attribute of a resource, named `Resource.Attribute` or in a list of two."""
    logical_id, attribute = attribute_named(argument)
    return _attribute(scope, logical_id, literal(scope.reduce(attribute, at), "the attribute"))


def attribute_named(argument: Any) -> tuple[str, Any]:
    """Return logical id and attribute of a `Fn::GetAtt`, refusing what has not its form."""
    if isinstance(argument, str):
        logical_id, dot, attribute = argument.partition(".")
        if dot:
            return logical_id, attribute
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str):
        return argument[0], argument[1]
    raise Refusal("takes a logical id and an attribute")


def sub(scope: Scope, argument: Any, at: str) -> Value:
    """Return the string with its variables replaced; `${!Name}` stays as `${Name}`."""
    template, own = substitution(argument)
    values = {name: scope.reduce(item, f"{at}.{name}") for name, item in own.items()}
    parts: list[Value] = []
    end = 0
    for match in _VARIABLE.finditer(template):
        parts += [template[end : match.start()], _variable(scope, match[1], values)]
        end = match.end()
    return concatenate([*parts, template[end:]])


def substitution(argument: Any) -> tuple[str, dict[str, Any]]:
    """Return string and map of a `Fn::Sub` in either form."""
    if isinstance(argument, str):
        return argument, {}
    match argument:
        case [str(template), dict(own)]:
            return template, own
    raise Refusal("takes a string, or a string and a map")


def variables(template: str) -> list[str]:
    """Return the names in a `Fn::Sub` string, literals (`${!Name}`) left out."""
    return [name for name in _VARIABLE.findall(template) if not name.startswith("!")]


def choose(scope: Scope, argument: Any, at: str) -> Value:
    """Return the branch that the condition picks; the other is not evaluated."""
    match argument:
        case [str(name), positive, negative]:
            holds = scope.condition(name)
            return scope.reduce(positive if holds else negative, f"{at}[{1 if holds else 2}]")
    raise Refusal("takes a condition's name and two values")


def _variable(scope: Scope, name: str, values: Mapping[str, Value]) -> Value:
    if name.startswith("!"):
        return f"${{{name[1:]}}}"
    if not _VARIABLE_NAME.fullmatch(name):
        raise Refusal(f"has a variable ${{{name}}} that is no name")
    if name in values:
        value = values[name]
    elif "." in name:
        value = _attribute(scope, *name.split(".", 1))
    else:
        value = _referred(scope, name)
    try:
        return as_text(value)
    except Refusal as refusal:
        raise Refusal(f"${{{name}}} {refusal}") from None


def _referred(scope: Scope, name: str) -> Value:
    if name in PSEUDO:
        return PSEUDO[name](scope.environment)
    if name in scope.parameters:
        return scope.parameters[name]
    return _attribute(scope, name, "Ref")


def _attribute(scope: Scope, logical_id: str, attribute: str) -> Value:
    scope.demand(logical_id)
    return scope.environment.lookup(Symbol(scope.place(logical_id), attribute))


def _named(argument: Any) -> str:
    if isinstance(argument, str):
        return argument
    raise Refusal("takes a name")


REFERENCES: dict[str, Reference] = {
    "Ref": ref,
    "Fn::GetAtt": get_att,
    "Fn::Sub": sub,
    "Fn::If": choose,
}
