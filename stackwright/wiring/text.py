"""A template as the text that is written, hashed, measured and uploaded: one form, so that all four agree."""

from __future__ import annotations

import json
from math import inf
from typing import Any

_SECTIONS = (
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
)

# "CloudFormation quotas" in the CloudFormation User Guide: a template that is passed as text.
BYTES_AS_TEXT = 51_200

_WIDTH = 120
_ENTRY = 2  # how deep in a template its parameters, resources and outputs are


def ordered(body: dict[str, Any]) -> dict[str, Any]:
    """Return a template with its sections in CloudFormation's order, empty ones left out."""
    dated = {"AWSTemplateFormatVersion": "2010-09-09"} | body
    known = {name: dated[name] for name in _SECTIONS if dated.get(name)}
    return known | {name: part for name, part in dated.items() if part and name not in known}


def as_text(document: dict[str, Any]) -> str:
    """Return a document as JSON, the same on every machine.

    A narrow indent, and one line for a list of plain values and for what fits, keep templates small and readable. What
    CloudFormation would not take as text even so has a line for each parameter, resource and output.
    """
    text = f"{_folded(document)}\n"
    return text if len(text) <= BYTES_AS_TEXT else f"{_folded(document, deepest=_ENTRY)}\n"


def _folded(value: Any, *, depth: int = 0, before: int = 0, deepest: float = inf) -> str:
    """Return a value so deep in the document, on one line if it fits behind what stands `before` it there."""
    line = json.dumps(value)
    if _is_plain(value) or depth >= deepest or depth + before + len(line) <= _WIDTH:
        return line
    if isinstance(value, list):
        return _block("[]", [_folded(each, depth=depth + 1, deepest=deepest) for each in value], depth)
    names = {name: f"{json.dumps(name)}: " for name in value}
    parts = [
        name + _folded(value[each], depth=depth + 1, before=len(name), deepest=deepest) for each, name in names.items()
    ]
    return _block("{}", parts, depth)


def _is_plain(value: Any) -> bool:
    """Tell whether a value holds nothing that could go on a line of its own."""
    if isinstance(value, list):
        return not any(isinstance(each, (dict, list)) for each in value)
    return not (isinstance(value, dict) and value)


def _block(brackets: str, parts: list[str], depth: int) -> str:
    indent = "\n" + " " * depth
    return f"{brackets[0]}{indent} " + f",{indent} ".join(parts) + f"{indent}{brackets[1]}"
