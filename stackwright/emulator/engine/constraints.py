"""What a template demands of its parameters' values, refused in CloudFormation's words.

Whether a value fits is the resolver's to say (`resolve.parameters.problems`). Source of the constraints: AWS
CloudFormation User Guide, "Parameters" (AllowedPattern to MinValue; ConstraintDescription). It has the words of a
constraint with a description; those of the others are what CreateStack answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackwright.emulator.engine.errors import Invalid
from stackwright.resolve.parameters import problems

_WORDS = {
    "AllowedValues": "must be one of AllowedValues",
    "AllowedPattern": "must match pattern {}",
    "MinLength": "must contain at least {} characters",
    "MaxLength": "must contain at most {} characters",
    "MinValue": "must be a number not less than {}",
    "MaxValue": "must be a number not greater than {}",
}


def values_allowed(declared: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse the first value that its declaration does not allow; what only AWS knows passes."""
    for name, declaration in declared.items():
        wrong = _wrong(name, declaration, given)
        if wrong and "ConstraintDescription" in declaration:
            raise Invalid(f"Parameter {name} failed to satisfy constraint: {declaration['ConstraintDescription']}")
        if wrong:
            raise Invalid(f"Parameter '{name}' {wrong}")


def _wrong(name: str, declaration: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Return what the value must be and is not, "" if it may be what it is."""
    kind = {"Type": declaration.get("Type")}
    value = {name: given[name]} if name in given else {}
    if not value or problems({name: kind}, value):
        return "must be a number." if value and kind["Type"] == "Number" else ""
    failed = (key for key in _WORDS if key in declaration and _fails(name, kind | {key: declaration[key]}, value))
    return next((_WORDS[key].format(declaration[key]) for key in failed), "")


def _fails(name: str, declaration: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return bool(problems({name: declaration}, value))
