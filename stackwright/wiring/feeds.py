"""Where each parameter's value comes from: an earlier stack, the person who deploys, or composing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from stackwright.wiring.refusals import Refused
from stackwright.wiring.sources import Stack
from stackwright.wiring.types import fits

# Steps of ten leave room to put a rule of one's own between two allotted ones by hand.
_ALLOTTED_STEP = 10


@dataclass(frozen=True)
class Gift:
    """An output under the name by which other stacks and the root know it."""

    name: str
    output: str
    stack: Stack

    @property
    def input(self) -> Any:
        return self.stack.source.gives[self.output]

    @property
    def type(self) -> str:
        return getattr(self.input, "type", "String")

    @property
    def declaration(self) -> dict[str, Any]:
        return self.stack.source.outputs[self.output]

    @property
    def description(self) -> str | None:
        own: str | None = self.declaration.get("Description")
        return f"{self.stack.prefix}: {own}" if own and self.stack.prefix else own


@dataclass(frozen=True)
class Asked:
    """The person who deploys gives the value, as this parameter of the root."""

    name: str


@dataclass(frozen=True)
class Allotted:
    """Composing gives the value."""

    value: str


Feed = Gift | Asked | Allotted


def gifts(stacks: list[Stack]) -> dict[str, Gift]:
    """Return every output by its name in the blueprint; raises Refused if two stacks give one name."""
    found: dict[str, Gift] = {}
    for stack in stacks:
        for output in stack.source.outputs:
            gift = Gift(stack.prefix + output, output, stack)
            other = found.setdefault(gift.name, gift)
            if other is not gift:
                raise Refused(
                    f"{other.stack} and {stack} both give {gift.name}; leave one of them out, or "
                    f"use several() to tell instances apart"
                )
    return found


def feeds(stacks: list[Stack]) -> list[dict[str, Feed]]:
    """Return for each stack what feeds each of its parameters; raises Refused for what cannot be fed.

    Allotted values run over all stacks in order: a stack put in front of others moves theirs, so new ones
    belong at the end.
    """
    given = gifts(stacks)
    priorities = (str(number) for number in count(_ALLOTTED_STEP, _ALLOTTED_STEP))
    return [{name: _feed(name, stack, given, priorities) for name in stack.source.parameters} for stack in stacks]


def _feed(name: str, stack: Stack, given: Mapping[str, Gift], priorities: Iterator[str]) -> Feed:
    wanted = stack.source.needs[name]
    if getattr(wanted, "allotted", False):
        return Allotted(next(priorities))
    # An instance takes from its own instance of another stack first.
    for known_as in dict.fromkeys((stack.prefix + name, name)):
        if known_as in given:
            return _checked(name, stack, given[known_as])
    return Asked(name if getattr(wanted, "shared", False) else stack.prefix + name)


def _checked(name: str, stack: Stack, gift: Gift) -> Gift:
    if gift.stack.order >= stack.order:
        giver = "itself" if gift.stack is stack else f"{gift.stack}, which comes later"
        raise Refused(f"{stack} needs {name} from {giver}; put the stack that gives it first")
    if gift.declaration.get("Condition"):
        raise Refused(
            f"{stack} needs {name}, which {gift.stack} gives only under the condition "
            f'{gift.declaration["Condition"]}; give it always, with Fn::If to ""'
        )
    needed = stack.source.parameters[name]["Type"]
    if not fits(gift.type, needed):
        raise Refused(
            f"{stack} needs {name} as {needed}, but {gift.stack} gives it as {gift.type}; declare both from one input"
        )
    return gift
