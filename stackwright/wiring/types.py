"""Parameter types: what travels, and which output fits which parameter.

Source: "CloudFormation-supplied parameter types" and "Systems Manager parameter types" in the AWS
CloudFormation User Guide.
"""

from __future__ import annotations

_SSM_VALUE = "AWS::SSM::Parameter::Value<"
_LIST = "List<"
_ANY_LIST = "CommaDelimitedList"
_ANY_SCALAR = "String"


def is_ssm_value(kind: str) -> bool:
    """Tell whether a parameter of this type names an SSM parameter whose value is meant."""
    return kind.startswith(_SSM_VALUE)


def plain(kind: str) -> str:
    """Return the type of the value itself: without the SSM lookup, and as a type a template may declare."""
    value = kind.removeprefix(_SSM_VALUE).removesuffix(">") if is_ssm_value(kind) else kind
    # List<String> exists only inside an SSM type; declared on its own it is a CommaDelimitedList.
    return _ANY_LIST if value == "List<String>" else value


def is_list(kind: str) -> bool:
    """Tell whether a reference to a parameter of this type is a list."""
    value = plain(kind)
    return value == _ANY_LIST or value.startswith(_LIST)


def fits(given: str, needed: str) -> bool:
    """Tell whether an output of one type may feed a parameter of another; String fits any scalar both ways."""
    one, other = plain(given), plain(needed)
    if is_list(one) != is_list(other):
        return False
    return one == other or bool({one, other} & {_ANY_LIST, _ANY_SCALAR})
