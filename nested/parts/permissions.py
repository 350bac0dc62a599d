"""IAM policy documents in the few forms that the stacks use."""

from __future__ import annotations

from typing import Any

Statement = dict[str, Any]


def policy(*statements: Statement) -> dict[str, Any]:
    """Return a policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | list[str], resources: Any, *, when: dict[str, Any] | None = None) -> Statement:
    """Return a statement that allows the actions on the resources, where the condition `when` holds."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return statement | ({"Condition": when} if when else {})


def trust(service: str, *, when: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the document that lets an AWS service assume a role, where the condition `when` holds."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return policy(statement | ({"Condition": when} if when else {}))
