"""Small stacks to compose: what they need is referred to once, what they give is the id of their one resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from troposphere import Ref, Template
from troposphere.cloudformation import WaitConditionHandle

from nested.shape import Input, gives, needs

MakeStack = Callable[..., Template]


@pytest.fixture
def word() -> Callable[..., Input]:
    """Make an input whose label and description follow from its name."""

    def make(name: str, kind: str = "String", *, group: str = "Group", **others: Any) -> Input:
        return Input(name, kind, group, f"{name} label", f"{name} description", **others)

    return make


@pytest.fixture
def stack() -> MakeStack:
    """Make a template that uses what it needs and gives what it is told to, each the id of its resource."""

    def make(*needed: Input, out: tuple[Input, ...] = (), rules: dict[str, Any] | None = None) -> Template:
        template = Template()
        needs(template, *needed)
        used = {each.name: Ref(each.name) for each in needed}
        handle = template.add_resource(WaitConditionHandle("Handle", Metadata=used))
        gives(template, {each: Ref(handle) for each in out})
        for name, rule in (rules or {}).items():
            template.add_rule(name, rule)
        return template

    return make
