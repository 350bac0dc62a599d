"""Destroying, as plan, show, execute: what would hold the deletion up, the deletion, what it leaves behind.

The plan (`teardown`) is data, made from what the stacks hold. `release` takes away what a deletion would wait for or
fail at, `purge` and `zones` delete what holds data. Every task looks first at what there is, so the same command
again goes on where an interrupted one ended: CloudFormation tells for 90 days what a deleted stack had.

Whatever is waited for goes on in AWS when the command is interrupted: that, and how to go on, is said.

What stays is what a DeletionPolicy keeps: it is named with its physical id, because from then on no stack knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackwright.deploy import dependents, guardduty, purge, release, remains, zones
from stackwright.deploy.again import Again, Where
from stackwright.deploy.execute import delete, discard_leftover
from stackwright.deploy.failure import first_failure
from stackwright.deploy.follow import follow
from stackwright.deploy.outcome import DECLINED
from stackwright.deploy.plan import LEFTOVER, PROTECTED_ENVIRONMENTS, check_stack_name
from stackwright.deploy.screen import Screen, interruptible, reached
from stackwright.deploy.show import Line
from stackwright.deploy.show_teardown import namesake_lines, plan_lines, task_lines
from stackwright.deploy.teardown import BALANCER, TAKING_RECORDS, VPC, Task, Teardown, plan
from stackwright.errors import BadInput, StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.deploy.execute import Heard
    from stackwright.deploy.follow import Progress
    from stackwright.project import Project

GONE = "DELETE_COMPLETE"
DELETING = "DELETE_IN_PROGRESS"
DOING: dict[str, Callable[[Aws, str], None]] = {
    "deregister": release.deregister,
    "drain": release.drain,
    "release": release.release,
    "clear network": guardduty.clear,
    "unprotect": release.unprotect,
    "empty bucket": purge.empty_bucket,
    "empty registry": purge.empty_registry,
    "empty zone": zones.empty,
    "clear zone": zones.clear,
    "revisions": purge.deregister_revisions,
    "reviews": purge.delete_reviews,
    "strays": purge.delete_strays,
    "delete bucket": purge.delete_bucket,
    "delete registry": purge.delete_registry,
    "delete log group": purge.delete_log_group,
    "delete zone": zones.delete,
}
# What is asked for once and waited for: it does not end with the command.
GOES_ON = {
    "drain": "ECS goes on stopping them",
    "release": "they go on ending",
    "clear network": "they go on being deleted",
}


@dataclass(frozen=True)
class Asked:
    """What the person asked for, and how to ask for it again."""

    again: Again
    unprotect: bool
    delete_data: bool

    @property
    def takes_records(self) -> bool:
        """Whether a zone that goes does so with what others wrote into it: never in production."""
        return self.delete_data and self.again.environment not in PROTECTED_ENVIRONMENTS

    @property
    def goes_on(self) -> str:
        """The command that goes on where this one ended."""
        flags = {"--unprotect": self.unprotect, "--delete-data": self.delete_data}
        return self.again.ours("destroy", *(flag for flag, given in flags.items() if given))


def destroy(
    project: Project,
    *,
    blueprint: str,
    environment: str,
    region: str | None = None,
    profile: str | None = None,
    local: bool = False,
    yes: bool = False,
    stack_name: str | None = None,
    unprotect: bool = False,
    delete_data: bool = False,
) -> int:
    """Delete a blueprint's stack of an environment and what it would leave; return the exit status."""
    screen = Screen(yes=yes)
    project.parameter_file(blueprint, environment)
    name = stack_name or f"{blueprint}-{environment}"
    check_stack_name(name)
    if delete_data and environment in PROTECTED_ENVIRONMENTS and not unprotect:
        raise BadInput(f"--delete-data in {environment}: nothing was changed; it takes --unprotect too")
    again = Again(blueprint, environment, name, Where(profile, region, local))
    asked = Asked(again, unprotect=unprotect, delete_data=delete_data)
    with reached(again.where, screen) as aws:
        stack = aws.stack_now(name)
        if stack is None:
            return _finish(aws, asked, screen)
        if stack.status == LEFTOVER:
            discard_leftover(aws, stack.id)
            screen.say(f"{name}: was never created; its change sets are gone")
            return _finish(aws, asked, screen)
        return _destroy(aws, stack, asked, screen)


def _destroy(aws: Aws, stack: Stack, asked: Asked, screen: Screen) -> int:
    _check(stack, asked)
    teardown = _planned(aws, stack.id, asked, unprotect=asked.unprotect)
    screen.show(plan_lines(stack.name, teardown))
    if not screen.named(stack.name):
        return DECLINED
    do(aws, teardown.before, screen, asked, state="the stack stands")
    if stack.protected:
        aws.protect(stack.id, on=False)
    _check_gone(_deleted(aws, stack, asked, screen), asked)
    do(aws, teardown.after, screen, asked, state="the stack is deleted")
    screen.show([Line(0, f"{stack.name}: deleted")])
    remains.tell(aws, teardown, screen)
    return 0


def _check(stack: Stack, asked: Asked) -> None:
    """Refuse a stack that is protected, or busy with anything but its deletion."""
    if stack.status.endswith("_IN_PROGRESS") and stack.status != DELETING:
        raise StackwrightError(
            f"stack {stack.name} is busy ({stack.status}): nothing was changed; wait until that ends, then destroy it"
            f"\nwatch it: {asked.again.ours('watch')}"
        )
    if stack.protected and not asked.unprotect:
        raise BadInput(
            f"stack {stack.name} has termination protection: nothing was changed;"
            " give --unprotect to lift it and destroy all the same"
        )


