"""Every output is read by another stack or described for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stackwright.verify.deployment import Deployment, at
from stackwright.verify.rule import Finding, Rule

_OUTPUT = re.compile(r"\$\{(\w+)\.Outputs\.(\w+)\}")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each output that no template reads and that says nothing about itself."""
    read = set(_read(deployment.root)) | {each for template in deployment.nested.values() for each in _read(template)}
    for name, template, stacks in _templates(deployment):
        for output, declared in template.get("Outputs", {}).items():
            used = any((stack, output) in read for stack in stacks)
            if not used and not at(declared, "Description") and not at(declared, "Export"):
                problem = "no stack reads it, and nobody is told what it is"
                yield Finding(name, f"Outputs.{output}", None, problem, "describe it, or leave it out")


def _templates(deployment: Deployment) -> Iterator[tuple[str, Mapping[str, Any], list[str]]]:
    """Yield every template with the logical ids of the stacks it is used for, those of no condition's value too."""
    yield "root", deployment.root, []
    for url, template in deployment.nested.items():
        yield (
            url,
            template,
            [name for each in (deployment.root, *deployment.nested.values()) for name in _of(each, url)],
        )


def _of(template: Mapping[str, Any], url: str) -> list[str]:
    resources = template.get("Resources", {})
    return [name for name, each in resources.items() if at(each, "Properties.TemplateURL") == url]


def _read(value: Any) -> Iterator[tuple[str, str]]:
    """Yield stack and output of every nested stack's output that Fn::GetAtt or Fn::Sub reads."""
    if isinstance(value, Mapping):
        pair = value.get("Fn::GetAtt")
        if pair is not None:
            yield from _OUTPUT.findall(f"${{{'.'.join(map(str, pair)) if isinstance(pair, list) else pair}}}")
        for item in value.values():
            yield from _read(item)
    elif isinstance(value, list):
        for item in value:
            yield from _read(item)
    elif isinstance(value, str):
        yield from _OUTPUT.findall(value)


RULE = Rule(
    claim="Every output is read by another stack, exported or described.",
    why="An output that nobody knows the use of can never be taken away again.",
    source="CloudFormation template Outputs syntax (AWS CloudFormation User Guide)",
    about=(),
    check=check,
)
