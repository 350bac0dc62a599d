"""Parameter files: `params/<blueprint>/<env>.json`, in CodePipeline's template-configuration form.

    {"Parameters": {"MinTasks": "2"}, "Tags": {"Project": "shop"}}

A file is read strictly and refused with everything that is wrong with it at once, each line naming the
file and the parameter. What a single value may be, the template's declarations say; what several say
together, the template's Rules and functions do, when `evaluated` resolves it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwright.errors import BadInput
from stackwright.quoting import LONGEST, half_characters, named, quoted

if TYPE_CHECKING:
    from stackwright.compose import Blueprint
    from stackwright.resolve.graph import Graph

IMAGE = "Image"
MOST_TAGS = 50  # Tag in the CloudFormation API Reference, as the lengths
LONGEST_KEY = 128
LONGEST_TAG = 256
_TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")  # "Tag naming limits and requirements" in Tagging AWS Resources
_SECTIONS = ("Parameters", "Tags")
_LEAST = re.compile(r"Min(?=[A-Z0-9])")
_SHAPE = 'write {"Parameters": {...}}'
_WHOLE = re.compile("[+-]?[0-9]+")
_KINDS = {dict: "an object", list: "a list", bool: "a boolean", type(None): "null"}


@dataclass(frozen=True)
class Settings:
    """What a parameter file says: the root's parameters and the stack's tags, all strings."""

    parameters: dict[str, str]
    tags: dict[str, str]


class ParameterFileError(BadInput):
    """Everything that is wrong with a parameter file, a line each."""

    def __init__(self, file: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
        self.file = file
        self.problems = problems


def settings(path: Path, root: Mapping[str, Any], *, shown: str | None = None) -> Settings:
    """Return what a file says, checked against the root template's declarations.

    `shown` is the path as messages name it. Raises ParameterFileError with all problems.
    """
    file = shown or str(path)
    content = _content(path, file)
    found = list(_misshapen(content))
    if _is_sound(content):
        found += _mismatched(content.get("Parameters"), root)
    if found:
        raise ParameterFileError(file, found)
    return Settings(dict(content.get("Parameters", {})), dict(content.get("Tags", {})))


def stated(path: Path, *, shown: str) -> dict[str, str]:
    """Return the parameters that a file states; no template is asked what they may be.

    `shown` is the path as messages name it. Raises ParameterFileError with all problems.
    """
    content = _content(path, shown)
    if found := list(_misshapen(content)):
        raise ParameterFileError(shown, found)
    return dict(content.get("Parameters", {}))


def evaluated(blueprint: Blueprint, given: Settings, *, file: str, region: str, stack_name: str) -> Graph:
    """Return the graph of the blueprint with these settings; raises BadInput naming the file.

    Here the Rules of the template speak, and functions whose arguments do not fit one another.
    """
    from stackwright.resolve.blame import read_at
    from stackwright.resolve.errors import ResolveError
    from stackwright.resolve.nested import resolve

    try:
        return resolve(
            blueprint.root,
            blueprint.nested,
            given.parameters,
            region=region,
            stack_name=stack_name,
        )
    except ResolveError as error:
        read = " and ".join(read_at(blueprint.root, blueprint.nested, error))
        said = f"{read}: {error.reason}\nin {region}, at {blueprint.name}/{error.place}" if read else None
        raise BadInput(f"{file}: {said or f'{blueprint.name}/{error}'}") from error


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys were given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.twice = sorted({name for name in names if names.count(name) > 1})


@dataclass(frozen=True)
class _Number:
    """A JSON number as it is written: never read, it may have any length."""

    text: str

    def __str__(self) -> str:
        return self.text


def _content(path: Path, file: str) -> _Object:
    """Return the file's object; what is no JSON object at all is refused here."""
    try:
        found = _parsed(_text(path))
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
    except RecursionError:
        problem = "not JSON that can be read: it is nested too deep"
    except UnicodeDecodeError:
        problem = "not JSON: it is not UTF-8 text"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except ValueError as error:
        problem = str(error)
    else:
        if isinstance(found, _Object):
            return found
        problem = f"is {_kind(found)}; {_SHAPE}"
    raise ParameterFileError(file, [problem])


def _text(path: Path) -> str:
    """Return the text of a file; a pipe or device would be waited for, or never end."""
    if path.exists() and not path.is_file():
        raise ValueError("is no file; put a file in its place")
    text = path.read_text(encoding="utf-8")
    if text.startswith("\ufeff"):
        raise ValueError("begins with a byte order mark; save it as UTF-8 without one")
    if not text.strip():
        raise ValueError(f"is empty; {_SHAPE}")
    return text


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _is_sound(content: _Object) -> bool:
    """Tell whether it is clear what the parameters are; else all of them would be called missing."""
    unclear = "Parameters" in content.twice or not isinstance(content.get("Parameters", content), _Object)
    misspelt = "Parameters" not in content and any(name not in _SECTIONS for name in content)
    return not unclear and not misspelt


