"""Parameters in SSM that the templates read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.preflight.check import Check, Point, fails, holds, moot, untold
from stackwright.resolve.symbols import symbols_in

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

SECURE = "ssm-secure:"
OURS = "/stackwright/"


def _ask(subject: Subject) -> Iterator[Point]:
    world = subject.world
    for name in _secure(subject):
        world.parameter(name)
    if not world.found and not world.refused:
        yield moot("the plan reads nothing from SSM")
    for name, value in world.found.items():
        if value is None:
            yield fails(f"{_asked_by(subject, name)}: SSM has no parameter {name}", mend=_mend(subject, name))
        else:
            yield holds(name)
    yield from (untold(reason) for reason in world.refused.values())


def _secure(subject: Subject) -> set[str]:
    symbols = (symbol for each in subject.graph.resources.values() for symbol in symbols_in(each.properties))
    return {symbol.path.removeprefix(SECURE) for symbol in symbols if symbol.path.startswith(SECURE)}


def _asked_by(subject: Subject, name: str) -> str:
    """Return the root's parameters that name it; else it is in the template itself."""
    given = {key: subject.parameters.get(key, each.get("Default")) for key, each in subject.declared.items()}
    return ", ".join(key for key, value in given.items() if value == name) or "the template"


def _mend(subject: Subject, name: str) -> str:
    if name.startswith(OURS):
        return f"deploy `account` and `region` first: {subject.deploying('account')}"
    return "create it, or name another"


CHECK = Check(
    number=14,
    name="parameters-present",
    claim="SSM has every parameter that the templates read",
    why="CloudFormation says so only for the root, and of a dynamic reference in a nested stack half way",
    source='"Systems Manager parameter types" and "Dynamic references" in the AWS CloudFormation User Guide',
    ask=_ask,
)
