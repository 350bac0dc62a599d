"""A template as the text that is written, hashed, measured and uploaded: one form, so that all four agree."""

from __future__ import annotations

import json
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


def ordered(body: dict[str, Any]) -> dict[str, Any]:
    """Return a template with its sections in CloudFormation's order, empty ones left out."""
    dated = {"AWSTemplateFormatVersion": "2010-09-09"} | body
    known = {name: dated[name] for name in _SECTIONS if dated.get(name)}
    return known | {name: part for name, part in dated.items() if part and name not in known}


def as_text(document: dict[str, Any]) -> str:
    """Return a document as JSON, the same on every machine; the narrow indent keeps templates small."""
    return json.dumps(document, indent=1) + "\n"
