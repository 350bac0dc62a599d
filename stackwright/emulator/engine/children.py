"""New stacks, before anything is known of them but their place."""

from __future__ import annotations

import hashlib

from stackwright.emulator.engine.identity import stack_arn
from stackwright.emulator.engine.stacks import Revision, Stack

EMPTY = Revision(template={"Resources": {}}, body="{}")


def new_root(account: str, region: str, name: str) -> Stack:
    """Return a stack that is not kept anywhere yet."""
    return Stack(account, region, name, stack_arn(account, region, name), EMPTY)


def new_child(parent: Stack, logical_id: str) -> Stack:
    """Return a nested stack that is not kept anywhere yet, named as AWS names them."""
    seed = f"{parent.id}/{logical_id}/{len(parent.events)}"
    suffix = hashlib.sha256(seed.encode()).hexdigest()[:12].upper()
    name = f"{parent.name}-{logical_id}-{suffix}"[-128:].lstrip("-")
    child = new_root(parent.account, parent.region, name)
    child.parent, child.logical_id = parent, logical_id
    return child