def _planned(aws: Aws, stack_id: str, asked: Asked, *, unprotect: bool) -> Teardown:
    """Return what to do. Raises BadInput for protection that may not be lifted, StackwrightError for what is in use."""
    found = remains.held(aws, stack_id)
    going = plan(found).going
    protected = [each for each in going if each.type == BALANCER and release.is_protected(aws, each.physical_id)]
    if protected and not unprotect:
        named = ", ".join(each.path for each in protected)
        raise BadInput(
            f"load balancer {named} has deletion protection: nothing was changed;"
            " give --unprotect to lift it and destroy all the same"
        )
    watched = [each for each in going if each.type == VPC and guardduty.is_in(aws, each.physical_id)]
    seen = [each.physical_id for each in (*protected, *watched)]
    teardown = plan(found, seen=seen, delete_data=asked.delete_data, clear_zones=asked.takes_records)
    _check_zones(aws, teardown, asked)
    dependents.check(aws, asked.again.stack_name, teardown)
    reviews = [Task("reviews", asked.again.stack_name, stack_id)] if purge.reviews(aws, stack_id) else []
    before, after = ([_with_records_told(aws, task) for task in tasks] for tasks in (teardown.before, teardown.after))
    return remains.with_records(aws, replace(teardown, before=(*reviews, *before), after=tuple(after)))


def _with_records_told(aws: Aws, task: Task) -> Task:
    return replace(task, takes=zones.told(aws, task.physical_id)) if task.kind in TAKING_RECORDS else task


def _check_zones(aws: Aws, teardown: Teardown, asked: Asked) -> None:
    """Refuse a production's zone that a policy keeps, and zones that others still use."""
    kept = [task.physical_id for task in teardown.after if task.kind == "delete zone"]
    environment = asked.again.environment
    if kept and environment in PROTECTED_ENVIRONMENTS:
        raise BadInput(
            f"hosted zone {', '.join(kept)} of {environment} is never deleted by destroy: nothing was changed;"
            " leave --delete-data out, and delete the zone by hand if the domain is given up"
        )
    zones.check(aws, teardown.zones, takes_all=asked.takes_records)


def do(aws: Aws, tasks: Iterable[Task], screen: Screen, asked: Asked, *, state: str) -> None:
    """Do one after the other; each is said before it begins. `state` says where that leaves the stack."""
    for task in tasks:
        screen.say(f"{task.sentence()} ({task.physical_id})")
        with interruptible(_interrupted(task, asked, state)):
            DOING[task.kind](aws, task.physical_id)


def _interrupted(task: Task, asked: Asked, state: str) -> list[str]:
    if not asked.again.lasts:
        return asked.again.goes_on("all that is in it")
    on = f"; {GOES_ON[task.kind]} in AWS" if task.kind in GOES_ON else ""
    return [f"interrupted, before the end of: {task.sentence()}{on}; {state}", f"  go on: {asked.goes_on}"]


def _deleted(aws: Aws, stack: Stack, asked: Asked, screen: Screen) -> Progress:
    """Delete a stack and follow that; one whose deletion goes on already is only deleted anew if that fails."""
    goes_on = asked.again.goes_on("the deletion")
    lines = [*goes_on, f"  go on:     {asked.goes_on}"] if asked.again.lasts else goes_on
    if stack.status == DELETING:
        screen.say(f"{stack.name}: is being deleted already")
        with screen.following(lines) as heard:
            progress = _resumed(aws, stack.id, heard)
        if progress.root.status == GONE:
            return progress
        screen.say(f"{stack.name}: that deletion ended in {progress.root.status}; what held it up may be gone by now")
    with screen.following(lines) as heard:
        return delete(aws, stack.id, heard)


def _resumed(aws: Aws, stack_id: str, heard: Heard) -> Progress:
    """Follow a deletion that goes on already, from its beginning; of one that no event tells yet from now on."""
    events = aws.events(stack_id)
    begun = (index for index, event in enumerate(events) if event.own and event.status == DELETING)
    began = max(begun, default=len(events))
    return follow(aws, stack_id, after=events[began - 1].id if began else None, heard=heard)


def _check_gone(progress: Progress, asked: Asked) -> None:
    if progress.root.status != GONE:
        failure = first_failure(progress.steps)
        told = failure.sentence() if failure else progress.root.reason
        ended = f"{asked.again.stack_name} ended in {progress.root.status}"
        raise StackwrightError(f"{ended}\n{told}\nnext: mend that, then {asked.goes_on}")


def _finish(aws: Aws, asked: Asked, screen: Screen) -> int:
    """Do what is still to do for the last stack of that name, which is deleted."""
    name = asked.again.stack_name
    buried = purge.buried(aws, name)
    known = _planned(aws, buried, asked, unprotect=True) if buried else plan([])
    teardown = replace(known, after=tuple(task for task in known.after if purge.pending(aws, task)))
    if not teardown.after:
        screen.say(f"{name}: there is no such stack, nothing to do")
        screen.show([] if buried else namesake_lines(purge.namesakes(aws, name)))
        remains.tell(aws, teardown, screen)
        return 0
    screen.say(f"{name}: the stack is deleted already")
    screen.show(task_lines(teardown.after))
    if not screen.named(name):
        return DECLINED
    do(aws, teardown.after, screen, asked, state="the stack is deleted")
    remains.tell(aws, teardown, screen)
    return 0
