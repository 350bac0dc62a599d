"""ARNs of stacks and change sets."""

from __future__ import annotations

import uuid

from stackwright.resolve.environment import Environment


def stack_arn(account: str, region: str, name: str) -> str:
    """Return a new stack's id."""
    return _arn(account, region, f"stack/{name}")


def change_set_arn(account: str, region: str, name: str) -> str:
    """Return a new change set's id."""
    return _arn(account, region, f"changeSet/{name}")


def _arn(account: str, region: str, what: str) -> str:
    partition = Environment(region=region).partition
    return f"arn:{partition}:cloudformation:{region}:{account}:{what}/{uuid.uuid4()}"
