"""Picking the display up again: what is going on with a stack, from any terminal, to its outcome.

The operation is found in the root's events: from the newest one back to where the stack was last at
rest. So the same words tell how an operation ended that nobody watched.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackwright.deploy.again import Again, Where
from stackwright.deploy.follow import Progress, follow
from stackwright.deploy.outcome import check_ended, tell_outputs
from stackwright.deploy.plan import LEFTOVER, check_stack_name
from stackwright.deploy.screen import Screen, reached
from stackwright.deploy.tasks import Evidence
from stackwright.deploy.unhang import Unhang
from stackwright.errors import BadInput, StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Event, Stack
    from stackwright.project import Project

# What an operation that begins with this status comes to when all goes well.
ENDS_WELL = {
    "CREATE": "CREATE_COMPLETE",
    "UPDATE": "UPDATE_COMPLETE",
    "DELETE": "DELETE_COMPLETE",
    "IMPORT": "IMPORT_COMPLETE",
    "UPDATE_ROLLBACK": "UPDATE_ROLLBACK_COMPLETE",
}
CANCELS = {"CREATE": "delete-stack", "UPDATE": "cancel-update-stack"}
WORDS = {"CREATE": "the deployment", "UPDATE": "the deployment", "DELETE": "the deletion"}


def watch(
    project: Project,
    *,
    blueprint: str,
    environment: str,
    region: str | None = None,
    profile: str | None = None,
    local: bool = False,
    stack_name: str | None = None,
    as_json: bool = False,
) -> int:
    """Follow what is going on with a stack to its end; return the exit status."""
    started = time.monotonic()
    screen = Screen(yes=True)
    again = again_here(project, blueprint, environment, stack_name, Where(profile, region, local))
    with reached(again.where, screen) as aws:
        stack = present(aws, again)
        if stack.status == LEFTOVER:
            raise StackwrightError(f"{stack.name}: nothing is going on; it is under review and was never created")
        events = aws.events(stack.id)
        begun = began(events)
        idle = not stack.status.endswith("_IN_PROGRESS")
        if idle:
            screen.say(f"{stack.name}: nothing is going on; this is how the last operation ended")
        _follow(aws, stack, events[begun:], before(events, begun), screen, again, quiet=idle)
        tell_outputs(aws, stack.id, screen, seconds=time.monotonic() - started, as_json=as_json)
    return 0


def again_here(project: Project, blueprint: str, environment: str, stack_name: str | None, where: Where) -> Again:
    """Return the environment a verb is about; raises BadInput for one that is not there."""
    project.parameter_file(blueprint, environment)
    again = Again(blueprint, environment, stack_name or f"{blueprint}-{environment}", where)
    check_stack_name(again.stack_name)
    if not again.lasts:
        raise BadInput(
            "a local AWS ends with the command that started it: keep one with `python build.py emulator`,"
            " and set the exports it prints"
        )
    return again


def present(aws: Aws, again: Again) -> Stack:
    """Return the stack as it is; raises when there is none."""
    stack = aws.stack_now(again.stack_name)
    if stack is None:
        raise StackwrightError(f"{again.stack_name}: there is no such stack, nothing is going on")
    return stack


def began(events: Sequence[Event]) -> int:
    """Return the index of the event that the newest operation on the root began with; 0 if none tells."""
    found = 0
    busy = False
    for index, event in enumerate(events):
        if not event.own:
            continue
        going = event.status.endswith("_IN_PROGRESS") and event.status != LEFTOVER
        if going and not busy:
            found = index
        busy = going
    return found


def before(events: Sequence[Event], begun: int) -> str | None:
    """Return the id of the event before that one, to follow from; None if it is the first."""
    return events[begun - 1].id if begun else None


def _follow(
    aws: Aws, stack: Stack, events: Sequence[Event], after: str | None, screen: Screen, again: Again, *, quiet: bool
) -> Progress:
    """Follow from the operation's beginning; what has ended already is only heard for its cause."""
    kind = events[0].status.removesuffix("_IN_PROGRESS") if events else ""
    goes_on = again.goes_on(WORDS.get(kind, "the rollback"), cancel=CANCELS.get(kind))
    if quiet:
        evidence = Evidence(aws, lambda *_: None)
        progress = follow(aws, stack.id, after=after, heard=evidence)
    else:
        with screen.following(goes_on) as heard:
            evidence = Evidence(aws, heard)
            unhang = Unhang(aws, evidence, screen.say, again, reads_only=True)
            progress = follow(aws, stack.id, after=after, heard=unhang)
    for line in evidence.lines():
        screen.say(line)
    check_ended(progress, again, wanted={ENDS_WELL.get(kind, stack.status)})
    return progress
