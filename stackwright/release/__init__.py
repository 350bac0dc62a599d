"""Releasing a version of a service that CodeDeploy deploys, as order, revision, deployment, outcome.

    order      image and version, or own files: what is to run                       no AWS
    group      what the stack says of its deployment group                           CloudFormation, CodeDeploy
    pick up    a deployment of this order that is under way is followed, no second   CodeDeploy
    revision   the stack's live task definition gets image and version, by a change  CloudFormation
               set that is shown; an own one is registered
    deploy     the AppSpec that the stack gives, or an own one                       CodeDeploy
    follow     lifecycle events and traffic to the end                               CodeDeploy
    outcome    where the traffic is, or why it failed and what ECS says of the tasks ECS

The verb `deploy` goes the same way from there on, when it has brought a new version about. What is interrupted goes on
in AWS: the same command finds it by the order's fingerprint, which the deployment's description ends with.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright import console
from stackwright.deploy.again import Again, Where
from stackwright.deploy.outcome import DECLINED, tell_declined
from stackwright.deploy.plan import ENDED_WELL, IMAGE, Busy, Plan
from stackwright.deploy.screen import Screen, reached
from stackwright.deploy.watch import again_here, present
from stackwright.errors import BadInput, StackwrightError
from stackwright.params import stated
from stackwright.release import deployments
from stackwright.release.artifacts import write
from stackwright.release.group import Group, group_of, is_released
from stackwright.release.image import built, tagged
from stackwright.release.order import VERSION, Order, check_declared, fingerprint_in, make_order
from stackwright.release.revision import is_live, revised, short
from stackwright.release.ship import followed, shipped, tell
from stackwright.release.way import Way

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.project import Project


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the command line says about one release, under the names of its options."""

    blueprint: str
    environment: str
    image: str | None = None
    version: str | None = None
    folder: Path | None = None
    task_definition: Path | None = None
    appspec: Path | None = None
    write: Path | None = None
    region: str | None = None
    profile: str | None = None
    local: bool = False
    yes: bool = False
    stack_name: str | None = None
    role_arn: str | None = None
    as_json: bool = False


def release(project: Project, choices: Choices) -> int:
    """Release a version; return the exit status."""
    if choices.folder and choices.image:
        raise BadInput("--folder builds the image that --image names: give one of the two")
    if choices.folder and choices.local:
        raise BadInput("the local AWS has no registry that docker could push to: put an image there and give --image")
    if choices.write and (choices.task_definition or choices.appspec):
        raise BadInput("--write writes the stack's own: leave --task-definition and --appspec out")
    started = time.monotonic()
    screen = Screen(yes=choices.yes or choices.write is not None)
    where = Where(choices.profile, choices.region, choices.local)
    again = again_here(project, choices.blueprint, choices.environment, choices.stack_name, where)
    with reached(where, screen) as aws:
        stack = _stack(aws, again)
        group = group_of(aws, stack)
        if choices.folder:
            _refuse_running(aws, stack, group, Way(screen, again))
        order = _ordered(aws, stack, choices, project)
        if choices.write:
            for path in write(aws, group, order, choices.write):
                console.out(str(path))
            return 0
        way = Way(screen, again, _command(choices, order), choices.as_json)
        look = _released(aws, stack, group, order, way, role_arn=choices.role_arn)
        if look is None:
            tell_declined(again.stack_name, as_json=choices.as_json)
            return DECLINED
        tell(look, way, seconds=time.monotonic() - started)
    return 0


def _released(
    aws: Aws, stack: Stack, group: Group, order: Order, way: Way, *, role_arn: str | None
) -> deployments.Look | None:
    """Return how the deployment of the order ended; None when the person declines."""
    running = deployments.under_way(aws, group)
    if running is not None:
        if fingerprint_in(running.description) != order.fingerprint:
            raise _at_work(stack, running, way)
        way.screen.say(f"picking up deployment {running.id}: {order.sentence}")
        return followed(aws, group, order, running.id, way)
    spec = revised(aws, stack, group, order, way, role_arn=role_arn)
    if spec is None:
        return None
    if not order.appspec and is_live(aws, group, spec):
        way.screen.say(f"{order.sentence} is live already")
        return deployments.Look("", deployments.SUCCEEDED)
    return shipped(aws, group, order, spec, way)


