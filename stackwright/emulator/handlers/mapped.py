"""Most resource types as a few lines of data: which calls create, read, change and delete them.

`Mapped(...).handler()` makes a Handler of such a description. Properties that a step takes are set
by that step's call after the creation and whenever they change; tags by the tagging calls; all the
others go to the creating call, whose input shape refuses what it does not know. An update that no
call can make is an error, because then the change should have been a replacement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jmespath

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import (
    Names,
    PropertyError,
    call,
    gone_is_fine,
    input_shape,
    taken_back,
)
from stackwright.emulator.handlers.tags import Tagging, as_map, retag, specification

Update = Callable[[Context, str, Properties, Properties], None]
Attribute = str | Callable[[Context, str, Properties], Any]


@dataclass(frozen=True)
class Step:
    """A call that sets `takes` of a resource that exists.

    `each`: one call per property, because the API wants it so. `at_creation` False: the creating
    call takes these properties itself. `clear` is the call for when they were taken away, `empty`
    what to send for those that were.
    `build` turns the properties into the call's own members where renaming is not enough.
    """

    operation: str
    takes: tuple[str, ...]
    names: Names = field(default_factory=dict)
    each: bool = False
    at_creation: bool = True
    clear: str = ""
    empty: Properties = field(default_factory=dict)
    build: Callable[[Properties], Properties] | None = None
    key: str = ""


@dataclass(frozen=True)
class Read:
    """The call that describes one resource, and where in the answer (JMESPath) it stands."""

    operation: str
    key: str
    found: str


@dataclass(frozen=True)
class Name:
    """The property that names a resource, generated where it is not given (`Context.generated_name`)."""

    property: str
    limit: int
    lower: bool = False
    with_stack: bool = True


@dataclass(frozen=True)
class Mapped:
    """One resource type. `identity` is the physical id: JMESPath in the creating call's answer, `=Property`
    or a function of answer and properties. `key` is the member that names the resource in every other call; `scope` are
    properties that go with it. Attributes are JMESPath in what `read` finds, or functions.
    `tag_type` is EC2's name of the type for TagSpecifications; `tag_by` what the tagging calls name
    it by, in an attribute's forms, where that is not the physical id."""

    service: str
    create: str
    identity: str | Callable[[Mapping[str, Any], Properties], str]
    key: str
    delete: str = ""
    delete_key: str = ""
    delete_with: Properties = field(default_factory=dict)
    names: Names = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    scope: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    read: Read | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    name: Name | None = None
    tagging: Tagging | None = None
    tag_property: str = "Tags"
    tag_type: str = ""
    tag_by: Attribute = "="
    tag_later: bool = False
    prepare: Callable[[Context, Properties], Properties] | None = None

    def handler(self) -> Handler:
        """Return the type's Handler."""
        return Handler(
            create=self.make,
            delete=self.remove,
            update=self.change if self.steps or self.tagging else None,
            attributes=self._attributes,
        )

    def make(self, context: Context, properties: Properties) -> str:
        """Create the resource, set what its steps set, and return its physical id."""
        client = context.client(self.service)
        properties = self._prepared(context, properties)
        answer = call(client, self.create, self._creation(properties), self.names)
        physical_id = self._identity(answer, properties)
        with taken_back(lambda: self.remove(context, physical_id, properties)):
            for step in self.steps:
                if step.at_creation:
                    self._set(client, step, physical_id, properties, {})
            if self.tag_later and properties.get(self.tag_property):
                self._retag(context, physical_id, properties, {})
        return physical_id

    def _prepared(self, context: Context, properties: Properties) -> Properties:
        properties = {**self.defaults, **properties}
        if self.name and self.name.property not in properties:
            name = context.generated_name(self.name.limit, with_stack=self.name.with_stack)
            properties[self.name.property] = name.lower() if self.name.lower else name
        return self.prepare(context, properties) if self.prepare else properties

    def _creation(self, properties: Properties) -> Properties:
        """What the creating call takes: not what a later step, a tag call or nobody takes."""
        elsewhere = {name for step in self.steps if step.at_creation for name in step.takes}
        elsewhere.update(self.local)
        if self.tag_type or self.tag_later:
            elsewhere.add(self.tag_property)
        taken = {name: value for name, value in properties.items() if name not in elsewhere}
        if self.tag_type and properties.get(self.tag_property):
            tags = specification(self.tag_type, properties[self.tag_property])
            taken["TagSpecifications"] = tags
        return taken

    def _identity(self, answer: Mapping[str, Any], properties: Properties) -> str:
        if callable(self.identity):
            return self.identity(answer, properties)
        if self.identity.startswith("="):
            return str(properties[self.identity[1:]])
        return str(jmespath.search(self.identity, answer))

    def _set(self, client: Any, step: Step, physical_id: str, new: Properties, old: Properties) -> None:
        changed = _changed(step.takes, new, old)
        given = {name: new[name] for name in step.takes if name in new}
        given |= {name: step.empty[name] for name in changed & step.empty.keys() - given.keys()}
        who = self._who(client, step.operation, physical_id, new, step.key)
        if changed and not given and step.clear:
            call(client, step.clear, self._who(client, step.clear, physical_id, new, step.key))
        elif changed and step.each:
            for name in changed & given.keys():
                call(client, step.operation, {**who, name: given[name]}, step.names)
        elif changed and given:
            members = step.build(given) if step.build else given
            call(client, step.operation, {**who, **members}, step.names)

    def _who(self, client: Any, operation: str, physical_id: str, properties: Properties, key: str = "") -> Properties:
        """Name the resource: by one id, or by a list of one where the member is a list."""
        key = key or self.key
        shape = input_shape(client, operation).members.get(key)
        plural = shape is not None and shape.type_name == "list"
        scope = {name: properties[name] for name in self.scope if name in properties}
        return {**scope, key: [physical_id] if plural else physical_id}

    def change(self, context: Context, physical_id: str, new: Properties, old: Properties) -> None:
        """Set what changed. Raises PropertyError for a property that no call can change."""
        client = context.client(self.service)
        taken = {name for step in self.steps for name in step.takes}
        fixed = taken | {self.tag_property, *self.local}
        stuck = sorted(_changed(new.keys() | old.keys(), new, old) - fixed)
        if stuck:
            raise PropertyError(f"Property {stuck[0]}: cannot be updated in place")
        for step in self.steps:
            self._set(client, step, physical_id, new, old)
        self._retag(context, physical_id, new, old)

    def _retag(self, context: Context, physical_id: str, new: Properties, old: Properties) -> None:
        tags, before = (as_map(each.get(self.tag_property)) for each in (new, old))
        if self.tagging is None or tags == before:
            return
        named = self._answer(self.tag_by, context, physical_id, new)
        retag(context.client(self.service), self.tagging, str(named), tags, before)

    def remove(self, context: Context, physical_id: str, old: Properties) -> None:
        """Delete the resource; gone already is fine."""
        if self.delete:
            client = context.client(self.service)
            who = self._who(client, self.delete, physical_id, old, self.delete_key)
            gone_is_fine(call, client, self.delete, {**who, **self.delete_with})

    def _found(self, context: Context, physical_id: str, properties: Properties) -> Any:
        if self.read is None:
            return {}
        client = context.client(self.service)
        who = self._who(client, self.read.operation, physical_id, properties, self.read.key)
        return jmespath.search(self.read.found, call(client, self.read.operation, who))

    def _attributes(self, context: Context, physical_id: str, properties: Properties) -> Properties:
        found = self._found(context, physical_id, properties) if self._reads() else {}
        answers = {
            name: self._answer(how, context, physical_id, properties, found) for name, how in self.attributes.items()
        }
        return {name: value for name, value in answers.items() if value is not None}

    def _reads(self) -> bool:
        return any(isinstance(how, str) and how != "=" for how in self.attributes.values())

    def _answer(self, how: Attribute, context: Context, physical_id: str, given: Properties, found: Any = None) -> Any:
        if callable(how):
            return how(context, physical_id, given)
        if how == "=":
            return physical_id
        found = self._found(context, physical_id, given) if found is None else found
        value = jmespath.search(how, found)
        return value.isoformat() if isinstance(value, datetime) else value


def handlers(types: Mapping[str, Mapped | Handler]) -> dict[str, Handler]:
    """Return the module's HANDLERS: descriptions made into handlers, handlers as they are."""
    return {name: t.handler() if isinstance(t, Mapped) else t for name, t in types.items()}


def put_again(create: Callable[[Context, Properties], str]) -> Update:
    """Return the update of what is put, never changed: the creation once more."""

    def update(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
        create(context, new)

    return update


def _changed(names: Iterable[str], new: Properties, old: Properties) -> set[str]:
    return {name for name in names if new.get(name) != old.get(name)}
