"""Which previewed changes will happen: CloudFormation's preview checked against the templates.

A preview of nested stacks counts every output handed from one to another as unknown, and so shows
changes, even replacements, that will not happen. Here each change is traced back through nested
parameters and outputs to what could move its value: a changed root parameter, a changed text, or a
resource that is itself changed. Where nothing does, the change is idle.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from stackwright.deploy.changes import NESTED, Cause, Change, Replacement, Verdict, everything
from stackwright.deploy.references import references

# Attributes with these endings (in any case) are given once, at creation: they are, or are made of,
# what identifies a resource, and a change in place leaves them alone.
FIXED_ENDINGS = ("arn", "id", "name", "uri")

GROUP = "AWS::AutoScaling::AutoScalingGroup"

Template = Mapping[str, Any]


@dataclass(frozen=True)
class Templates:
    """A rendered tree: the root, and nested templates by their TemplateURL in it.

    `before` has the deployed templates by stack path, for those stacks whose template differs; a
    stack that is not in it has the same template as before.
    """

    root: Template
    nested: Mapping[str, Template]
    before: Mapping[str, Template] = field(default_factory=dict)

    def at(self, path: str) -> Template:
        """Return the template of the stack at a path, "" for the root."""
        template = self.root
        for name in filter(None, path.split("/")):
            url = template["Resources"][name]["Properties"]["TemplateURL"]
            template = self.nested[url]
        return template

    def old(self, path: str) -> Template:
        """Return the template the stack at a path has now."""
        return self.before.get(path) or self.at(path)


def judge(changes: tuple[Change, ...], templates: Templates, changed_parameters: Collection[str]) -> tuple[Change, ...]:
    """Return the tree with `verdict` and `replaced` set on every change."""
    judge_ = _Judge(changes, templates, frozenset(changed_parameters))
    return tuple(judge_.judged(change) for change in changes)


class _Judge:
    """Verdicts by path, each reached once; CloudFormation allows no circles, so this ends."""

    def __init__(self, changes: tuple[Change, ...], templates: Templates, changed: frozenset[str]) -> None:
        self.changes = {change.path: change for change in everything(changes)}
        self.templates = templates
        self.changed = changed
        self.verdict = cache(self._verdict)
        self.replaced = cache(self._replaced)

    def judged(self, change: Change) -> Change:
        return replace(
            change,
            causes=tuple(replace(each, verdict=self.cause(change, each)) for each in change.causes),
            children=tuple(self.judged(child) for child in change.children),
            verdict=self.verdict(change.path),
            replaced=self.replaced(change.path),
        )

    def _verdict(self, path: str) -> Verdict:
        change = self.changes[path]
        if change.action == "Dynamic":
            return Verdict.AFTER_APPLY
        if change.action != "Modify":
            return Verdict.CERTAIN
        below = [self.verdict(child.path) for child in change.children]
        causes = [self.cause(change, cause) for cause in change.causes]
        if not below and not causes:
            return Verdict.IDLE if change.type == NESTED else Verdict.CERTAIN
        return max([*below, *causes])

    def _replaced(self, path: str) -> Replacement:
        change = self.changes[path]
        if change.action != "Modify" or change.replacement not in ("True", "Conditional"):
            return Replacement.NO
        causes = [cause for cause in change.causes if cause.recreation != "Never"]
        if not causes:
            return Replacement.YES if change.replacement == "True" else self._conditional(change)
        return max(self._recreation(change, cause) for cause in causes)

    def _recreation(self, change: Change, cause: Cause) -> Replacement:
        verdict = self.cause(change, cause)
        if verdict is Verdict.IDLE:
            return Replacement.NO
        if cause.recreation == "Conditionally":
            return self._conditional(change)
        return Replacement.YES if verdict is Verdict.CERTAIN else Replacement.AFTER_APPLY

    def _conditional(self, change: Change) -> Replacement:
        """Return what a replacement with a condition comes to.

        An Auto Scaling group's condition is an update policy that says so ("UpdatePolicy attribute", AWS CloudFormation
        User Guide); what any other hangs on CloudFormation alone knows.
        """
        policy = self.templates.at(change.scope).get("Resources", {}).get(change.logical_id, {}).get("UpdatePolicy", {})
        in_place = change.type == GROUP and "WillReplace" not in str(policy)
        return Replacement.NO if in_place else Replacement.CONDITIONAL

    def cause(self, change: Change, cause: Cause) -> Verdict:
        """Return whether one cause will move its property."""
        if cause.source == "Automatic":
            return Verdict.IDLE
        if cause.static and (not change.scope or cause.source == "DirectModification"):
            return Verdict.CERTAIN
        if cause.source == "DirectModification":
            return self._text(change, cause)
        if cause.source == "ParameterReference":
            return self.parameter(change.scope, cause.entity)
        name, _, attribute = cause.entity.partition(".")
        return self.resource(change.scope, name, attribute or None)

    def _text(self, change: Change, cause: Cause) -> Verdict:
        """Judge a change that CloudFormation cannot evaluate by the text of both templates."""
        new, old = (
            template.get("Resources", {}).get(change.logical_id, {})
            for template in (self.templates.at(change.scope), self.templates.old(change.scope))
        )
        same = [each.get("Properties", {}).get(cause.target, each.get(cause.target)) for each in (new, old)]
        return Verdict.IDLE if same[0] == same[1] else Verdict.AFTER_APPLY

    def parameter(self, scope: str, name: str) -> Verdict:
        """Return whether a parameter of the stack at `scope` gets another value."""
        if not scope:
            return Verdict.CERTAIN if name in self.changed else Verdict.IDLE
        parent, _, stack = scope.rpartition("/")
        given = [
            template.get("Resources", {}).get(stack, {}).get("Properties", {}).get("Parameters", {})
            for template in (self.templates.at(parent), self.templates.old(parent))
        ]
        if name not in given[0]:
            return self._default(scope, name)
        if given[0][name] == given[1].get(name):
            return self.value(parent, given[0][name])
        return max(Verdict.AFTER_APPLY, self.value(parent, given[0][name]))

    def _default(self, scope: str, name: str) -> Verdict:
        new, old = (
            template.get("Parameters", {}).get(name, {}).get("Default")
            for template in (self.templates.at(scope), self.templates.old(scope))
        )
        return Verdict.IDLE if new == old else Verdict.CERTAIN

    def value(self, scope: str, expression: Any) -> Verdict:
        """Return whether an expression in the stack at `scope` will evaluate to something else."""
        template = self.templates.at(scope)
        verdicts = [
            self.parameter(scope, name)
            if name in template.get("Parameters", {})
            else self.resource(scope, name, attribute)
            for name, attribute in references(expression, template.get("Conditions", {}))
        ]
        return max(verdicts, default=Verdict.IDLE)

    def resource(self, scope: str, name: str, attribute: str | None) -> Verdict:
        """Return whether a resource's Ref (attribute None) or attribute will be different."""
        path = f"{scope}/{name}".lstrip("/")
        if attribute and attribute.startswith("Outputs."):
            return self.output(path, attribute.removeprefix("Outputs."))
        change = self.changes.get(path)
        if change is None or change.type == NESTED:
            return Verdict.IDLE
        if change.action != "Modify":
            return Verdict.CERTAIN
        return max(self._renewed(path), self._moved(path, attribute))

    def _renewed(self, path: str) -> Verdict:
        replaced = self.replaced(path)
        if replaced is Replacement.YES:
            return Verdict.CERTAIN
        return Verdict.IDLE if replaced is Replacement.NO else Verdict.AFTER_APPLY

    def _moved(self, path: str, attribute: str | None) -> Verdict:
        if attribute is None or attribute.lower().endswith(FIXED_ENDINGS):
            return Verdict.IDLE
        return min(Verdict.AFTER_APPLY, self.verdict(path))

    def output(self, path: str, name: str) -> Verdict:
        """Return whether an output of the nested stack at `path` will be different."""
        change = self.changes.get(path)
        if change is not None and change.action == "Add":
            return Verdict.CERTAIN
        new, old = (
            template.get("Outputs", {}).get(name, {}).get("Value")
            for template in (self.templates.at(path), self.templates.old(path))
        )
        moved = self.value(path, new)
        return moved if new == old else max(Verdict.AFTER_APPLY, moved)
