"""Bucket policies whose conditions count, which moto reads past.

The statement of every careful bucket denies what does not come by TLS. The local AWS speaks plain HTTP on loopback
and stands for an endpoint that speaks TLS, so here `aws:SecureTransport` is true. A statement with a condition on
anything else is one that the local AWS cannot judge, and it neither allows nor denies.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

_KNOWN = {"aws:SecureTransport": "true"}


def applying(policy: dict[str, Any]) -> dict[str, Any]:
    """Return the policy with those statements whose conditions hold for a request to the local AWS."""
    statements = policy.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    kept = [{**each, "Condition": {}} for each in listed if _holds(each.get("Condition") or {})]
    return policy | {"Statement": kept}


def _holds(condition: dict[str, dict[str, Any]]) -> bool:
    return all(
        operator == "Bool" and _KNOWN.get(key) == str(value).lower()
        for operator, tests in condition.items()
        for key, value in tests.items()
    )


def _permission(bucket: Any, action: str, resource: str) -> PermissionResult:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = IAMPolicy(json.dumps(applying(json.loads(bucket.policy))))
    return policy.is_action_permitted(action, resource)


def install() -> None:
    """Let every bucket of the server judge by its policy's conditions."""
    FakeBucket.get_permission = _permission
