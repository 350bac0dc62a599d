"""Every output is read by another stack or described for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackwright.verify.deployment import Deployment, at
from stackwright.verify.rule import Finding, Rule

STACK = "AWS::CloudFormation::Stack"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each output that no template reads and that says nothing about itself."""
    read = set(_read(deployment.root)) | {each for template in deployment.nested.values() for each in _read(template)}
    for name, template, stacks in _templates(deployment):
        for output, declared in template.get("Outputs", {}).items():
            used = any((stack, output) in read for stack in stacks)
            if not used and not at(declared, "Description"):
                problem = "no stack reads it, and nobody is told what it is"
                yield Finding(name, f"Outputs.{output}", None, problem, "describe it, or leave it out")


def _templates(deployment: Deployment) -> Iterator[tuple[str, Mapping[str, Any], list[str]]]:
    """Yield every template with the logical ids of the stacks it is used for."""
    yield "root", deployment.root, []
    for url, template in deployment.nested.items():
        stacks = [each.path for each in deployment.of(STACK) if each.properties.get("TemplateURL") == url]
        yield url, template, [path.rpartition("/")[2] for path in stacks]


def _read(value: Any) -> Iterator[tuple[str, str]]:
    """Yield stack and output of every Fn::GetAtt of a nested stack's output."""
    if isinstance(value, Mapping):
        pair = value.get("Fn::GetAtt")
        words = pair.split(".", 1) if isinstance(pair, str) else pair
        if isinstance(words, list) and len(words) == 2 and str(words[1]).startswith("Outputs."):
            yield str(words[0]), str(words[1]).removeprefix("Outputs.")
        for item in value.values():
            yield from _read(item)
    elif isinstance(value, list):
        for item in value:
            yield from _read(item)


RULE = Rule(
    claim="Every output is read by another stack or described.",
    why="An output that nobody knows the use of can never be taken away again.",
    source="CloudFormation template Outputs syntax (AWS CloudFormation User Guide)",
    about=(),
    check=check,
)
