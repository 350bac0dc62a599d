"""Which names a template refers to, and the same template with some of them replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

# ${Resource.Attribute} refers to Resource; ${!Literal} is text and "!Literal" nobody's name.
_IN_SUB = re.compile(r"\$\{([^${}]+)\}")


def referenced(node: Any) -> set[str]:
    """Return every name that Ref, Fn::GetAtt, Fn::Sub or Fn::ValueOf mentions anywhere below."""
    return set(_names(node))


def replaced(node: Any, values: Mapping[str, Any]) -> Any:
    """Return a copy in which every reference to a name in `values` is that name's expression."""
    if isinstance(node, list):
        return [replaced(each, values) for each in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"Ref"} and isinstance(node["Ref"], str) and node["Ref"] in values:
        return values[node["Ref"]]
    if node.keys() == {"Fn::Sub"}:
        return _replaced_sub(node["Fn::Sub"], values)
    if node.keys() == {"Fn::ValueOf"}:
        return {"Fn::ValueOf": _replaced_value_of(node["Fn::ValueOf"], values)}
    return {key: replaced(value, values) for key, value in node.items()}


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _names(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _names_of_member(key, value)


def _names_of_member(key: str, value: Any) -> Iterator[str]:
    if key == "Ref" and isinstance(value, str):
        yield value
    elif key == "Fn::Sub":
        text, variables = _sub_parts(value)
        yield from (name for name in _sub_names(text) if name not in variables)
        yield from _names(list(variables.values()))
    elif key == "Fn::ValueOf":
        yield value[0]
    elif key == "Fn::GetAtt":
        yield value.split(".")[0] if isinstance(value, str) else value[0]
        yield from _names(value)
    else:
        yield from _names(value)


def _sub_parts(value: Any) -> tuple[str, dict[str, Any]]:
    return (value[0], value[1]) if isinstance(value, list) else (value, {})


def _sub_names(text: str) -> list[str]:
    return [match.split(".")[0] for match in _IN_SUB.findall(text)]


def _replaced_sub(value: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    text, variables = _sub_parts(value)
    inner = {name: replaced(each, values) for name, each in variables.items()}
    outer = {name: values[name] for name in _sub_names(text) if name in values and name not in inner}
    merged = inner | outer
    return {"Fn::Sub": [text, merged] if merged else text}


def _replaced_value_of(value: list[str], values: Mapping[str, Any]) -> list[str]:
    name, attribute = value
    return [values[name]["Ref"] if name in values else name, attribute]
