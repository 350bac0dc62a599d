"""Every rule on one deployment: what applies, and what was found; kept by content, as the linters' results are.

A container that stands in for the first image and one's own image are two deployments of the same templates: where a
blueprint takes an image, both are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwright.cache import Cache, digest, version
from stackwright.params import IMAGE
from stackwright.verify.rule import Finding

if TYPE_CHECKING:
    from stackwright.compose import Blueprint
    from stackwright.params import Settings
    from stackwright.resolve.graph import Graph

# A registry of the account, because the templates look at whose it is.
AN_IMAGE = "123456789012.dkr.ecr.{region}.amazonaws.com/app@sha256:" + "0" * 64
_PACKAGE = Path(__file__).parent.parent
# What a result hangs on beside the deployment itself.
_SOURCES = ("verify", "resolve", "ecs", "data")


@dataclass(frozen=True)
class Outcome:
    """What one rule found in one deployment."""

    rule: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Subject:
    """One blueprint with one environment's parameters in one region, not yet evaluated."""

    blueprint: Blueprint
    settings: Settings
    region: str
    stack_name: str
    file: str

    @property
    def content(self) -> str:
        """A hash of everything the result hangs on."""
        made = [self.blueprint.root, self.blueprint.nested, self.settings.parameters, self.settings.tags]
        return digest(json.dumps(made, sort_keys=True), self.region, self.stack_name, _own())


def outcomes(subjects: Iterable[Subject], *, cache: Path) -> Iterator[list[Outcome]]:
    """Yield for each subject the outcome of every rule that applies to it.

    Raises BadInput for parameters that the templates' own Rules refuse.
    """
    kept, fresh = Cache(cache / "verify"), False
    for subject in subjects:
        key = subject.content
        known = kept.get(key)
        if known is None:
            found = _examined(subject)
            kept.put(key, {each.rule: [finding.to_json() for finding in each.findings] for each in found})
            fresh = True
            yield found
        else:
            yield [Outcome(rule, tuple(Finding(**each) for each in found)) for rule, found in known.items()]
    if fresh:
        kept.prune()


def examine(graphs: Iterable[Graph], blueprint: Blueprint, tags: Mapping[str, str]) -> list[Outcome]:
    """Return what every rule that applies finds in any of these graphs of one blueprint, each finding once."""
    from stackwright.verify.deployment import Deployment
    from stackwright.verify.rules import rules

    deployments = [Deployment(graph, blueprint.root, blueprint.nested, tags) for graph in graphs]
    found: list[Outcome] = []
    for name, rule in rules().items():
        meant = [each for each in deployments if rule.applies(each)]
        if meant:
            # By their text: values inside findings need not be hashable.
            distinct = {json.dumps(each.to_json()): each for deployment in meant for each in rule.check(deployment)}
            found.append(Outcome(name, tuple(distinct.values())))
    return found


def _examined(subject: Subject) -> list[Outcome]:
    return examine(_graphs(subject), subject.blueprint, subject.settings.tags)


def _graphs(subject: Subject) -> Iterator[Graph]:
    from stackwright.params import evaluated

    evaluate: Callable[..., Graph] = evaluated
    where: dict[str, Any] = {"file": subject.file, "region": subject.region, "stack_name": subject.stack_name}
    yield evaluate(subject.blueprint, subject.settings, **where)
    if IMAGE in subject.blueprint.root.get("Parameters", {}) and not subject.settings.parameters.get(IMAGE):
        image = {IMAGE: AN_IMAGE.format(region=subject.region)}
        own = replace(subject.settings, parameters={**subject.settings.parameters, **image})
        yield evaluate(subject.blueprint, own, **where)


@cache
def _own() -> str:
    """Return a hash of the modules and data that a result hangs on: a mended rule, or newer data, looks again."""
    folders = (_PACKAGE / name for name in _SOURCES)
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".json"))
    # Schemas of resources and the actions of services are cfn-lint's.
    return digest(version("cfnlint", "cfn-lint") or "", *(path.read_bytes() for path in files))
