"""The revision: the task definition that an order asks for, registered, and the AppSpec that deploys it.

The stack registers its own by a change set of the template that it has, with image and version alone changed; an own
one is registered as it is. Either is shown and agreed to before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stackwright.capabilities import capabilities
from stackwright.deploy import carried_out
from stackwright.deploy.changes import NESTED, refuse_replacements
from stackwright.deploy.execute import Source, proposed
from stackwright.deploy.frozen import refuse_frozen
from stackwright.deploy.plan import IMAGE, Plan
from stackwright.deploy.show import change_lines
from stackwright.deploy.watch import present
from stackwright.ecs.appspec import AppSpec
from stackwright.errors import StackwrightError
from stackwright.preflight.check import Verdict
from stackwright.preflight.checks.image_present import present as image_present
from stackwright.publish import execution_role
from stackwright.release.group import Group, group_of, live
from stackwright.release.order import VERSION, Order
from stackwright.release.own import check_reached, described, own_appspec, own_definition

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.aws_shapes import Stack
    from stackwright.release.way import Way


def revised(aws: Aws, stack: Stack, group: Group, order: Order, way: Way, *, role_arn: str | None) -> AppSpec | None:
    """Return the AppSpec of the revision that the order asks for, None when the person declines.

    The stack registers it, where it is not an own one and not registered yet.
    """
    if order.definition:
        return _own(aws, group, order, way)
    _check_image(aws, stack, order)
    wanted = {name: value for name, value in ((IMAGE, order.image), (VERSION, order.version)) if value}
    changed = {name: value for name, value in wanted.items() if stack.parameters.get(name, value) != value}
    if changed:
        if not _updated(aws, stack, changed, order, way, role_arn=role_arn):
            return None
        stack = present(aws, way.again)
    elif not way.screen.agreed(f"release {order.sentence} to {stack.name}?"):
        return None
    return _spec(aws, group_of(aws, stack), order)


def _check_image(aws: Aws, stack: Stack, order: Order) -> None:
    for point in image_present(aws, order.image, stack.parameters.get("CpuArchitecture", "X86_64")):
        if point.verdict is Verdict.FAILS:
            raise StackwrightError(f"{point.text}\n{point.mend}")


def _spec(aws: Aws, group: Group, order: Order) -> AppSpec:
    """Return the AppSpec that is sent: the stack's, or an own one that reaches a container of the revision."""
    if not order.appspec:
        return group.spec
    spec = own_appspec(order.appspec, definition=group.spec.task_definition)
    found = aws.call("ecs", "describe_task_definition", taskDefinition=spec.task_definition)["taskDefinition"]
    check_reached(spec, found, port=group.spec.port)
    return spec


def _own(aws: Aws, group: Group, order: Order, way: Way) -> AppSpec | None:
    family = group.spec.task_definition.rpartition("/")[2].rpartition(":")[0]
    definition = own_definition(order.definition, image=order.image, family=family)
    spec = own_appspec(order.appspec, definition=family) if order.appspec else group.spec
    check_reached(spec, definition, port=group.spec.port)
    if not way.screen.agreed(f"release {order.sentence} to {way.again.stack_name}?"):
        return None
    made = aws.call("ecs", "register_task_definition", **definition)["taskDefinition"]["taskDefinitionArn"]
    way.screen.say(f"registered {short(made)}")
    return replace(spec, task_definition=made)


def _updated(aws: Aws, stack: Stack, changed: dict[str, str], order: Order, way: Way, *, role_arn: str | None) -> bool:
    """Let the stack register the revision; return False when the person declines. Its template stays as it is."""
    root = aws.template(stack.id)
    nested = dict(_nested(aws, stack, root))
    plan = Plan(
        stack_name=stack.name,
        parameters={name: changed.get(name) for name in stack.parameters},
        tags=stack.tags,
        capabilities=capabilities([root, *nested.values()]),
        nested=bool(nested),
        protect=False,
        role=execution_role(aws, role_arn),
        before=stack,
    )
    with proposed(aws, plan, Source({"UsePreviousTemplate": True}, root, nested)) as proposal:
        if not proposal.empty:
            way.screen.show(change_lines(proposal.changes))
            refuse_replacements(proposal.changes, allowed=())
            refuse_frozen(proposal.changes, proposal.templates)
        if not way.screen.agreed(f"release {order.sentence} to {stack.name}?"):
            return False
        if not proposal.empty:
            carried_out(aws, plan, proposal, way.screen, way.again)
    return True


def _nested(aws: Aws, stack: Stack, root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the templates of the nested stacks by the URL that the root has for each."""
    for each in aws.held(stack.id):
        if each.type == NESTED:
            yield root["Resources"][each.logical_id]["Properties"]["TemplateURL"], aws.template(each.physical_id)


def is_live(aws: Aws, group: Group, spec: AppSpec) -> bool:
    """Tell whether the task definition of an AppSpec is in production, or one that says the same under another number.

    CodePipeline registers what it deploys once more.
    """
    running, asked = live(aws, group), spec.task_definition
    return running == asked or described(aws, running) == described(aws, asked)


def short(arn: str) -> str:
    """Return a task definition's family and revision."""
    return arn.rpartition("/")[2]
