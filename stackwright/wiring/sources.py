"""The stacks of a blueprint as plain data, read once from their templates and never written to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stackwright.wiring.references import referenced
from stackwright.wiring.refusals import Refused

if TYPE_CHECKING:
    from troposphere import Template

_INSTANCE = re.compile(r"[A-Z][A-Za-z0-9]*")
_KEYWORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True)
class Several:
    """One template that several stacks of a blueprint are made of."""

    template: Template
    instances: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """One template as plain data, with what only its Python objects know.

    These are the inputs behind each name, the minutes that its creation may take, and the condition on which a stack of
    it is there at all.
    """

    name: str
    body: dict[str, Any]
    needs: Mapping[str, Any]
    gives: Mapping[str, Any]
    timeout_minutes: int | None
    only_if: Any
    used: frozenset[str] = field(repr=False)

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        return self._section("Parameters")

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        return self._section("Outputs")

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        return self._section("Rules")

    def _section(self, name: str) -> dict[str, dict[str, Any]]:
        section: dict[str, dict[str, Any]] = self.body.get(name, {})
        return section

    @property
    def file(self) -> str:
        return f"nested/{self.name}.json"


@dataclass(frozen=True)
class Stack:
    """One stack of the blueprint; `prefix` tells instances of one source apart and is empty for a single one."""

    source: Source
    prefix: str
    order: int

    @property
    def logical_id(self) -> str:
        words = self.source.name.split("_")
        return self.prefix + "".join(word[:1].upper() + word[1:] for word in words)

    def __str__(self) -> str:
        return f"{self.source.name} {self.prefix}".strip()


def read(name: str, template: Template) -> Source:
    """Return a template as a source; raises Refused for an invalid one or a parameter never used."""
    body = _body(name, template)
    used = referenced([body.get(part, {}) for part in ("Resources", "Conditions", "Outputs")])
    source = Source(
        name=name,
        body=body,
        needs={title: getattr(each, "input", None) for title, each in template.parameters.items()},
        gives={title: getattr(each, "input", None) for title, each in template.outputs.items()},
        timeout_minutes=getattr(template, "timeout_minutes", None),
        only_if=getattr(template, "only_if", None),
        used=frozenset(used),
    )
    _refuse_unused(source)
    return source


def stacks(given: Mapping[str, Template | Several]) -> list[Stack]:
    """Return the stacks in the order in which they were given, instances of one template side by side."""
    found: list[Stack] = []
    for keyword, template in given.items():
        for source, prefix in _instances(keyword, template):
            found.append(Stack(source, prefix, order=len(found)))
    _refuse_same_ids(found)
    return found


def check_instances(names: tuple[str, ...]) -> None:
    """Refuse instance names that cannot stand in front of a logical id, and the same name twice."""
    if not names:
        raise Refused('several() has no instance; name at least one, such as "Web"')
    for name in names:
        if not _INSTANCE.fullmatch(name):
            raise Refused(f'several() has the instance "{name}"; use a PascalCase word such as "Web"')
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise Refused(f'several() has the instance "{doubles[0]}" twice; give each its own name')


def _instances(keyword: str, given: Template | Several) -> Iterator[tuple[Source, str]]:
    if not _KEYWORD.fullmatch(keyword):
        raise Refused(f'the stack "{keyword}" becomes a file; name it in lower_snake_case')
    if isinstance(given, Several):
        source = read(keyword, given.template)
        yield from ((source, prefix) for prefix in given.instances)
    else:
        yield read(keyword, given), ""


def _body(name: str, template: Template) -> dict[str, Any]:
    try:
        body: dict[str, Any] = template.to_dict()
    except ValueError as error:
        raise Refused(f"{name} is no valid template: {error}") from error
    return body


def _refuse_unused(source: Source) -> None:
    unused = source.parameters.keys() - source.used - referenced([source.rules, source.only_if])
    if unused:
        names = ", ".join(name for name in source.parameters if name in unused)
        raise Refused(f"{source.name} declares {names} and never refers to it; drop it from its needs")


def _refuse_same_ids(found: list[Stack]) -> None:
    seen: dict[str, Stack] = {}
    for stack in found:
        other = seen.setdefault(stack.logical_id, stack)
        if other is not stack:
            raise Refused(f"{other} and {stack} both become {stack.logical_id}; rename one of them")
