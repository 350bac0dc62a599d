"""What AWS's service authorization reference says of actions: whether they can be limited to resources, and to which.

cfn-lint ships AWS's machine-readable reference as one JSON file. It is read here as a file, as the resource schemas
are, once and only when a rule asks: 60 ms for all services.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stackwright.errors import StackwrightError
from stackwright.resolve.symbols import Text, Value, is_symbolic
from stackwright.verify.policies import matches

_BUCKET, _OBJECT = ".*[bucket]", ".*/.*"
# "Rename - Summary of changes", Developer Tools console User Guide: either name is in ARNs of connections.
_RENAMED = {"codestar-connections": "codeconnections"}
_PARTS = 6  # arn, partition, service, region, account, resource


@dataclass(frozen=True)
class Action:
    """One action: `ecs:createservice`, the ARN formats it can be limited to, if any, and their condition keys."""

    name: str
    formats: tuple[str, ...]
    keys: frozenset[str]


def known(service: str) -> bool:
    """Tell whether AWS has a service of this prefix."""
    return service.lower() in _reference()


def actions(pattern: str) -> tuple[Action, ...]:
    """Return the actions that a pattern (`ecs:Describe*`) stands for; none for a misspelt one."""
    service, _, name = pattern.lower().partition(":")
    return _matching(service, name or "*")


@cache
def _matching(service: str, name: str) -> tuple[Action, ...]:
    everything = _reference().get(service, {}).get("Actions", {})
    if name in everything:
        return (_action(service, name),)
    return tuple(_action(service, each) for each in everything if matches(name, each))


@cache
def _action(service: str, name: str) -> Action:
    content = _reference()[service]
    types = content["Actions"][name].get("Resources", ())
    # Some types are written in other case where they are described.
    described = [content["Resources"].get(each.lower(), {}) for each in types]
    formats = dict.fromkeys(
        _format(service, kind, each)
        for kind, found in zip(types, described, strict=True)
        for each in found.get("ARNFormats", ())
    )
    keys = frozenset(key.lower().partition("/$")[0] for found in described for key in found.get("ConditionKeys", ()))
    return Action(f"{service}:{name}", tuple(formats), keys)


def _format(service: str, kind: str, arn: str) -> str:
    # The file ends a format at its first variable, and so an object's is as a bucket's.
    ends = {"bucket": _BUCKET, "object": _OBJECT} if service == "s3" else {}
    return arn.removesuffix(".*") + ends[kind] if kind in ends else arn


def template_arn(action: Action) -> str:
    """Return a resource of the action as a template would write it, `*` for one that cannot be limited."""
    if not action.formats:
        return "*"
    usual = next((each for each in action.formats if each.endswith((_BUCKET, _OBJECT))), action.formats[0])
    arn = usual.replace(_BUCKET, "NAME").replace(".*", "*")
    return arn.replace("${", "${AWS::").replace("AWS::Account}", "AWS::AccountId}")


def fits(arn: Value, action: Action) -> bool:
    """Tell whether a resource, perhaps a pattern, can be one of those that the action is limited to.

    What is unknown in it may be anything. Without formats only `*` is one.
    """
    known_part = _known(arn)
    return known_part == "*" or any(_meets(known_part, each) for each in action.formats)


def _known(arn: Value) -> str:
    if isinstance(arn, Text):
        return "".join(each if isinstance(each, str) else "*" for each in arn.parts)
    return "*" if is_symbolic(arn) or not isinstance(arn, str) else arn


def _meets(arn: str, form: str) -> bool:
    given, wanted = arn.split(":", _PARTS - 1), form.split(":", _PARTS - 1)
    if given[0] != "arn" or len(given) < _PARTS:
        return True  # a short form of some service, or what lint has to say something on
    given[2], wanted[2] = (_RENAMED.get(each, each) for each in (given[2], wanted[2]))
    owner = all(_segment(one, other) for one, other in zip(given[2:5], wanted[2:5], strict=True))
    return owner and _resource(given[5], wanted[5])


def _segment(given: str, wanted: str) -> bool:
    return wanted.startswith("${") or "*" in given or "?" in given or given == wanted


def _resource(given: str, wanted: str) -> bool:
    """Tell whether two ends of ARNs may be the same: up to the first wildcard of either they are."""
    if wanted == _OBJECT:
        return "/" in given or given.endswith("*")
    if wanted == _BUCKET and "/" in given:
        return False
    start, other = _start(given), wanted.partition("*")[0].removesuffix(".")
    if start != given and "*" in wanted:
        return start.startswith(other) or other.startswith(start)
    if start != given:
        return wanted.startswith(start)
    return given.startswith(other) if "*" in wanted else given == wanted


def _start(pattern: str) -> str:
    return pattern.partition("*")[0].partition("?")[0].partition("${")[0]


@cache
def _reference() -> Mapping[str, Any]:
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise StackwrightError("cfn-lint is not installed: its service authorization data is needed")
    path = Path(spec.submodule_search_locations[0]) / "data" / "AdditionalSpecs" / "Policies.json"
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
