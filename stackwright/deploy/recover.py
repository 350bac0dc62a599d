"""Getting out of a rollback that failed or hangs.

One of an update is continued, and skips what cannot go back only when told to. One of a first create cannot be
continued: what is left of that try is deleted. One that goes on is followed to its end. Instances that it would hang on
are let go (`unhang`). CloudFormation sets what is skipped to UPDATE_COMPLETE and goes on, so from then on it may not be
what the template says ("ContinueUpdateRollback" in the CloudFormation API Reference).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackwright.deploy.again import Where
from stackwright.deploy.changes import NESTED
from stackwright.deploy.first_try import discarded
from stackwright.deploy.follow import Progress, follow
from stackwright.deploy.outcome import DECLINED, check_ended
from stackwright.deploy.screen import Screen, reached
from stackwright.deploy.sentences import noun
from stackwright.deploy.unhang import Unhang
from stackwright.deploy.watch import again_here, before, began, present
from stackwright.errors import BadInput, StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.deploy.again import Again
    from stackwright.project import Project

STUCK = "UPDATE_ROLLBACK_FAILED"
RECOVERED = "UPDATE_ROLLBACK_COMPLETE"
FIRST_TRY = "ROLLBACK_FAILED"
GOES_BACK = {"ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"}
BACK = {"ROLLBACK_COMPLETE", RECOVERED}
AT_REST = {RECOVERED, "UPDATE_COMPLETE", "CREATE_COMPLETE"}


@dataclass(frozen=True)
class Blocker:
    """A resource that could not be rolled back.

    `name` is what a person calls it (`Child.Logical`), `skipped_as` what CloudFormation does: the
    nested stack's own name in the child's place.
    """

    name: str
    skipped_as: str
    type: str


def recover(
    project: Project,
    *,
    blueprint: str,
    environment: str,
    region: str | None = None,
    profile: str | None = None,
    local: bool = False,
    yes: bool = False,
    stack_name: str | None = None,
    skip: Sequence[str] = (),
) -> int:
    """Bring a failed or hanging rollback to its end; return the exit status."""
    screen = Screen(yes=yes)
    again = again_here(project, blueprint, environment, stack_name, Where(profile, region, local))
    with reached(again.where, screen) as aws:
        stack = present(aws, again)
        if stack.status in AT_REST:
            screen.say(f"{stack.name} is in {stack.status}: nothing to recover")
            return 0
        if stack.status in GOES_BACK:
            return _see_to_its_end(aws, stack, screen, again)
        if stack.status == FIRST_TRY:
            return _delete(aws, stack, screen, again)
        _check(stack, again)
        return _recover(aws, stack, screen, again, skip=skip)


def _check(stack: Stack, again: Again) -> None:
    """Refuse a stack whose rollback cannot be continued."""
    if stack.status == STUCK:
        return
    if stack.status in ("DELETE_FAILED", "DELETE_IN_PROGRESS"):
        raise StackwrightError(f"stack {stack.name} is in {stack.status}: finish that\nnext: {again.ours('destroy')}")
    if stack.status.endswith("_IN_PROGRESS"):
        raise StackwrightError(f"stack {stack.name} is busy ({stack.status})\nwatch it: {again.ours('watch')}")
    raise StackwrightError(
        f"stack {stack.name} is in {stack.status}: there is no rollback to continue\nnext: {again.ours('deploy')}"
    )


def _see_to_its_end(aws: Aws, stack: Stack, screen: Screen, again: Again) -> int:
    """Follow a rollback that goes on already, from the operation's beginning."""
    events = aws.events(stack.id)
    after = before(events, began(events))
    with screen.following(again.goes_on("the rollback")) as heard:
        progress = follow(aws, stack.id, after=after, heard=Unhang(aws, heard, screen.say, again))
    check_ended(progress, again, wanted=BACK)
    screen.say(f"{stack.name}: {progress.root.status}\nnext: {again.ours('deploy')}")
    return 0


