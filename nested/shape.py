"""The one shape of a nested stack: what it needs and what it gives, both in the words of `inputs`.

`needs` and `gives` leave the `Input` on what they add, so that whoever composes the stacks knows types, labels
and groups that a plain template does not carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import Join, Output, Parameter, Template


@dataclass(frozen=True)
class Input:
    """One name that travels between stacks, declared once.

    `shared`: instances of one stack take one value. `allotted`: composing gives the value, never a person.
    `public`: a root that has it among its nested outputs shows it to the user.
    """

    name: str
    type: str
    group: str
    label: str
    description: str
    default: str | None = None
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    constraint: str | None = None
    shared: bool = False
    allotted: bool = False
    public: bool = False

    @property
    def is_list(self) -> bool:
        return self.type == "CommaDelimitedList" or "List<" in self.type

    def declaration(self) -> dict[str, Any]:
        """Return the CloudFormation declaration of this parameter, without what is not set."""
        properties = {
            "Type": self.type,
            "Description": self.description,
            "Default": self.default,
            "AllowedValues": list(self.allowed) or None,
            "AllowedPattern": self.pattern,
            "MinValue": self.minimum,
            "MaxValue": self.maximum,
            "MaxLength": self.max_length,
            "ConstraintDescription": self.constraint,
        }
        return {key: value for key, value in properties.items() if value is not None}


class Needed(Parameter):
    """A parameter that knows the input it declares."""

    def __init__(self, source: Input) -> None:
        super().__init__(source.name, **source.declaration())
        self.__dict__["input"] = source


class Given(Output):
    """An output that knows the input it gives."""

    def __init__(self, source: Input, value: Any) -> None:
        joined = Join(",", value) if source.is_list and isinstance(value, list) else value
        super().__init__(source.name, Description=source.description, Value=joined)
        self.__dict__["input"] = source


def needs(template: Template, *inputs: Input) -> None:
    """Declare the parameters that the stack needs."""
    for each in inputs:
        template.add_parameter(Needed(each))


def gives(template: Template, outputs: dict[Input, Any]) -> None:
    """Declare what the stack gives; the value of a list is a list, joined here because outputs are strings."""
    for source, value in outputs.items():
        template.add_output(Given(source, value))
