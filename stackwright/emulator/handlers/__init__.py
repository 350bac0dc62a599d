"""What the engine asks of a resource type, and how the types' modules are found.

Each `handlers/<service>.py` has `HANDLERS: dict[str, Handler]`, keyed by CloudFormation type. The
modules are found by walking this package, so a new one needs no entry anywhere. A handler turns
properties into real API calls; whatever it raises becomes the FAILED event of its resource.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from stackwright import schemas

log = logging.getLogger(__name__)

Properties = dict[str, Any]
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_SUFFIX = 12


@dataclass(frozen=True)
class Context:
    """One resource of one stack, and the way to the services that hold it.

    `client(service)` is a boto3 client on this server for this account and region;
    `client(service, region)` the same in another region. `tags` are the stack's tags with the
    `aws:cloudformation:*` ones; the engine has already merged what the type's schema allows into
    the properties. `generation` tells a replacement from what it replaces, so that their
    generated names differ. `tell` writes an event of a resource in progress, with what it says as the reason.
    """

    account: str
    region: str
    stack_name: str
    stack_id: str
    logical_id: str
    client: Callable[..., Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    generation: int = 0
    tell: Callable[[str], None] = lambda reason: None

    def generated_name(self, limit: int, *, with_stack: bool = True) -> str:
        """Return `<stack>-<LogicalId>-<12 characters>`, at most `limit` long.

        CloudFormation leaves the stack out for some types: "AwsWafv2WebAcl", AWS Security Hub User Guide;
        aws-cloudformation/cloudformation-coverage-roadmap#783; serverless-operations/serverless-step-functions#85.

        The characters follow from stack id, logical id and generation: a retried create finds the
        same name, a replacement another one. What is too long is cut from stack and logical id.
        """
        if not with_stack:
            return f"{self.logical_id[: limit - _SUFFIX - 1]}-{self.suffix(_SUFFIX)}"
        room = max(limit - _SUFFIX - 2, 2)
        logical = self.logical_id[: max(room // 2, room - len(self.stack_name))]
        # Load balancers and target groups take no two hyphens in a row.
        stack = self.stack_name[: room - len(logical)].rstrip("-")
        return f"{stack}-{logical}-{self.suffix(_SUFFIX)}"[-limit:].lstrip("-")

    def suffix(self, length: int) -> str:
        """Return the characters, capital letters and digits, that make a generated name unique."""
        text = f"{self.stack_id}/{self.logical_id}/{self.generation}"
        digest = hashlib.sha256(text.encode()).digest()
        return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:length])


def _physical_id(context: Context, physical_id: str, properties: Properties) -> str:
    return physical_id


def _no_attributes(context: Context, physical_id: str, properties: Properties) -> Properties:
    return {}


@dataclass(frozen=True)
class Handler:
    """How one resource type comes to be, changes, goes, and answers Ref and GetAtt.

    `create(context, properties)` returns the physical id; properties are concrete.
    `update(context, id, new, old)` changes in place; None: every change is a replacement.
    `delete(context, id, old)`: what is gone already is not an error.
    `ref` and `attributes` answer Ref (default: the physical id) and every GetAtt; an attribute
    with dots in its name is one key ("Endpoint.Address").
    """

    create: Callable[[Context, Properties], str]
    delete: Callable[[Context, str, Properties], None]
    update: Callable[[Context, str, Properties, Properties], None] | None = None
    ref: Callable[[Context, str, Properties], str] = _physical_id
    attributes: Callable[[Context, str, Properties], Properties] = _no_attributes


def handler_for(resource_type: str) -> Handler:
    """Return the type's handler; for a type nobody wrote one for, one that only records it."""
    known = registered().get(resource_type)
    return known or _recorded_with_a_warning(resource_type)


@cache
def _recorded_with_a_warning(resource_type: str) -> Handler:
    log.warning("%s is recorded only: the local AWS has no service for it", resource_type)
    return recorded(resource_type)


@cache
def registered() -> dict[str, Handler]:
    """Return every handler of every module of this package. Raises on a type claimed twice."""
    found: dict[str, Handler] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        handlers = getattr(importlib.import_module(f"{__name__}.{module}"), "HANDLERS", {})
        twice = found.keys() & handlers.keys()
        if twice:
            raise ValueError(f"{module}.py: types with a handler already: {sorted(twice)}")
        found.update(handlers)
    return found


def recorded(resource_type: str) -> Handler:
    """Return a handler that keeps a record and calls nothing."""

    def create(context: Context, properties: Properties) -> str:
        return context.generated_name(128)

    def update(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
        return None

    def delete(context: Context, physical_id: str, old: Properties) -> None:
        return None

    def attributes(context: Context, physical_id: str, properties: Properties) -> Properties:
        names = schemas.schema(resource_type).read_only
        return {name: _recorded_attribute(context, physical_id, name, resource_type) for name in names}

    return Handler(create=create, update=update, delete=delete, attributes=attributes)


def _recorded_attribute(context: Context, physical_id: str, name: str, resource_type: str) -> str:
    service, kind = resource_type.split("::")[1:3]
    if name.endswith("Arn"):
        where = f"{service.lower()}:{context.region}:{context.account}"
        return f"arn:aws:{where}:{kind.lower()}/{physical_id}"
    return physical_id if name.endswith("Id") else f"{physical_id}.{name}"