def _misshapen(content: _Object) -> Iterator[str]:
    """Yield what is wrong whatever the template declares."""
    yield from (f"{named(name)}: given twice" for name in content.twice)
    for section in content:
        if section not in _SECTIONS:
            yield f"{named(section)}: unknown section; there is {' and '.join(_SECTIONS)}"
    for section in _SECTIONS:
        value = content.get(section, _Object([]))
        if isinstance(value, _Object):
            yield from _not_strings(value)
        else:
            yield f"{section}: is {_kind(value)} where an object belongs"
    if isinstance(content.get("Tags"), _Object):
        yield from _bad_tags(content["Tags"])


def _not_strings(section: _Object) -> Iterator[str]:
    yield from (f"{named(name)}: given twice" for name in section.twice)
    for name, value in section.items():
        if not isinstance(value, str):
            yield f"{named(name)}: is {_kind(value)} where a string belongs; write {_mended(value)}"
        elif half_characters(value):
            yield f"{named(name)}: has half a character, \\ud800 to \\udfff, which cannot be sent; write it in full"


def _bad_tags(tags: _Object) -> Iterator[str]:
    if len(tags) > MOST_TAGS:
        yield f"Tags: {len(tags)} tags, CloudFormation takes {MOST_TAGS}"
    for written, value in tags.items():
        key = named(written)
        if written.lower().startswith("aws:"):
            yield f"{key}: tag keys that begin with aws: are for AWS alone"
        if not 1 <= len(written) <= LONGEST_KEY:
            yield f"{key}: a tag's key has 1 to {LONGEST_KEY} characters"
        if isinstance(value, str) and len(value) > LONGEST_TAG:
            yield f"{key}: a tag's value has at most {LONGEST_TAG} characters"
        if not _TAG_TEXT.fullmatch(f"{written}{value}"):
            yield f"{key}: a tag has letters, digits, spaces and . : / = + @ - _ only"


def _mismatched(given: Any, root: Mapping[str, Any]) -> Iterator[str]:
    """Yield what does not fit the root's declarations, value by value and then in pairs."""
    from stackwright.aws_errors import near_misses
    from stackwright.resolve.parameters import problems

    declarations = root.get("Parameters", {})
    stated = given if isinstance(given, _Object) else _Object([])
    values = {name: value if isinstance(value, str) else "" for name, value in stated.items()}
    if IMAGE in values:
        yield f"{IMAGE}: the image is never in a parameter file; give it with --image"
    found = problems(declarations, values)
    for problem in found:
        name = problem.parameter
        if isinstance(stated.get(name, ""), str) and name != IMAGE:
            hint = "" if name in declarations else near_misses(name, declarations)
            yield f"{problem}{hint}"
    sound = {name: value for name, value in values.items() if name not in {each.parameter for each in found}}
    yield from _broken(declarations, sound)
    yield from _crossed(declarations, values)


def _broken(declarations: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    """Yield each count that is no whole number: CloudFormation takes one, and the service then fails the stack."""
    for name, declaration in declarations.items():
        value = values.get(name)
        if value is None or _WHOLE.fullmatch(value) or not _counts(declaration):
            continue
        number = _number(declaration, value)
        if number is not None and math.isfinite(number):
            nearest = dict.fromkeys((math.floor(number), math.ceil(number)))
            yield f"{name}: {quoted(value)} is no whole number; write {' or '.join(map(str, nearest))}"


def _counts(declaration: Mapping[str, Any]) -> bool:
    """Tell whether a Number counts: whatever its declaration says of it is whole (a default of 0.5 says not)."""
    stated = [declaration[key] for key in ("Default", "MinValue", "MaxValue") if key in declaration]
    stated += declaration.get("AllowedValues", [])
    return declaration.get("Type") == "Number" and bool(stated) and all(_WHOLE.fullmatch(str(each)) for each in stated)


def _crossed(declarations: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    """Yield each minimum above its maximum; a Rule cannot say it, its functions compare no numbers."""
    for least in declarations:
        most = _LEAST.sub("Max", least, count=1)
        if most == least or most not in declarations:
            continue
        low, high = (_number(declarations[name], values.get(name)) for name in (least, most))
        if low is not None and high is not None and low > high:
            yield f"{least}: {low:g} is above {most}, which is {high:g}"


def _number(declaration: Mapping[str, Any], value: str | None) -> float | None:
    try:
        return float(declaration.get("Default", "") if value is None else value)
    except (TypeError, ValueError):
        return None


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "a string"
    return _KINDS.get(dict if isinstance(value, dict) else type(value), "a number")


def _mended(value: Any) -> str:
    """Return how to write a value instead; what could not fit any parameter has no such form."""
    if isinstance(value, list) and all(isinstance(item, str | _Number) for item in value):
        value = _Number(",".join(map(str, value)))
    if isinstance(value, bool):
        value = _Number(json.dumps(value))
    short = isinstance(value, _Number) and len(value.text) <= LONGEST
    return json.dumps(value.text, ensure_ascii=False) if short else '""' if value is None else "text"