def _command(choices: Choices, order: Order) -> tuple[str, ...]:
    """Return the options that order the same again."""
    given = {
        "--image": order.image if choices.image or choices.folder else None,
        "--version": choices.version,
        "--task-definition": choices.task_definition,
        "--appspec": choices.appspec,
        "--role-arn": choices.role_arn,
    }
    return tuple(word for name, value in given.items() if value for word in (name, str(value)))


def after_deploy(aws: Aws, before: Stack | None, again: Again, screen: Screen) -> None:
    """Release what a deployment has brought about, if image or version are new; else say what waits for a release."""
    stack = aws.stack_now(again.stack_name)
    if stack is None or not is_released(stack.outputs) or not stack.parameters.get(IMAGE):
        return
    group = group_of(aws, stack)
    order = make_order(stack, image=None, version=None, definition=None, appspec=None)
    if is_live(aws, group, group.spec):
        return
    if not _is_new(before, stack):
        screen.say(f"registered, and not released: {short(group.spec.task_definition)}")
        screen.say(f"  release it: {again.ours('release')}")
        return
    look = shipped(aws, group, order, group.spec, Way(screen, again))
    screen.say(f"released {order.sentence}; {deployments.traffic(look)}")


def refuse_second(aws: Aws, plan: Plan, screen: Screen, again: Again) -> None:
    """Raise when a deployment would release a version while CodeDeploy is still at work on another."""
    before = plan.before
    if before is None or not is_released(before.outputs):
        return
    if any(plan.parameters.get(name) not in (None, before.parameters.get(name)) for name in (IMAGE, VERSION)):
        _refuse_running(aws, before, group_of(aws, before), Way(screen, again))


def _refuse_running(aws: Aws, stack: Stack, group: Group, way: Way) -> None:
    running = deployments.under_way(aws, group)
    if running is not None:
        raise _at_work(stack, running, way)


def _at_work(stack: Stack, running: deployments.Look, way: Way) -> StackwrightError:
    """Return the refusal of a second deployment: what the stack has is mostly what the first one deploys."""
    order = Order(stack.parameters.get(IMAGE, ""), stack.parameters.get(VERSION, ""))
    return way.at_work(running, order=order if fingerprint_in(running.description) == order.fingerprint else None)


def _stack(aws: Aws, again: Again) -> Stack:
    """Return a stack at rest that CodeDeploy deploys."""
    stack = present(aws, again)
    if stack.status.endswith("_IN_PROGRESS"):
        raise Busy(f"stack {stack.name} is busy ({stack.status})\nwatch it: {again.ours('watch')}")
    if stack.status not in ENDED_WELL:
        raise StackwrightError(f"stack {stack.name} is in {stack.status}\nnext: {again.ours('recover')}")
    if not is_released(stack.outputs):
        raise BadInput(f"{again.blueprint} is not deployed by CodeDeploy: {again.ours('deploy', '--image', 'URI')}")
    return stack


def _ordered(aws: Aws, stack: Stack, choices: Choices, project: Project) -> Order:
    """Return the order, its image built if it is to be; the parameter file has the version if nothing else says it."""
    file = project.parameter_file(choices.blueprint, choices.environment)
    shown = project.shown(file)
    written = stated(file, shown=shown).get(VERSION)
    version = choices.version or written
    image = choices.image
    if choices.folder:
        image = tagged(stack, environment=choices.environment, version=version or stack.parameters.get(VERSION, ""))
    order = make_order(stack, image=image, version=version, definition=choices.task_definition, appspec=choices.appspec)
    check_declared(order, aws.template(stack.id))
    if choices.folder:
        order = replace(order, image=built(aws, stack, choices.folder, order.image))
    if choices.version and written and choices.version != written:
        console.warn(f"{shown} has {VERSION} {written}: write {choices.version} there, or `deploy` releases that again")
    return order


def _is_new(before: Stack | None, stack: Stack) -> bool:
    if before is None or not is_released(before.outputs):
        return True
    return any(before.parameters.get(name) != stack.parameters.get(name) for name in (IMAGE, VERSION))
