"""Destroying, as plan, show, execute: what would hold the deletion up, the deletion, what it leaves behind.

The plan (`teardown`) is data, made from what the stacks hold. `release` takes away what a deletion would wait for or
fail at, `purge` and `zones` delete what holds data. Every task looks first at what there is, so the same command
again goes on where an interrupted one ended: CloudFormation tells for 90 days what a deleted stack had.

What stays is what a DeletionPolicy keeps: it is named with its physical id, because from then on no stack knows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stackwright.deploy import purge, release, zones
from stackwright.deploy.execute import delete, discard_leftover
from stackwright.deploy.failure import first_failure
from stackwright.deploy.follow import follow
from stackwright.deploy.plan import LEFTOVER, PROTECTED_ENVIRONMENTS, check_stack_name
from stackwright.deploy.screen import Screen
from stackwright.deploy.sentences import noun
from stackwright.deploy.show import Line
from stackwright.deploy.teardown import BALANCER, Doomed, Task, Teardown, doomed, plan
from stackwright.errors import BadInput, StackwrightError
from stackwright.place import place

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.deploy.execute import Heard
    from stackwright.deploy.follow import Progress
    from stackwright.project import Project

GONE = "DELETE_COMPLETE"
DELETING = "DELETE_IN_PROGRESS"
DECLINED = 1
DOING: dict[str, Callable[[Aws, str], None]] = {
    "deregister": release.deregister,
    "drain": release.drain,
    "release": release.release,
    "unprotect": release.unprotect,
    "empty bucket": purge.empty_bucket,
    "empty registry": purge.empty_registry,
    "empty zone": zones.empty,
    "revisions": purge.deregister_revisions,
    "strays": purge.delete_strays,
    "delete bucket": purge.delete_bucket,
    "delete registry": purge.delete_registry,
    "delete log group": purge.delete_log_group,
    "delete zone": zones.delete,
}


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
    with place(local=local, profile=profile, region=region) as aws:
        screen.say(f"account {aws.account}, region {aws.region}{', local AWS' if local else ''}")
        stack = aws.stack_now(name)
        if stack is None:
            return _finish(aws, name, screen, delete_data=delete_data)
        return _destroy(aws, stack, screen, unprotect=unprotect, delete_data=delete_data)


def _destroy(aws: Aws, stack: Stack, screen: Screen, *, unprotect: bool, delete_data: bool) -> int:
    if stack.status == LEFTOVER:
        discard_leftover(aws, stack.id)
        screen.say(f"{stack.name}: was never created; its change sets are gone")
        return 0
    _check(stack, unprotect=unprotect)
    teardown = _planned(aws, stack.id, unprotect=unprotect, delete_data=delete_data)
    zones.check(aws, teardown.zones)
    screen.show(plan_lines(stack.name, teardown))
    if not screen.named(stack.name):
        screen.say("nothing was changed")
        return DECLINED
    do(aws, teardown.before, screen)
    if stack.protected:
        aws.protect(stack.id, on=False)
    with screen.following() as heard:
        progress = _resumed(aws, stack.id, heard) if stack.status == DELETING else delete(aws, stack.id, heard)
    _check_gone(stack.name, progress)
    do(aws, teardown.after, screen)
    screen.show([Line(0, f"{stack.name}: deleted")])
    _tell_rest(teardown, screen)
    return 0


def _check(stack: Stack, *, unprotect: bool) -> None:
    """Refuse a stack that is protected, or busy with anything but its deletion."""
    if stack.status.endswith("_IN_PROGRESS") and stack.status != DELETING:
        raise StackwrightError(f"stack {stack.name} is busy ({stack.status}): wait until that ends, then destroy it")
    if stack.protected and not unprotect:
        raise BadInput(
            f"stack {stack.name} has termination protection: nothing was changed;"
            " give --unprotect to lift it and destroy all the same"
        )


def _planned(aws: Aws, stack_id: str, *, unprotect: bool, delete_data: bool) -> Teardown:
    """Return what to do. Raises BadInput for a protected load balancer that may not be unprotected."""
    resources = list(doomed(aws, stack_id))
    balancers = [each for each in plan(resources).going if each.type == BALANCER and each.physical_id]
    protected = [each for each in balancers if release.is_protected(aws, each.physical_id)]
    if protected and not unprotect:
        named = ", ".join(each.path for each in protected)
        raise BadInput(
            f"load balancer {named} has deletion protection: nothing was changed;"
            " give --unprotect to lift it and destroy all the same"
        )
    found = [_looked_at(aws, each) for each in resources]
    return plan(found, protected=[each.physical_id for each in protected], delete_data=delete_data)


def _looked_at(aws: Aws, each: Doomed) -> Doomed:
    """Return what stays as gone when somebody has deleted it since."""
    if not each.stays or each.gone:
        return each
    return replace(each, gone=not each.physical_id or not purge.exists(aws, each.type, each.physical_id))


def do(aws: Aws, tasks: Iterable[Task], screen: Screen) -> None:
    """Do one after the other; each is said before it begins."""
    for task in tasks:
        screen.say(f"{task.sentence()} ({task.physical_id})")
        DOING[task.kind](aws, task.physical_id)


def _resumed(aws: Aws, stack_id: str, heard: Heard) -> Progress:
    """Follow a deletion that goes on already, from its beginning."""
    events = aws.events(stack_id)
    began = max(index for index, event in enumerate(events) if event.own and event.status == DELETING)
    return follow(aws, stack_id, after=events[began - 1].id if began else None, heard=heard)


def _check_gone(name: str, progress: Progress) -> None:
    if progress.root.status != GONE:
        failure = first_failure(progress.steps)
        told = failure.sentence() if failure else progress.root.reason
        raise StackwrightError(f"{name} ended in {progress.root.status}\n{told}")


def _finish(aws: Aws, name: str, screen: Screen, *, delete_data: bool) -> int:
    """Do what is still to do for the last stack of that name, which is deleted."""
    buried = _buried(aws, name)
    known = _planned(aws, buried, unprotect=True, delete_data=delete_data) if buried else plan([])
    teardown = replace(known, after=tuple(task for task in known.after if purge.pending(aws, task)))
    if not teardown.after:
        screen.say(f"{name}: there is no such stack, nothing to do")
        _tell_rest(teardown, screen)
        return 0
    zones.check(aws, teardown.zones)
    screen.say(f"{name}: the stack is deleted already")
    screen.show(_task_lines(teardown.after))
    if not screen.named(name):
        screen.say("nothing was changed")
        return DECLINED
    do(aws, teardown.after, screen)
    _tell_rest(teardown, screen)
    return 0


def _buried(aws: Aws, name: str) -> str | None:
    """Return the id of the stack of that name that was deleted last; AWS knows it for 90 days."""
    found: list[dict[str, Any]] = []
    arguments: dict[str, Any] = {"StackStatusFilter": [GONE]}
    while True:
        page = aws.call("cloudformation", "list_stacks", **arguments)
        found += [each for each in page["StackSummaries"] if each["StackName"] == name]
        if not page.get("NextToken"):
            break
        arguments["NextToken"] = page["NextToken"]
    newest = max(found, key=lambda each: each["CreationTime"], default=None)
    return str(newest["StackId"]) if newest else None


def plan_lines(name: str, teardown: Teardown) -> list[Line]:
    """Return what is done first, what goes, by stack and kind, what is done after, and what stays, one by one."""
    going = teardown.going
    lines = [Line(0, f"- {name}: {len(going)} resources to DELETE", "bad")]
    scopes = dict.fromkeys(each.path.rpartition("/")[0] for each in going)
    for scope in scopes:
        kinds = Counter(each.type for each in going if each.path.rpartition("/")[0] == scope)
        told = ", ".join(noun(kind) if count == 1 else f"{count} x {noun(kind)}" for kind, count in kinds.items())
        lines.append(Line(1, f"- {scope}: {told}" if scope else f"- {told}", "bad"))
    lines += [Line(1, f"= {each.named()} stays", "good") for each in teardown.staying]
    first = [Line(0, "first:")] if teardown.before else []
    then = [Line(0, "then:")] if teardown.after else []
    return [*lines, *first, *_task_lines(teardown.before), *then, *_task_lines(teardown.after)]


def _task_lines(tasks: Iterable[Task]) -> list[Line]:
    return [Line(1, f"- {task.sentence()} ({task.physical_id})", "bad") for task in tasks]


def _tell_rest(teardown: Teardown, screen: Screen) -> None:
    if teardown.staying:
        screen.show([Line(0, "what remains, kept by its DeletionPolicy:")])
        screen.show([Line(1, each.named()) for each in teardown.staying])
