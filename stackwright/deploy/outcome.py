"""How an operation ended: data and time when all went well, else why not and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright import console
from stackwright.deploy.failure import blockers, cause
from stackwright.deploy.plan import FIRST_TRY_FAILED
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from collections.abc import Collection

    from stackwright.aws import Aws
    from stackwright.deploy.again import Again
    from stackwright.deploy.follow import Progress
    from stackwright.deploy.screen import Screen

ROLLED_BACK = "UPDATE_ROLLBACK_COMPLETE"
DECLINED = 1  # exit status of a "no" at the prompt


def check_ended(progress: Progress, again: Again, *, wanted: Collection[str]) -> str:
    """Return the stack's id when the operation ended as wanted, else raise with its cause and the mend."""
    status = progress.root.status
    if status in wanted:
        return progress.stack_id
    raise StackwrightError("\n".join([f"{again.stack_name} ended in {status}", *_why(progress), mend(status, again)]))


def _why(progress: Progress) -> list[str]:
    """Return the root cause, and apart from it what the rollback got stuck on."""
    root = cause(progress.steps)
    stuck = [each.sentence() for each in blockers(progress.steps)] if "ROLLBACK_FAILED" in progress.root.status else []
    return [root, *(f"not rolled back: {each}" for each in stuck if each != root)]


def mend(status: str, again: Again) -> str:
    """Return in one line what to do next about a stack in this status."""
    if status in FIRST_TRY_FAILED:
        return f"next: mend that, then {again.ours('deploy')} deletes this first try and creates anew"
    if status == "UPDATE_ROLLBACK_FAILED":
        return f"next: mend what blocks it, then {again.ours('recover')}"
    if status == ROLLED_BACK:
        return f"next: all is as it was before; mend that or undo the change, then {again.ours('deploy')}"
    if status == "DELETE_FAILED":
        return f"next: mend that, then {again.ours('destroy')}"
    return f"next: see {again.aws('describe-stack-events')}"


def tell_outputs(aws: Aws, name: str, screen: Screen, *, seconds: float, as_json: bool) -> None:
    """Print the outputs as data and say how long it took; `name` may be the stack's id."""
    stack = aws.stack(name)
    outputs = stack.outputs if stack else {}
    name = stack.name if stack else name
    if as_json:
        console.data({"stack": name, "outputs": outputs, "seconds": round(seconds, 1)})
    else:
        # Not a table: on a narrow terminal it would cut what a person is about to copy.
        width = max(map(len, outputs), default=0)
        for output, value in sorted(outputs.items()):
            console.out(f"{output:{width}}  {value}")
    screen.say(f"{name}: {stack.status if stack else 'gone'} in {seconds:.1f} s")
    if stack and stack.status == ROLLED_BACK:
        screen.say(
            "this is no failure of now: the stack is as it was before its last update, which failed and was rolled back"
        )


def tell_declined(name: str, *, as_json: bool) -> None:
    """Tell machines that the person said no; a person has read so already."""
    if as_json:
        console.data({"stack": name, "declined": True})
