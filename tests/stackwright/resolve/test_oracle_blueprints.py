"""Every blueprint in every environment, evaluated by us and by AWS's cloudformation-validate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.oracle import NO_VALUE, OPEN, agree, answers, strings, theirs

from stackwright.compose import Blueprint
from stackwright.params import settings
from stackwright.project import Project
from stackwright.resolve.environment import Environment
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import STACK, resolve
from stackwright.resolve.parameters import bind
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import is_symbolic, rendered
from templates import BLUEPRINTS

PROJECT = Project(Path(__file__).parent.parent.parent.parent, BLUEPRINTS)
CASES = [(blueprint, each) for blueprint in BLUEPRINTS for each in PROJECT.environments(blueprint)]
# What the oracle takes the pseudo parameters for, in nested stacks too.
REGION = "us-east-1"
STACK_NAME = "teststack"


@pytest.mark.parametrize(("blueprint", "environment"), CASES)
def test_a_deployment_is_what_aws_makes_of_it(blueprint: str, environment: str) -> None:
    made = PROJECT.blueprint(blueprint)
    given = settings(PROJECT.parameter_file(blueprint, environment), made.root).parameters
    graph = resolve(made.root, made.nested, given, region=REGION, stack_name=STACK_NAME)
    compared = [each for stack in stacks(made, graph, given) for each in compare(graph, *stack)]
    assert [each for each, _ in compared if each] == []
    assert sum(concrete for _, concrete in compared) > len(compared) // 2, "the oracle had something to say"


def stacks(made: Blueprint, graph: Graph, given: Mapping[str, str]) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Yield path, template and parameters of the root and of every nested stack."""
    yield "", made.root, given
    for stack in graph.of_type(STACK):
        yield f"{stack.path}/", made.nested[stack.properties["TemplateURL"]], stack.properties["Parameters"]


def compare(graph: Graph, within: str, template: dict[str, Any], given: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield for each property what differs, if it does, and 1 if the oracle said anything of it."""
    here = Environment(REGION)
    scope = Scope(template, bind(template.get("Parameters", {}), given, here), here)
    found = answers(stated(template, given))
    for logical_id in scope.resources():
        ours = graph.resources[within + logical_id]
        for name, answer in found[logical_id].items():
            theirs_ = theirs(answer, scope)
            mine = unnested(strings(rendered(ours.properties.get(name))))
            differs = theirs_ is not NO_VALUE and not agree(mine, theirs_)
            yield f"{ours.path}.{name}: {mine!r} is not {theirs_!r}" if differs else "", int(theirs_ is not OPEN)


def stated(template: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template with these values as its parameters' only ones; what is not known has none."""
    declared = {name: with_value(each, given.get(name)) for name, each in template.get("Parameters", {}).items()}
    return {**template, "Parameters": declared}


def with_value(declared: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """Return a parameter's declaration with this value; the oracle would take an SSM parameter's name for its value."""
    without = {key: each for key, each in declared.items() if key != "Default"}
    if is_symbolic(value) or declared["Type"].startswith("AWS::SSM::Parameter::Value"):
        return {**without, "Type": "String"}
    return dict(declared) if value is None else {**declared, "Default": value}


def unnested(value: Any) -> Any:
    """Return our value with the names of nested stacks as the oracle has them, where a root's is cut from one, too."""
    text = re.sub(rf"{STACK_NAME}-\w+-\$\{{\w+\.Suffix\}}", STACK_NAME, json.dumps(value))
    return json.loads(re.sub(rf'\$\{{Select\(0, Split\(\\"-\w+-\\", \\"{STACK_NAME}\\"\)\)\}}', STACK_NAME, text))
