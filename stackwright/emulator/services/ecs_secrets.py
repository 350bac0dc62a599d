"""Secrets of containers: whether ECS could read each of them before it starts a task.

What ECS reads is there or not, and has the JSON key or not; whether the execution role may read it nobody asks here.
Source: "Pass sensitive data to an Amazon ECS container" and "Troubleshooting Amazon ECS ResourceInitializationError
errors", Amazon ECS Developer Guide.
"""

from __future__ import annotations

import json
from typing import Any

from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

_ON_FARGATE = "ResourceInitializationError: unable to pull secrets or registry auth: "
_RETRIED = "service call has been retried 1 time(s): "
_NOT_FOUND = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
_KEY_PLACE = 7


def unreadable(ecs: Any, definition: Any) -> str:
    """Return why a secret of the definition's containers cannot be read, in the words of a stopped task; "" if all can.

    A task on an instance names the service that did not answer, one on Fargate the step that failed.
    """
    fargate = "FARGATE" in (definition.requires_compatibilities or [])
    for container in definition.container_definitions:
        for each in container.get("secrets") or []:
            reason = _reason(ecs, each["valueFrom"], fargate=fargate)
            if reason:
                return reason
    return ""


def _reason(ecs: Any, source: str, *, fargate: bool) -> str:
    parts = source.split(":")
    if parts[0] == "arn" and parts[2] == "secretsmanager":
        return _of_secret(ecs.account_id, parts, fargate=fargate)
    region, name = (parts[3], source.partition(":parameter")[2]) if parts[0] == "arn" else (ecs.region_name, source)
    known = ssm_backends[ecs.account_id][region]
    if any(known.get_parameter(each) is not None for each in (name, name.removeprefix("/"))):
        return ""
    if fargate:
        return f"{_ON_FARGATE}unable to retrieve secrets from ssm: {_RETRIED}invalid parameters: {source}"
    return f"Fetching secret data from SSM Parameter Store in {region}: invalid parameters: {source}"


def _of_secret(account: str, parts: list[str], *, fargate: bool) -> str:
    arn, key = ":".join(parts[:_KEY_PLACE]), (*parts[_KEY_PLACE:], "")[0]
    wrong = _wrong(account, parts[3], arn, key)
    if not wrong:
        return ""
    if fargate:
        asked = f"unable to retrieve secret from asm: {_RETRIED}failed to fetch secret {arn} from secrets manager: "
        return f"{_ON_FARGATE}execution resource retrieval failed: {asked}{wrong}"
    return f"Fetching secret data from AWS Secrets Manager in region {parts[3]}: secret {arn}: {wrong}"


def _wrong(account: str, region: str, arn: str, key: str) -> str:
    found: Any = secretsmanager_backends[account][region].secrets.get(arn)
    # The six characters at the end may be left out, but not be others.
    if found is None or found.is_deleted() or arn not in (found.arn, found.arn[:-7]):
        return _NOT_FOUND
    if key and key not in _keys(found.versions[found.default_version_id].get("secret_string") or ""):
        return f"retrieved secret from Secrets Manager did not contain json key {key}"
    return ""


def _keys(text: str) -> set[str]:
    try:
        found = json.loads(text)
    except ValueError:
        return set()
    return set(found) if isinstance(found, dict) else set()
