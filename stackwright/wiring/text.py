"""A template as the text that is written, hashed, measured and uploaded: one form, so that all four agree."""

from __future__ import annotations

import json
import re
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

# A string has no line break in JSON, so that what is matched across lines is the list's own.
_PLAIN = r'(?:"(?:[^"\\]|\\.)*"|[-+.\w]+)'
_PLAIN_LIST = re.compile(rf"\[\n\s+{_PLAIN}(?:,\n\s+{_PLAIN})*\n\s*\]")
_SINGLE = re.compile(r"\{\n\s*([^\n]*)\n\s*\}")
_BREAK = re.compile(r"\n\s*")


def ordered(body: dict[str, Any]) -> dict[str, Any]:
    """Return a template with its sections in CloudFormation's order, empty ones left out."""
    dated = {"AWSTemplateFormatVersion": "2010-09-09"} | body
    known = {name: dated[name] for name in _SECTIONS if dated.get(name)}
    return known | {name: part for name, part in dated.items() if part and name not in known}


def as_text(document: dict[str, Any]) -> str:
    """Return a document as JSON, the same on every machine.

    A narrow indent, and one line for a list of plain values or an object of one, keep templates small and readable.
    """
    indented = json.dumps(document, indent=1)
    return _SINGLE.sub(r"{\1}", _PLAIN_LIST.sub(_on_one_line, indented)) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return f"[{_BREAK.sub(' ', found[0][1:-1]).strip()}]"
