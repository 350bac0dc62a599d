"""From a root template, its nested templates and parameters to one flat graph.

Every stack is a `Scope` of its own. A nested stack is evaluated when its turn in the parent's
order comes; its outputs, symbols and all, are then what the parent's `Fn::GetAtt` finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import Refusal, ResolveError
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.parameters import bind
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Symbol, Value, concatenate, symbols_in

STACK = "AWS::CloudFormation::Stack"
_OUTPUT = "Outputs."
_ELSEWHERE = ("Type", "Properties", "DependsOn", "Condition")


def resolve(
    root: Mapping[str, Any],
    nested: Mapping[str, Mapping[str, Any]],
    parameters: Mapping[str, str],
    *,
    region: str,
    stack_name: str,
    account_id: str = "123456789012",
    environment: Environment | None = None,
) -> Graph:
    """Return the flat graph of everything the root stack would create.

    `nested` holds templates by their TemplateURL; `environment` answers for what is known of the
    world (by default nothing) and is asked for symbols and zones only. Raises ResolveError.
    """
    world = environment or Environment(region)
    tree = _Tree(nested, world, {}, {})
    here = _Inside(region=region, account_id=account_id, stack_name=stack_name, world=world, outputs=tree.outputs)
    outputs = tree.add(root, parameters, here, path="", name="root.json", within=())
    return Graph(stack_name, region, account_id, tree.resources, outputs)


@dataclass(frozen=True, kw_only=True)
class _Inside(Environment):
    """One stack of the tree: knows the outputs of the stacks before it, asks the world the rest."""

    world: Environment
    outputs: Mapping[str, Mapping[str, Value]]

    def lookup(self, symbol: Symbol) -> Value:
        known = self.outputs.get(symbol.path)
        if known is None or not symbol.attribute.startswith(_OUTPUT):
            return self.world.lookup(symbol)
        name = symbol.attribute.removeprefix(_OUTPUT)
        if name not in known:
            raise Refusal(f"nested stack {symbol.path} has no output {name}")
        return known[name]

    def zones(self, region: str) -> list[str]:
        return self.world.zones(region)

    def child(self, logical_id: str, path: str) -> _Inside:
        """Return the environment of a nested stack; only AWS knows the end of its name."""
        return _Inside(
            region=self.region,
            account_id=self.account_id,
            stack_name=concatenate([self.stack_name, f"-{logical_id}-", Symbol(path, "Suffix")]),
            stack_id=self.world.lookup(Symbol(path, "Ref")),
            world=self.world,
            outputs=self.outputs,
        )


@dataclass(frozen=True)
class _Tree:
    """What the walk has found so far."""

    templates: Mapping[str, Mapping[str, Any]]
    world: Environment
    resources: dict[str, Resource]
    outputs: dict[str, Mapping[str, Value]]

    def add(
        self,
        template: Mapping[str, Any],
        given: Mapping[str, Value],
        here: _Inside,
        *,
        path: str,
        name: str,
        within: tuple[str, ...],
    ) -> dict[str, Value]:
        """Add a stack and those in it; return its outputs."""
        parameters = bind(template.get("Parameters", {}), given, here, template=name)
        scope = Scope(template, parameters, here, path=path, name=name)
        scope.check_rules()
        scope.conditions()
        for logical_id in scope.order():
            resource = self._resource(scope, logical_id)
            self.resources[resource.path] = resource
            if resource.type == STACK:
                self._descend(scope, here, logical_id, resource, within)
        return scope.outputs()

    def _resource(self, scope: Scope, logical_id: str) -> Resource:
        declared = scope.resources()[logical_id]
        at = f"Resources.{logical_id}"
        properties = scope.evaluate(declared.get("Properties", {}), at=f"{at}.Properties")
        attributes = {
            key: scope.evaluate(value, at=f"{at}.{key}") for key, value in declared.items() if key not in _ELSEWHERE
        }
        path = scope.place(logical_id)
        waits = {scope.place(name) for name in scope.dependencies(logical_id)}
        waits |= {symbol.path for symbol in symbols_in([properties, attributes])}
        own = {each for each in waits if path.startswith(f"{each}/")}
        return Resource(
            path=path,
            type=declared.get("Type", ""),
            properties=properties,
            depends_on=tuple(sorted((waits - own) & self.resources.keys())),
            attributes=attributes,
            condition=declared.get("Condition"),
        )

    def _descend(
        self,
        scope: Scope,
        here: _Inside,
        logical_id: str,
        stack: Resource,
        within: tuple[str, ...],
    ) -> None:
        url = str(stack.properties.get("TemplateURL"))
        at = f"Resources.{logical_id}.Properties.TemplateURL"
        if url not in self.templates:
            raise ResolveError(scope.name, at, f"there is no nested template {url}")
        if url in within:
            raise ResolveError(scope.name, at, f"{url} contains itself")
        self.outputs[stack.path] = self.add(
            self.templates[url],
            stack.properties.get("Parameters", {}),
            here.child(logical_id, stack.path),
            path=stack.path,
            name=f"{stack.path} ({url})",
            within=(*within, url),
        )
