"""Dynamic references: `{{resolve:ssm:…}}`, `{{resolve:ssm-secure:…}}`, `{{resolve:secretsmanager:…}}`.

CloudFormation replaces them last, in the strings that its functions have made.
"""

from __future__ import annotations

import re

from stackwright.resolve.environment import Environment
from stackwright.resolve.symbols import Text, Unknown, Value, concatenate, mask, unmask

_REFERENCE = re.compile(r"\{\{resolve:((?:ssm|ssm-secure|secretsmanager):[^{}]+)\}\}")


def resolved(value: Value, environment: Environment) -> Value:
    """Return the value with every dynamic reference in it looked up."""
    if isinstance(value, dict):
        return {key: resolved(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, environment) for item in value]
    if isinstance(value, str | Text):
        return _replaced(value, environment)
    return value


def _replaced(text: str | Text, environment: Environment) -> Value:
    unknowns: list[Unknown] = []
    masked = mask(text, unknowns)
    if "{{resolve:" not in masked:
        return text
    parts: list[Value] = []
    for index, piece in enumerate(_REFERENCE.split(masked)):
        part = unmask(piece, unknowns)
        parts.append(environment.find(part) if index % 2 else part)
    return concatenate(parts)
