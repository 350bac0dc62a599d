"""Secrets, without which no task starts and no dynamic reference is replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError
from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.secrets import Reference, references

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.preflight.subject import Subject

MEND = "create it, or name another"


def _ask(subject: Subject) -> Iterator[Point]:
    found = references(subject)
    if not found:
        yield moot("the plan reads no secret")
    yield from one_by_one(found, lambda reference: _present(subject.aws, reference))


def _present(aws: Aws, reference: Reference) -> Iterator[Point]:
    there = aws.elsewhere(reference.region) if reference.region else aws
    yield _parameter(there, reference) if reference.parameter else _secret(there, reference)


def _parameter(aws: Aws, reference: Reference) -> Point:
    # An ARN has the name of `x` and of `/x` alike.
    names = [reference.name, reference.name.removeprefix("/")] if reference.region else [reference.name]
    if any(aws.parameter(name) is not None for name in names):
        return holds(reference.name)
    return fails(f"{reference.path}: SSM has no parameter {reference.name} in {aws.region}", mend=MEND)


def _secret(aws: Aws, reference: Reference) -> Point:
    what = f"{reference.path}: secret {reference.name}"
    try:
        found = aws.call("secretsmanager", "describe_secret", SecretId=reference.name)
        if found.get("DeletedDate"):
            command = f"aws secretsmanager restore-secret --region {aws.region} --secret-id {reference.name}"
            return fails(f"{what} is to be deleted", mend=f"restore it: {command}")
        if reference.key and reference.key not in _keys(aws, reference):
            return fails(f"{what} has no key {reference.key}", mend="add the key, or name another")
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        return fails(f"{what} is not in {aws.region}", mend=MEND)
    return holds(f"{reference.name}{f' with {reference.key}' if reference.key else ''}")


def _keys(aws: Aws, reference: Reference) -> set[str]:
    """Return the keys of a secret that is JSON; its values are not kept."""
    which = {"VersionStage": reference.stage} if reference.stage else {}
    which |= {"VersionId": reference.version} if reference.version else {}
    text = aws.call("secretsmanager", "get_secret_value", SecretId=reference.name, **which).get("SecretString", "")
    try:
        found: Any = json.loads(text)
    except ValueError:
        return set()
    return set(found) if isinstance(found, dict) else set()


CHECK = Check(
    number=15,
    name="secrets-present",
    claim="Every secret that containers and dynamic references read is there, with the key they read",
    why="A task whose secret cannot be read stops before its container starts, again and again",
    source='"Pass sensitive data to an Amazon ECS container" in the Amazon ECS Developer Guide',
    ask=_ask,
)
