"""What reached the services when a stack was made, resource by resource, beside what `resolve` says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from support.accounts import REGION, Project

from stackwright.emulator.engine.stacks import Stack
from stackwright.emulator.journal import Call
from stackwright.emulator.server import LocalAws
from stackwright.params import settings
from stackwright.project import Project as Source
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.nested import STACK, resolve
from stackwright.resolve.symbols import Applied, Symbol, Text, Value
from templates import BLUEPRINTS

# Types that moto has no service for: the local AWS keeps a record of them and calls nobody.
RECORDED = {"AWS::EC2::VPCCidrBlock"}
# What is said by the call that is made and by no value in it: here EnableKeyRotation.
SAID_BY_THE_CALL = {"AWS::KMS::Key": "EnableKeyRotation"}
UNKNOWN = ".+"


@dataclass(frozen=True)
class Deployed:
    """A blueprint that stands on a local AWS: what was to be, and what was asked of the services for each resource."""

    graph: Graph
    ids: Mapping[str, str]
    calls: Mapping[str, list[Call]]

    @cached_property
    def asked(self) -> dict[str, set[str]]:
        """Every value that was sent, by the path of the resource it was sent for."""
        return {path: {text for call in calls for text in sent(call)} for path, calls in self.calls.items()}

    @property
    def own(self) -> list[Resource]:
        """Its resources that are no stacks."""
        return [each for each in self.graph.resources.values() if each.type != STACK]

    @property
    def silent(self) -> set[str]:
        """The types for which nobody was called though the local AWS has a service for them."""
        return {each.type for each in self.own if not self.calls[each.path]} - RECORDED

    @property
    def lost(self) -> dict[str, list[str]]:
        """The values of the templates that no call had, by resource."""
        found = {each.path: missing(self, each) for each in self.own if each.type not in RECORDED}
        return {path: values for path, values in found.items() if values}


def observed(aws: LocalAws, project: Project, blueprint: str, environment: str) -> Deployed:
    """Return what was to be and what was asked for a stack that stands; `aws` has to be of this process."""
    source = Source(project.folder, BLUEPRINTS)
    made, account, name = source.blueprint(blueprint), project.account.id, f"{blueprint}-{environment}"
    given = settings(source.parameter_file(blueprint, environment), made.root).parameters
    graph = resolve(made.root, made.nested, given, region=REGION, stack_name=name, account_id=account)
    assert aws.engine
    store = aws.engine.services.store
    root = store.get(account, REGION, name)
    stacks = dict(tree(root, "", {each.id: each for each in store.all(account, REGION)}))
    calls = aws.journal.calls(account=account, origin="engine")
    ids = {within + each.logical_id: each.physical_id for within, one in stacks.items() for each in one.events}
    windows = {within + key: span for within, one in stacks.items() for key, span in spans(one).items()}
    mine = {path: [call for call in calls if begun <= call.time <= ended] for path, (begun, ended) in windows.items()}
    return Deployed(graph, ids, mine)


def tree(stack: Stack, within: str, known: Mapping[str, Stack]) -> Iterator[tuple[str, Stack]]:
    """Yield a stack and those inside it, by the path their resources begin with."""
    yield within, stack
    for each in stack.resources.values():
        if each.type == STACK:
            yield from tree(known[each.physical_id], f"{within}{each.logical_id}/", known)


def spans(stack: Stack) -> dict[str, tuple[datetime, datetime]]:
    """Return when each resource was begun and complete; one thread makes them, one after the other."""
    begun: dict[str, datetime] = {}
    ended: dict[str, datetime] = {}
    for event in stack.events:
        if event.type == STACK or event.physical_id == stack.id:
            continue
        if event.status == "CREATE_IN_PROGRESS":
            begun.setdefault(event.logical_id, event.time)
        elif event.status == "CREATE_COMPLETE":
            ended[event.logical_id] = event.time
    return {key: (begun[key], ended[key]) for key in ended}


def sent(call: Call) -> Iterator[str]:
    """Yield every value of a request, wherever it stands in it."""
    for text in leaves(call.parameters):
        yield from (text, *segments(text))
    yield from (value for _, value in parse_qsl(call.query))
    yield from (unquote(part) for part in call.path.split("/"))
    yield from (value for key, value in call.headers.items() if key.startswith("x-amz-"))
    text = call.body.decode("utf-8", errors="replace")
    if text.startswith("<"):
        yield from (each.text for each in ElementTree.fromstring(text).iter() if each.text)
    elif text.startswith("{"):
        yield from leaves(json.loads(text))


def segments(path: str) -> Iterator[str]:
    """Yield what a path names: a stage's methods are set by `/{path}/{method}` (PatchOperation, API Gateway API)."""
    if path.startswith("/"):
        for each in path.split("/")[1:]:
            yield from (each, f"/{each}")


def leaves(value: Any) -> Iterator[str]:
    """Yield the scalars inside a value as text; JSON and Base64 in a text are read."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, str) and value[:1] in "{[" and value:
        yield value
        try:
            yield from leaves(json.loads(value))
        except ValueError:
            return
    elif value is not None:
        # What an API takes as one text, or as a float, the template has as a list or a whole number.
        yield from {str(value), *str(value).split(","), re.sub(r"^(\d+)\.0$", r"\1", str(value))}


def patterns(value: Value, ids: Mapping[str, str]) -> Iterator[str]:
    """Yield a pattern for each scalar of a property; what only AWS knows matches anything."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from patterns(item, ids)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from patterns(item, ids)
    elif isinstance(value, str) and is_json(value):
        yield from (re.escape(each) for each in leaves(json.loads(value)))
    elif isinstance(value, Symbol | Text | Applied):
        yield pattern(value, ids)
    else:
        yield from (re.escape(each) for each in leaves(value))


def is_json(text: str) -> bool:
    """A filter of logs begins like JSON as well, and is none."""
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def pattern(value: Value, ids: Mapping[str, str]) -> str:
    if isinstance(value, Text):
        return "".join(re.escape(each) if isinstance(each, str) else pattern(each, ids) for each in value.parts)
    if isinstance(value, Symbol) and value.attribute == "Ref" and value.path in ids:
        return re.escape(ids[value.path].partition("|")[0])  # a scalable target's id is three parameters of the API
    return UNKNOWN


def missing(deployed: Deployed, resource: Resource) -> list[str]:
    asked = deployed.asked[resource.path]
    said = SAID_BY_THE_CALL.get(resource.type)
    assert said is None or said in {each.action for each in deployed.calls[resource.path]}
    given = {name: value for name, value in resource.properties.items() if name != said}
    wanted = set(patterns(given, deployed.ids)) - {UNKNOWN}
    return sorted(each for each in wanted if not any(re.fullmatch(each, text, re.DOTALL) for text in asked))
