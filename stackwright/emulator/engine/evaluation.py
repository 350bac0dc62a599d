"""A stack's template under evaluation: the resolver's scope with symbols bound to what exists.

`Binding.lookup` is the seam. While an operation runs it answers from the resources that have come
to be; while a change set is computed it leaves what would change as the symbol it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stackwright.emulator.engine.stacks import STACK_TYPE, Resource, Revision, Stack
from stackwright.emulator.engine.store import Store
from stackwright.emulator.handlers import Context, Handler
from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import Refusal
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Symbol, Value

KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"


@dataclass(frozen=True)
class Services:
    """What evaluation and handlers need of the server: its stacks, handlers and clients."""

    store: Store
    handler_for: Callable[[str], Handler]
    client: Callable[[str, str, str], Any]
    delays: Mapping[str, float]

    def context(self, stack: Stack, resource: Resource) -> Context:
        """Return what the handler of one resource is given."""

        def client(service: str, region: str | None = None) -> Any:
            return self.client(service, stack.account, region or stack.region)

        def tell(reason: str) -> None:
            self.store.resource(stack, resource, resource.status, reason)

        return Context(
            account=stack.account,
            region=stack.region,
            stack_name=stack.name,
            stack_id=stack.id,
            logical_id=resource.logical_id,
            client=client,
            tags=stack.all_tags(resource.logical_id),
            generation=resource.generation,
            tell=tell,
        )


@dataclass(frozen=True)
class BoundEnvironment(Environment):
    """The resolver's environment with a function in its seam."""

    answer: Callable[[Symbol], Value] = field(default=lambda symbol: symbol)

    def lookup(self, symbol: Symbol) -> Value:
        """Return what the engine knows of the symbol, else the symbol itself."""
        return self.answer(symbol)


@dataclass
class Binding:
    """Answers a stack's symbols.

    While changes are computed, resources in `unknown` answer nothing because they would be
    replaced, those in `unsettled` only Ref because they would be updated, and `planned` holds the
    outputs, by name, of nested stacks that do not exist yet.
    """

    services: Services
    stack: Stack
    unknown: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    planned: dict[str, dict[str, Value]] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)

    def lookup(self, symbol: Symbol) -> Value:
        """Return the value behind a symbol, or the symbol while there is none."""
        kind, colon, rest = symbol.path.partition(":")
        if colon:
            return self._outside(kind, rest, symbol)
        logical_id = symbol.path.rpartition("/")[2]
        resource = self.stack.resources.get(logical_id)
        if resource is None or not resource.live or logical_id in self.unknown:
            return self.planned.get(logical_id, {}).get(symbol.attribute, symbol)
        if symbol.attribute == "Ref":
            return self._ref(resource)
        return symbol if logical_id in self.unsettled else self._attribute(resource, symbol)

    def _ref(self, resource: Resource) -> str:
        if resource.type == STACK_TYPE:
            return resource.physical_id
        handler = self.services.handler_for(resource.type)
        context = self.services.context(self.stack, resource)
        return handler.ref(context, resource.physical_id, resource.properties)

    def _attribute(self, resource: Resource, symbol: Symbol) -> Value:
        if resource.attributes is None:
            resource.attributes = self._read(resource)
        found: Any = resource.attributes
        if symbol.attribute in found:
            return found[symbol.attribute]
        for step in symbol.attribute.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if found is None:
            raise Refusal(
                f"Template error: resource {resource.logical_id} does not support attribute type "
                f"{symbol.attribute} in Fn::GetAtt"
            )
        return found

    def _read(self, resource: Resource) -> dict[str, Any]:
        if resource.type == STACK_TYPE:
            child = self.services.store.get(self.stack.account, self.stack.region, resource.physical_id)
            return {f"Outputs.{output.key}": output.value for output in child.outputs.values()}
        handler = self.services.handler_for(resource.type)
        context = self.services.context(self.stack, resource)
        return handler.attributes(context, resource.physical_id, resource.properties)

    def _outside(self, kind: str, name: str, symbol: Symbol) -> Value:
        client = self._client
        if kind == "import":
            return self._import(name)
        if kind in ("ssm", "ssm-secure"):
            return _ssm(client("ssm"), name, secure=kind == "ssm-secure")
        if kind == "secretsmanager":
            return _secret(client("secretsmanager"), name)
        return symbol

    def _client(self, service: str) -> Any:
        return self.services.client(service, self.stack.account, self.stack.region)

    def _import(self, name: str) -> str:
        exports = self.services.store.exports(self.stack.account, self.stack.region)
        if name not in exports:
            raise Refusal(f"No export named {name} found.")
        self.imports.add(name)
        return exports[name][1].value


def scope(binding: Binding, revision: Revision) -> Scope:
    """Return the template of a revision, ready to be evaluated with its bound parameters."""
    return Scope(
        revision.template,
        revision.bound,
        environment(binding),
        path=binding.stack.path,
        name=binding.stack.name,
    )


def environment(binding: Binding) -> BoundEnvironment:
    """Return the pseudo parameters of a stack with its binding in the seam."""
    stack = binding.stack
    return BoundEnvironment(
        region=stack.region,
        account_id=stack.account,
        stack_name=stack.name,
        stack_id=stack.id,
        notification_arns=stack.revision.notification_arns,
        answer=binding.lookup,
    )


def _ssm(client: Any, name: str, *, secure: bool) -> str:
    try:
        value = client.get_parameter(Name=name, WithDecryption=secure)["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound:
        raise Refusal(f"Unable to fetch parameters [{name}] from parameter store for this account.") from None
    return str(value)


def _secret(client: Any, reference: str) -> str:
    """Read `secret-id:SecretString:json-key:stage:version`, the id being a name or an ARN."""
    name, _, rest = reference.partition(":SecretString")
    key, stage, version = (*rest.strip(":").split(":"), "", "", "")[:3]
    extra = {"VersionStage": stage} if stage else {"VersionId": version} if version else {}
    secret = str(client.get_secret_value(SecretId=name, **extra)["SecretString"])
    return str(json.loads(secret)[key]) if key else secret
