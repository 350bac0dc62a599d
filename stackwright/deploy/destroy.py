"""Destroying, as plan, show, execute: what goes and what stays, then the deletion, followed.

What stays is what a DeletionPolicy keeps: it is named with its physical id, because from then on no
stack knows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackwright.deploy.changes import NESTED
from stackwright.deploy.execute import delete, discard_leftover
from stackwright.deploy.failure import first_failure
from stackwright.deploy.plan import LEFTOVER, check_stack_name
from stackwright.deploy.screen import Screen
from stackwright.deploy.sentences import noun
from stackwright.deploy.show import Line
from stackwright.errors import BadInput, StackwrightError
from stackwright.place import place

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.deploy.follow import Progress
    from stackwright.project import Project

# RetainExceptOnCreate keeps what was once created whole ("DeletionPolicy attribute", User Guide)
KEEPING = {"Retain", "RetainExceptOnCreate"}
GONE = {"DELETE_COMPLETE"}
DECLINED = 1


@dataclass(frozen=True)
class Doomed:
    """One resource of a stack that is to go; `stays` when its DeletionPolicy keeps it."""

    path: str
    type: str
    physical_id: str
    stays: bool


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
) -> int:
    """Delete a blueprint's stack of an environment; return the exit status."""
    screen = Screen(yes=yes)
    project.parameter_file(blueprint, environment)
    name = stack_name or f"{blueprint}-{environment}"
    check_stack_name(name)
    with place(local=local, profile=profile, region=region) as aws:
        screen.say(f"account {aws.account}, region {aws.region}{', local AWS' if local else ''}")
        stack = aws.stack_now(name)
        if stack is None:
            screen.say(f"{name}: there is no such stack, nothing to do")
            return 0
        return _destroy(aws, stack, screen, unprotect=unprotect)


def _destroy(aws: Aws, stack: Stack, screen: Screen, *, unprotect: bool) -> int:
    if stack.status == LEFTOVER:
        discard_leftover(aws, stack.id)
        screen.say(f"{stack.name}: was never created; its change sets are gone")
        return 0
    _check(stack, unprotect=unprotect)
    plan = list(doomed(aws, stack.id))
    screen.show(plan_lines(stack.name, plan))
    if not screen.named(stack.name):
        screen.say("nothing was changed")
        return DECLINED
    if stack.protected:
        aws.protect(stack.id, on=False)
    with screen.following() as heard:
        progress = delete(aws, stack.id, heard)
    return _tell(stack, plan, progress, screen)


def _check(stack: Stack, *, unprotect: bool) -> None:
    """Refuse a stack that is busy or protected."""
    if stack.status.endswith("_IN_PROGRESS"):
        raise StackwrightError(f"stack {stack.name} is busy ({stack.status}): wait until that ends, then destroy it")
    if stack.protected and not unprotect:
        raise BadInput(
            f"stack {stack.name} has termination protection: nothing was changed;"
            " give --unprotect to lift it and destroy all the same"
        )


def doomed(aws: Aws, stack_id: str, *, scope: str = "") -> Iterator[Doomed]:
    """Yield every resource of a stack and its nested stacks, nested stacks themselves left out."""
    policies = _policies(aws.template(stack_id))
    for held in aws.held(stack_id):
        path = f"{scope}/{held.logical_id}".lstrip("/")
        if held.status == "DELETE_COMPLETE":
            continue
        if held.type == NESTED and held.physical_id:
            yield from doomed(aws, held.physical_id, scope=path)
        elif held.type != NESTED:
            stays = policies.get(held.logical_id) in KEEPING
            yield Doomed(path, held.type, held.physical_id, stays)


def _policies(template: dict[str, Any]) -> dict[str, str]:
    resources = template.get("Resources", {})
    return {name: each.get("DeletionPolicy", "") for name, each in resources.items()}


def plan_lines(name: str, plan: list[Doomed]) -> list[Line]:
    """Return what goes, by stack and kind, and what stays, one by one."""
    going = [each for each in plan if not each.stays]
    lines = [Line(0, f"- {name}: {len(going)} resources to DELETE", "bad")]
    scopes = dict.fromkeys(each.path.rpartition("/")[0] for each in going)
    for scope in scopes:
        kinds = Counter(each.type for each in going if each.path.rpartition("/")[0] == scope)
        told = ", ".join(noun(kind) if count == 1 else f"{count} x {noun(kind)}" for kind, count in kinds.items())
        lines.append(Line(1, f"- {scope}: {told}" if scope else f"- {told}", "bad"))
    staying = [each for each in plan if each.stays]
    return lines + [Line(1, f"= {_named(each)} stays", "good") for each in staying]


def _tell(stack: Stack, plan: list[Doomed], progress: Progress, screen: Screen) -> int:
    if progress.root.status not in GONE:
        failure = first_failure(progress.steps)
        told = failure.sentence() if failure else progress.root.reason
        raise StackwrightError(f"{stack.name} ended in {progress.root.status}\n{told}")
    staying = [each for each in plan if each.stays]
    screen.show([Line(0, f"{stack.name}: deleted")])
    if staying:
        screen.show([Line(0, "what remains, kept by its DeletionPolicy:")])
        screen.show([Line(1, _named(each)) for each in staying])
    return 0


def _named(each: Doomed) -> str:
    return f"{each.path} ({noun(each.type)}) {each.physical_id}".rstrip()
