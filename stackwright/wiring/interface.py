"""The console's form: AWS::CloudFormation::Interface with groups and labels a person can fill in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stackwright.wiring.roots import Question

# Where a parameter goes that no input describes.
_NO_GROUP = "Other"


def interface(questions: Iterable[Question]) -> dict[str, Any]:
    """Return the root's Metadata: groups in the order of their first parameter, those without one last."""
    groups: dict[str, list[str]] = {}
    labels: dict[str, dict[str, str]] = {}
    for question in sorted(questions, key=lambda each: each.group is None):
        groups.setdefault(question.group or _NO_GROUP, []).append(question.name)
        if question.label:
            labels[question.name] = {"default": question.label}
    if not groups:
        return {}
    return {"AWS::CloudFormation::Interface": _form(groups, labels)}


def _form(groups: dict[str, list[str]], labels: dict[str, dict[str, str]]) -> dict[str, Any]:
    listed = [{"Label": {"default": label}, "Parameters": names} for label, names in groups.items()]
    return {"ParameterGroups": listed, "ParameterLabels": labels}