def _delete(aws: Aws, stack: Stack, screen: Screen, again: Again) -> int:
    """Delete what a rollback has left of a first try; a stack that never was has nothing to lose."""
    screen.say(f"{stack.name}: the rollback of its first try failed, and it can only be deleted")
    if not discarded(aws, stack, screen, again, question="delete it?"):
        return DECLINED
    screen.say(f"{stack.name}: deleted\nnext: {again.ours('deploy')}")
    return 0


def _recover(aws: Aws, stack: Stack, screen: Screen, again: Again, *, skip: Sequence[str]) -> int:
    chosen = _named(list(blocking(aws, stack.id)), skip)
    if chosen and not _agreed(screen, chosen):
        return DECLINED
    progress = _continued(aws, stack, screen, again, chosen)
    if progress.root.status == STUCK and not screen.yes:
        chosen = list(blocking(aws, stack.id))
        if chosen and _agreed(screen, chosen):
            progress = _continued(aws, stack, screen, again, chosen)
    _check_recovered(aws, stack, progress, again)
    screen.say(f"{stack.name}: {RECOVERED}")
    if chosen:
        told = ", ".join(each.name for each in chosen)
        screen.say(f"skipped, and perhaps not what the template says: {told}\nnext: {again.ours('deploy')}")
    return 0


def blocking(aws: Aws, stack_id: str, *, scope: tuple[str, ...] = ()) -> Iterator[Blocker]:
    """Yield what a failed rollback left in UPDATE_FAILED, in nested stacks too."""
    holder = stack_id.split("/")[1]
    for held in aws.held(stack_id):
        if held.status != "UPDATE_FAILED":
            continue
        if held.type == NESTED and held.physical_id:
            yield from blocking(aws, held.physical_id, scope=(*scope, held.logical_id))
            continue
        name = ".".join((*scope, held.logical_id))
        yield Blocker(name, f"{holder}.{held.logical_id}" if scope else name, held.type)


def _named(found: list[Blocker], names: Sequence[str]) -> list[Blocker]:
    """Return the blockers of these names; raises BadInput for one that blocks nothing."""
    known = {each.name: each for each in found}
    for name in names:
        if name not in known:
            raise BadInput(f"--skip {name}: that blocks nothing; what does: {', '.join(known) or 'nothing'}")
    return [known[name] for name in dict.fromkeys(names)]


def _agreed(screen: Screen, chosen: list[Blocker]) -> bool:
    """Ask whether to leave these as they are."""
    for each in chosen:
        screen.say(f"  {each.name} ({noun(each.type)}) stays as it is, whatever the template says")
    these = "it" if len(chosen) == 1 else f"these {len(chosen)}"
    return screen.agreed(f"skip {these} and continue the rollback?", declined="nothing was skipped")


def _continued(aws: Aws, stack: Stack, screen: Screen, again: Again, skipped: list[Blocker]) -> Progress:
    """Continue the rollback by the role the stack has, and follow it."""
    after = aws.newest_event(stack.id)
    with screen.following(again.goes_on("the rollback")) as heard:
        aws.call(
            "cloudformation",
            "continue_update_rollback",
            StackName=stack.id,
            ResourcesToSkip=[each.skipped_as for each in skipped],
            **({"RoleARN": stack.role} if stack.role else {}),
        )
        return follow(aws, stack.id, after=after, heard=Unhang(aws, heard, screen.say, again))


def _check_recovered(aws: Aws, stack: Stack, progress: Progress, again: Again) -> None:
    """Raise with what blocks the rollback, and how to skip it, unless it came to its end."""
    try:
        check_ended(progress, again, wanted={RECOVERED})
    except StackwrightError as error:
        flags = [word for each in blocking(aws, stack.id) for word in ("--skip", each.name)]
        if not flags:
            raise
        raise StackwrightError(f"{error}\nor leave it as it is: {again.ours('recover', *flags)}") from error
