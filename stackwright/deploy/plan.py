"""The plan: what a deployment will ask of CloudFormation, as plain data, made without calling AWS.

In go the rendered templates, the environment's parameters and tags, and the stack as it is (or
None); out comes a `Plan`. Everything that can be refused before AWS is asked is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.aws_shapes import Stack
from stackwright.capabilities import capabilities
from stackwright.deploy.pointer import NONE
from stackwright.errors import BadInput, StackwrightError
from stackwright.quoting import quoted
from stackwright.resolve.parameters import problems

IMAGE = "Image"
PROTECTED_ENVIRONMENTS = frozenset({"prod", "production"})
# CreateCapacityProvider in the Amazon ECS API Reference: a name may not begin with these, and a
# generated one begins with the stack's.
RESERVED_BEGINNINGS = ("aws", "ecs", "fargate")
CAPACITY_PROVIDER = "AWS::ECS::CapacityProvider"
STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")  # CreateStack in the API Reference

ENDED_WELL = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
FIRST_TRY_FAILED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}
LEFTOVER = "REVIEW_IN_PROGRESS"


class Busy(StackwrightError):
    """Something else is at work on the stack."""


class Stuck(StackwrightError):
    """A rollback failed: nothing but its continuation is possible."""


@dataclass(frozen=True)
class Plan:
    """One stack to create or update.

    `parameters` maps names to values, None for the previous one; `role` is what CloudFormation acts
    with, None for the caller's own permissions or the role the stack has; `replaces` is the stack of
    a failed first try that must go before; `leftover` a stack that was never executed; `pointer` is what the stack's
    pointer says, None where it has none; `released` whether the image is taken from it, as nobody gave one.
    """

    stack_name: str
    parameters: dict[str, str | None]
    tags: dict[str, str]
    capabilities: tuple[str, ...]
    nested: bool
    protect: bool
    role: str | None = None
    before: Stack | None = None
    replaces: Stack | None = None
    leftover: Stack | None = None
    pointer: str | None = None
    released: bool = False

    @property
    def creates(self) -> bool:
        """Whether there is no stack yet that could be updated."""
        return self.before is None

    @property
    def points_to(self) -> str | None:
        """What the pointer has to say afterwards; None where there is none, or where it may stay."""
        image = self.parameters.get(IMAGE)
        stays = self.pointer is None or image is None or self.pointer == (image or NONE)
        return None if stays else image or NONE

    def request(self) -> dict[str, Any]:
        """Return what CreateChangeSet takes, but for the template and the change set's name."""
        return {
            "StackName": self.stack_name,
            "ChangeSetType": "CREATE" if self.creates else "UPDATE",
            "Parameters": [_parameter(name, value) for name, value in self.parameters.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            "Capabilities": list(self.capabilities),
            "IncludeNestedStacks": self.nested,
            **({"RoleARN": self.role} if self.role else {}),
        }

    def changed_parameters(self, resolved: Mapping[str, str]) -> set[str]:
        """Return the root parameters whose value is not the stack's present one.

        `resolved` has what SSM-typed parameters stand for now, by name.
        """
        present = self.before.parameters if self.before else {}
        then = self.before.resolved if self.before else {}
        given = {name: value for name, value in self.parameters.items() if value is not None}
        return {name for name, value in given.items() if present.get(name) != value} | {
            name for name, value in resolved.items() if then.get(name) != value
        }


def make_plan(
    *,
    blueprint: str,
    environment: str,
    root: Mapping[str, Any],
    nested: Mapping[str, Mapping[str, Any]],
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    stack: Stack | None,
    stack_name: str | None = None,
    image: str | None = None,
    pointer: str | None = None,
    role: str | None = None,
) -> Plan:
    """Return the plan for a stack as it is now; raises BadInput or, for a busy one, our error."""
    name = stack_name or f"{blueprint}-{environment}"
    check_stack_name(name)
    check_provider_names(name, [root, *nested.values()])
    _check_ready(stack)
    replaces = stack if stack and stack.status in FIRST_TRY_FAILED else None
    leftover = stack if stack and stack.status == LEFTOVER else None
    before = stack if stack and not (replaces or leftover) else None
    previous = stack if before or replaces else None
    # A stack that is made anew has a new registry, without the image that ran before.
    released = pointer if pointer != NONE and before else None
    chosen = _image(blueprint, root, given=image, released=released, previous=previous, reusable=before is not None)
    return Plan(
        stack_name=name,
        parameters={**parameters, **chosen},
        tags=dict(tags),
        capabilities=capabilities([root, *nested.values()]),
        nested=bool(nested),
        protect=environment in PROTECTED_ENVIRONMENTS,
        role=role,
        before=before,
        replaces=replaces,
        leftover=leftover,
        pointer=pointer,
        released=image is None and released is not None,
    )


def check_stack_name(name: str) -> None:
    """Refuse names CloudFormation would refuse."""
    if not STACK_NAME.fullmatch(name):
        raise BadInput(
            f"stack name {quoted(name)} must be 1 to 128 letters, digits or hyphens, a letter first:"
            " give another with --stack-name"
        )


def check_provider_names(name: str, templates: Iterable[Mapping[str, Any]]) -> None:
    """Refuse names ECS would refuse once they are a capacity provider's, if the stack makes one without its own."""
    resources = [each for template in templates for each in template.get("Resources", {}).values()]
    providers = [each for each in resources if each.get("Type") == CAPACITY_PROVIDER]
    if all("Name" in each.get("Properties", {}) for each in providers):
        return
    for beginning in RESERVED_BEGINNINGS:
        if name.lower().startswith(beginning):
            raise BadInput(
                f"stack name {quoted(name)} may not begin with {beginning!r}: capacity provider names"
                " inherit it and ECS refuses them; give another with --stack-name"
            )


def check_image(blueprint: str, root: Mapping[str, Any], given: str | None) -> None:
    """Refuse an image for a blueprint that runs none, and one that the template would refuse."""
    if given is None:
        return
    declarations = root.get("Parameters", {})
    if IMAGE not in declarations:
        raise BadInput(f"blueprint {blueprint} runs no image: leave --image out")
    wrong = problems({IMAGE: declarations[IMAGE]}, {IMAGE: given.strip()})
    if wrong:
        raise BadInput("\n".join(f"--image: {problem.reason}" for problem in wrong))


def _check_ready(stack: Stack | None) -> None:
    """Refuse a stack that is busy or stuck: CloudFormation would refuse the change set."""
    if stack is None or stack.status in ENDED_WELL | FIRST_TRY_FAILED | {LEFTOVER}:
        return
    if stack.status.endswith("_IN_PROGRESS"):
        raise Busy(f"stack {stack.name} is busy ({stack.status}): wait until that ends, then deploy again")
    if stack.status == "DELETE_FAILED":
        raise StackwrightError(f"stack {stack.name} was not deleted to the end: destroy it first")
    raise Stuck(f"stack {stack.name} is in {stack.status}: recover it, then deploy")


def _image(
    blueprint: str,
    root: Mapping[str, Any],
    *,
    given: str | None,
    released: str | None,
    previous: Stack | None,
    reusable: bool,
) -> dict[str, str | None]:
    """Return the image parameter: given, else released, else the previous value, else none; never back to none."""
    check_image(blueprint, root, given)
    if IMAGE not in root.get("Parameters", {}):
        return {}
    running = released or (previous.parameters.get(IMAGE) if previous else None)
    # What a failed first try was to run never ran: it may be taken back.
    if given is not None and not given.strip() and running and reusable:
        raise BadInput(f"stack runs image {running}: it never goes back to none; leave --image out to keep it")
    if given is not None:
        return {IMAGE: given.strip()}
    if released:
        return {IMAGE: released}
    return {IMAGE: None} if reusable and running is not None else {IMAGE: running or ""}


def _parameter(name: str, value: str | None) -> dict[str, Any]:
    if value is None:
        return {"ParameterKey": name, "UsePreviousValue": True}
    return {"ParameterKey": name, "ParameterValue": value}
