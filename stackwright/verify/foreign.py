"""A template that is not ours as a subject: any CloudFormation, JSON or YAML with its short forms.

Nested stacks whose TemplateURL is a path beside the file are read too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stackwright.compose import Blueprint
from stackwright.errors import BadInput
from stackwright.params import Settings
from stackwright.quoting import quoted
from stackwright.verify.examine import Subject

NESTED = "AWS::CloudFormation::Stack"
_SHAPE = 'write {"Parameters": {...}} or [{"ParameterKey": ..., "ParameterValue": ...}]'


def subject(template: Path, parameters: Path | None, *, region: str) -> Subject:
    """Return a template and its parameters, by default its own defaults; raises BadInput for what cannot be read."""
    root = read_template(template)
    given = read_parameters(parameters) if parameters else {}
    made = Blueprint(name=template.stem, root=root, nested=dict(_nested(root, template.parent)))
    return Subject(made, Settings(given, {}), region, template.stem, str(parameters or template))


def read_template(path: Path) -> dict[str, Any]:
    """Return a template as plain JSON has it, short forms written out."""
    _check_readable(path)
    # It knows every short form and refuses a key given twice, which a YAML library alone does not.
    from cfnlint.decode import decode

    found, problems = decode(str(path))
    if problems:
        first = problems[0]
        raise BadInput(f"{path}: line {first.linenumber}: {first.message}")
    plain = json.loads(json.dumps(found, default=str))
    if not isinstance(plain, dict) or not isinstance(plain.get("Resources"), dict):
        raise BadInput(f"{path}: no CloudFormation template: it has no Resources")
    if "Transform" in plain:
        raise BadInput(f"{path}: Transform {plain['Transform']!r} is only known to AWS; give the processed template")
    for logical_id, each in plain["Resources"].items():
        _check_resource(f"{path}: Resources.{logical_id}", logical_id, each)
    return plain


def _check_resource(place: str, logical_id: str, resource: Any) -> None:
    if "::" in logical_id:
        raise BadInput(f"{place}: is a macro, which only AWS can run: give the processed template")
    if not isinstance(resource, Mapping) or not isinstance(resource.get("Type"), str):
        raise BadInput(f"{place}: is no resource: it has no Type")
    if not isinstance(resource.get("Properties", {}), Mapping):
        raise BadInput(f"{place}: Properties must be a map")


def read_parameters(path: Path) -> dict[str, str]:
    """Return a parameter file's values, in CodePipeline's form or as the AWS CLI takes them."""
    _check_readable(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(f"{path}: not JSON: {error}") from error
    if isinstance(content, Mapping) and isinstance(content.get("Parameters"), Mapping):
        return {str(name): str(value) for name, value in content["Parameters"].items()}
    if isinstance(content, list) and all(isinstance(each, Mapping) and "ParameterKey" in each for each in content):
        return {str(each["ParameterKey"]): str(each.get("ParameterValue", "")) for each in content}
    raise BadInput(f"{path}: {_SHAPE}")


def _nested(template: Mapping[str, Any], folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, each in template["Resources"].items():
        if each["Type"] != NESTED:
            continue
        url = each.get("Properties", {}).get("TemplateURL")
        if not isinstance(url, str) or not (folder / url).is_file():
            raise BadInput(
                f"nested stack {logical_id}: TemplateURL {quoted(str(url))} is no file beside the template;"
                " verify takes nested templates by their path"
            )
        inside = read_template(folder / url)
        yield url, inside
        yield from _nested(inside, folder)


def _check_readable(path: Path) -> None:
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file")
