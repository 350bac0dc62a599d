"""One template with its parameters bound: what its expressions, conditions and outputs come to.

Both readers of templates stand on this one evaluator. The static resolver's environment leaves
what only AWS knows as symbols; the local AWS's binds them one by one as resources come to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from stackwright.resolve import rules
from stackwright.resolve.conditions import TESTS, holds
from stackwright.resolve.dependencies import explicit, names_in, ordered
from stackwright.resolve.dynamic import resolved
from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import Refusal, ResolveError, Undecided
from stackwright.resolve.functions import FUNCTIONS
from stackwright.resolve.references import REFERENCES
from stackwright.resolve.symbols import NO_VALUE, Value, as_text


class Scope:
    """One template, its parameters' values and where it runs.

    `path` is the stack's place in the tree ("" for the root, else "Vpc" or "Service/Logs"), `name`
    what errors call the template. Every public method raises ResolveError for a template that has
    no meaning.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, Value],
        environment: Environment,
        *,
        path: str = "",
        name: str = "template",
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.environment = environment
        self.path = path
        self.name = name
        self.functions = FUNCTIONS
        self.references = REFERENCES
        self.tests = TESTS
        self._decided: dict[str, bool] = {}
        self._deciding: list[str] = []

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section of the template; one that is not there is empty."""
        section = self.template.get(name, {})
        if not isinstance(section, Mapping):
            raise ResolveError(self.name, name, "must be a map")
        return section

    def place(self, logical_id: str) -> str:
        """Return the path of a resource of this template."""
        return f"{self.path}/{logical_id}" if self.path else logical_id

    def condition(self, name: str) -> bool:
        """Return whether the named condition holds."""
        try:
            return self.decided(name)
        except Refusal as refusal:
            raise ResolveError(self.name, f"Conditions.{name}", str(refusal)) from None

    def decided(self, name: str) -> bool:
        """Return what `condition` does, but raise the bare Refusal (Undecided, if it is that)."""
        if name not in self._decided:
            self._decided[name] = self._decide(name)
        return self._decided[name]

    @property
    def transforms(self) -> list[str]:
        """The macros that the template declares."""
        declared = self.template.get("Transform", [])
        return [declared] if isinstance(declared, str) else list(declared)

    def conditions(self) -> dict[str, bool]:
        """Return every condition of the template, decided."""
        return {name: self.condition(name) for name in self.section("Conditions")}

    def evaluate(self, expression: Any, *, at: str) -> Value:
        """Return what the expression comes to; `at` is its place, as errors name it.

        Maps and lists lose what is AWS::NoValue; an expression that is itself AWS::NoValue is None.
        """
        value = self.reduce(expression, at)
        return None if value is NO_VALUE else resolved(value, self.environment)

    def reduce(self, expression: Any, at: str) -> Value:
        """Return the expression's value before dynamic references; may be NO_VALUE."""
        if isinstance(expression, dict):
            if len(expression) == 1:
                ((name, argument),) = expression.items()
                if name == "Ref" or name.startswith("Fn::"):
                    return self._called(name, argument, f"{at}.{name}")
            items = ((key, self.reduce(item, f"{at}.{key}")) for key, item in expression.items())
            return {key: item for key, item in items if item is not NO_VALUE}
        if isinstance(expression, list):
            values = (self.reduce(item, f"{at}[{i}]") for i, item in enumerate(expression))
            return [value for value in values if value is not NO_VALUE]
        return expression

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the resources whose condition holds, by logical id, as the template has them."""
        return dict(self._resources)

    def demand(self, logical_id: str) -> None:
        """Refuse a name that is no resource of this template, or one its condition leaves out."""
        declared = self.section("Resources").get(logical_id)
        if declared is None:
            raise Refusal(f"{logical_id} is neither a parameter nor a resource")
        if logical_id not in self._resources:
            raise Refusal(f"{logical_id} is left out by its condition {declared['Condition']}")

    def dependencies(self, logical_id: str) -> set[str]:
        """Return the resources it waits for: by reference and by DependsOn."""
        resource = self._resources[logical_id]
        at = f"Resources.{logical_id}"
        for name in explicit(resource):
            if name not in self.section("Resources"):
                raise ResolveError(self.name, f"{at}.DependsOn", f"{name} is not a resource")
        body = [value for key, value in resource.items() if key != "DependsOn"]
        try:
            named = {*explicit(resource), *names_in(self, body)}
        except Refusal as refusal:
            raise ResolveError(self.name, at, str(refusal)) from None
        return named & self._resources.keys()

    def order(self) -> list[str]:
        """Return the resources so that each follows what it waits for, else as written."""
        try:
            return ordered({name: self.dependencies(name) for name in self._resources})
        except Refusal as refusal:
            raise ResolveError(self.name, "Resources", str(refusal)) from None

    def outputs(self) -> dict[str, Value]:
        """Return the outputs whose condition holds, as the strings that CloudFormation returns."""
        return {
            name: self._output(output, "Value", f"Outputs.{name}")
            for name, output in self.section("Outputs").items()
            if self._stands(output, f"Outputs.{name}")
        }

    def exports(self) -> dict[str, Value]:
        """Return the name under which each output is exported, for those that are."""
        outputs = self.section("Outputs")
        return {
            name: self._output(outputs[name]["Export"], "Name", f"Outputs.{name}.Export")
            for name in self.outputs()
            if "Export" in outputs[name]
        }

    def check_rules(self) -> None:
        """Raise with the descriptions of all assertions that fail."""
        rules.check(self)

    @cached_property
    def _resources(self) -> dict[str, dict[str, Any]]:
        return {
            logical_id: resource
            for logical_id, resource in self.section("Resources").items()
            if self._stands(resource, f"Resources.{logical_id}")
        }

    def _stands(self, item: Any, at: str) -> bool:
        if not isinstance(item, dict):
            raise ResolveError(self.name, at, "must be a map")
        if "Condition" not in item:
            return True
        if item["Condition"] not in self.section("Conditions"):
            raise ResolveError(self.name, at, f"has no condition {item['Condition']!r} to hang on")
        return self.condition(item["Condition"])

    def _output(self, holder: Mapping[str, Any], key: str, at: str) -> Value:
        try:
            return as_text(self.evaluate(holder.get(key), at=f"{at}.{key}"))
        except Refusal as refusal:
            raise ResolveError(self.name, f"{at}.{key}", str(refusal)) from None

    def _decide(self, name: str) -> bool:
        if name in self._deciding:
            circle = " -> ".join([*self._deciding[self._deciding.index(name) :], name])
            raise Refusal(f"Circular conditions: {circle}")
        if name not in self.section("Conditions"):
            raise Refusal(f"there is no condition {name!r}")
        self._deciding.append(name)
        try:
            return holds(self, self.section("Conditions")[name], f"Conditions.{name}")
        finally:
            self._deciding.pop()

    def _called(self, name: str, argument: Any, at: str) -> Value:
        try:
            if name in self.references:
                return self.references[name](self, argument, at)
            if name not in self.functions:
                raise Refusal(_unsupported(name))
            return self.functions[name](self, self.reduce(argument, at))
        except Undecided:
            raise
        except Refusal as refusal:
            raise ResolveError(self.name, at, str(refusal)) from None


def _unsupported(name: str) -> str:
    if name == "Fn::Transform" or name.startswith("Fn::ForEach"):
        return "is a macro, which only AWS can run: write out what it makes"
    return "is not a function of CloudFormation that has a value here"
