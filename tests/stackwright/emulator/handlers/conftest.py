"""A server with moto's services and our overlays, and contexts of accounts nobody else uses."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import boto3
import jmespath
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support.account_numbers import account_id

from stackwright.emulator.handlers import Context, handler_for
from stackwright.emulator.handlers.shapes import is_absent
from stackwright.emulator.server import LocalAws
from stackwright.emulator.services import linked_roles

_ONCE = Config(retries={"max_attempts": 0})
_SESSION = boto3.Session()  # one for all: it reads each service's model once
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with LocalAws() as aws:
        yield aws.endpoint


@pytest.fixture(scope="module")
def account() -> str:
    """An account of the test's module, one that was used before; one of its own for each test costs new clients."""
    number = account_id()
    for service in linked_roles.NEEDED:
        linked_roles.found(number, service)
    return number


@pytest.fixture(scope="module")
def client(endpoint: str, account: str) -> Callable[..., Any]:
    return _clients(endpoint, account, "us-east-1")


@pytest.fixture(scope="session")
def clients() -> Callable[[str, str, str], Callable[..., Any]]:
    return _clients


@pytest.fixture
def context(account: str, client: Callable[..., Any]) -> Context:
    """A resource named Thing of a stack of its own, so that generated names differ."""
    stack = f"arn:aws:cloudformation:us-east-1:{account}:stack/web-dev/{next(_numbers)}"
    return Context(
        account=account,
        region="us-east-1",
        stack_name="web-dev",
        stack_id=stack,
        logical_id="Thing",
        client=client,
        tags={},
    )


def _clients(endpoint: str, account: str, home: str) -> Callable[..., Any]:
    """The server takes twelve digits that sign a request for the account."""

    @cache
    def client(service: str, region: str = home) -> Any:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
        return _SESSION.client(service, region_name=region, endpoint_url=endpoint, config=_ONCE, **keys)

    return client


_GONE_STATES = {"deleted", "INACTIVE", "PendingDeletion", "DRAINING", "deleting"}


@dataclass(frozen=True)
class Bench:
    """Makes resources in one account, and takes a type around: create, read, update, delete twice.

    In properties and calls `@` is the resource's own physical id, `@vpc` the id of what `needs`
    calls so, `@vpc.DefaultSecurityGroup` an attribute of it. `needs` are made in their order.
    """

    context: Context
    made: dict[str, tuple[str, str, dict[str, Any]]] = field(default_factory=dict)

    def make(self, name: str, kind: str, properties: dict[str, Any]) -> str:
        properties = self.fill(properties)
        context = replace(self.context, logical_id=f"Made{name.title()}")
        physical_id = handler_for(kind).create(context, properties)
        self.made[name] = (kind, physical_id, properties)
        return physical_id

    def fill(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, str) and value.startswith("@"):
            return self._reference(value[1:])
        return value

    def _reference(self, text: str) -> Any:
        if text in ("account", "region"):
            return getattr(self.context, text)
        name, _, attribute = text.partition(".")
        kind, physical_id, properties = self.made[name]
        handler = handler_for(kind)
        if not attribute:
            return handler.ref(self.context, physical_id, properties)
        return handler.attributes(self.context, physical_id, properties)[attribute]

    def read(self, service: str, operation: str, parameters: dict[str, Any], found: str) -> Any:
        client = self.context.client(service)
        return jmespath.search(found, getattr(client, operation)(**self.fill(parameters)))

    def is_gone(self, *read: Any) -> bool:
        try:
            found = self.read(*read)
        except ClientError as error:
            return is_absent(error)
        states = {found.get(k) for k in ("State", "status", "KeyState")} if found else set()
        return not found or bool(states & _GONE_STATES)

    def round_trip(
        self,
        type: str,
        properties: dict[str, Any],
        read: tuple[Any, ...],
        sees: dict[str, Any],
        needs: dict[str, tuple[str, dict[str, Any]]] | None = None,
        change: dict[str, Any] | None = None,
        then: dict[str, Any] | None = None,
        attributes: tuple[str, ...] = (),
        remains: bool = False,
    ) -> None:
        for name, (kind, its) in (needs or {}).items():
            self.make(name, kind, its)
        physical_id, old = self.make("", type, properties), self.fill(properties)
        handler = handler_for(type)
        found = self.read(*read)
        assert {path: jmespath.search(path, found) for path in sees} == self.fill(sees)
        answers = handler.attributes(self.context, physical_id, old)
        assert [name for name in attributes if not answers.get(name)] == []
        if change:
            new = {k: v for k, v in {**old, **self.fill(change)}.items() if v is not None}
            assert handler.update is not None
            handler.update(self.context, physical_id, new, old)
            found, old = self.read(*read), new
            assert {path: jmespath.search(path, found) for path in then or {}} == self.fill(then)
        handler.delete(self.context, physical_id, old)
        assert remains or self.is_gone(*read)
        handler.delete(self.context, physical_id, old)


@pytest.fixture
def bench(context: Context) -> Bench:
    return Bench(context)
