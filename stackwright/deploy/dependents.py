"""Who still uses what a bootstrap stack shares: the stacks that must go before it.

A stack shares by SSM parameters, which others name in theirs. What it shares so goes into them in three ways: as the
value of a parameter, as the role they are deployed by, as the bucket that holds their nested templates. Parameters of
SSM are a region's own, so only its stacks are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stackwright.aws import listed
from stackwright.aws_shapes import Stack, parse_stack
from stackwright.deploy.plan import LEFTOVER
from stackwright.deploy.teardown import BUCKET, DATA, Doomed, Teardown
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws

PARAMETER = "AWS::SSM::Parameter"
ROLE = "AWS::IAM::Role"
NOTHING_YET = ("DELETE_COMPLETE", LEFTOVER)


def check(aws: Aws, name: str, teardown: Teardown) -> None:
    """Refuse to take from other stacks of the region what they use. Raises StackwrightError, which names them."""
    used = {stack.name: uses for stack in _others(aws, name, teardown) if (uses := list(_uses(aws, stack, teardown)))}
    if used:
        told = "; ".join(f"{other} {' and '.join(uses)}" for other, uses in used.items())
        raise StackwrightError(
            f"stack {name} is still used, nothing was changed: {told}"
            f"\ndestroy {', '.join(used)} first, then this one again"
        )


def _others(aws: Aws, name: str, teardown: Teardown) -> Iterator[Stack]:
    """Yield the other root stacks; none for a stack that shares nothing, or when nothing of it goes."""
    shares = any(each.type == PARAMETER for each in teardown.doomed)
    data = {task.kind for task in teardown.after} & set(DATA.values())
    if not shares or not (teardown.going or data):
        return
    stacks = listed(aws, "cloudformation", "describe_stacks", "Stacks")
    roots = (raw for raw in stacks if not raw.get("ParentId") and raw["StackName"] != name)
    yield from (parse_stack(raw) for raw in roots if raw["StackStatus"] not in NOTHING_YET)


def _uses(aws: Aws, stack: Stack, teardown: Teardown) -> Iterator[str]:
    """Yield in words what a stack uses of what is to go."""
    read = sorted({stack.parameters[name] for name in stack.resolved} & _named(teardown.doomed, PARAMETER))
    if read:
        yield f"reads {', '.join(read)}"
    role = (stack.role or "").rpartition("/")[2]
    if role in _named(teardown.going, ROLE):
        yield f"is deployed by the role {role}"
    buckets = _named(teardown.doomed, BUCKET)
    # As text: somebody else's template may be YAML.
    text = str(aws.call("cloudformation", "get_template", StackName=stack.id)["TemplateBody"]) if buckets else ""
    for bucket in sorted(each for each in buckets if each in text):
        yield f"has its nested templates in bucket {bucket}"


def _named(found: Iterable[Doomed], kind: str) -> set[str]:
    return {each.physical_id for each in found if each.type == kind and each.physical_id}
