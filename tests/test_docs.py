"""The documentation says what the code does: nothing missing, nothing that is gone, no other default."""

from __future__ import annotations

import ast
import configparser
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from support.references import absent

from stackwright import __version__
from stackwright.cli import run, verbs
from stackwright.compose import Blueprint
from stackwright.project import Project
from templates import BLUEPRINTS

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
NESTED = "AWS::CloudFormation::Stack"
PROGRAM = "python build.py"
SPOKEN = {"": "empty", None: "required"}  # how a table writes a default that has no characters


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def sections(page: str, level: int = 2) -> dict[str, str]:
    """The page's parts under headings of a level, by heading."""
    parts = re.split(rf"^{'#' * level} (.+)$", text(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(markdown: str) -> Iterator[list[dict[str, str]]]:
    """Every table as rows, each by column heading."""
    for table in re.findall(r"(?:^\|.*\|\n)+", markdown, flags=re.MULTILINE):
        heading, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
        yield [dict(zip(heading, row, strict=True)) for row in rows]


def rows(markdown: str, column: str) -> list[dict[str, str]]:
    """The rows of the tables that have this column."""
    return [row for table in tables(markdown) for row in table if column in row]


def names(cell: str) -> list[str]:
    """What a cell has in backquotes."""
    return re.findall(r"`([^`]+)`", cell)


def name(cell: str) -> str:
    (only,) = names(cell)
    return only


@cache
def blueprints() -> dict[str, Blueprint]:
    return {title: make() for title, make in BLUEPRINTS.items()}


def questions() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Blueprint, console group, name and declaration of every parameter that a root has."""
    for title, made in blueprints().items():
        for group in made.root["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]:
            for parameter in group["Parameters"]:
                yield title, group["Label"]["default"], parameter, made.root["Parameters"][parameter]


def nested_stacks(made: Blueprint) -> dict[str, dict[str, Any]]:
    return {key: each for key, each in made.root["Resources"].items() if each["Type"] == NESTED}


# -- Verbs ---------------------------------------------------------------------------------------------------------


def options(verb: str) -> dict[str, click.Option]:
    parameters = verbs.commands[verb].params
    return {each.opts[0]: each for each in parameters if isinstance(each, click.Option)}


def test_verbs_are_those_documented() -> None:
    assert sections("verbs.md").keys() == verbs.commands.keys()


@pytest.mark.parametrize("verb", sorted(verbs.commands))
def test_options_are_those_documented(verb: str) -> None:
    documented = [name(row["option"]) for row in rows(sections("verbs.md")[verb], "option")]
    assert sorted(documented) == sorted(options(verb))


@pytest.mark.parametrize("verb", sorted(verbs.commands))
def test_defaults_of_options_are_those_documented(verb: str) -> None:
    documented = {name(row["option"]): row["default"] for row in rows(sections("verbs.md")[verb], "option")}
    own = {key: each.to_info_dict()["default"] for key, each in options(verb).items()}
    given = {key: str(value) for key, value in own.items() if isinstance(value, (int, str)) and value is not False}
    assert given == {key: documented[key] for key in given}


# -- Parameters ----------------------------------------------------------------------------------------------------


def documented_parameters() -> dict[str, dict[str, str]]:
    return {
        name(row["name"]): row | {"group": group}
        for group, part in sections("parameters.md").items()
        for row in rows(part, "asked by")
    }


def test_parameters_are_those_documented() -> None:
    listed = [name(row["name"]) for row in rows(text("parameters.md"), "asked by")]
    assert sorted(listed) == sorted({parameter for _, _, parameter, _ in questions()})


def test_parameters_stand_in_their_console_group() -> None:
    documented = documented_parameters()
    for _, group, parameter, _ in questions():
        assert documented[parameter]["group"] == group, parameter


def test_parameters_are_asked_by_the_blueprints_documented() -> None:
    asked: dict[str, list[str]] = {}
    for title, _, parameter, _ in questions():
        asked.setdefault(parameter, []).append(title)
    assert {key: names(row["asked by"]) for key, row in documented_parameters().items()} == asked


def test_types_and_defaults_are_those_documented() -> None:
    documented = documented_parameters()
    for title, _, parameter, declared in questions():
        default = declared.get("Default")
        row = documented[parameter]
        assert name(row["type"]) == declared["Type"], parameter
        assert _default_in(row["default"], title) == SPOKEN.get(default, f"`{default}`"), parameter


def _default_in(documented: str, title: str) -> str:
    """The default of a parameter in a blueprint: its own, `; value in blueprint`, or that of all."""
    general, *own = documented.split("; ")
    return next((each.partition(" in ")[0] for each in own if each.endswith(f" in `{title}`")), general)


def test_allowed_values_are_those_documented() -> None:
    documented = documented_parameters()
    for _, _, parameter, declared in questions():
        assert documented[parameter]["allowed"] == _allowed(declared), parameter


def _allowed(declared: dict[str, Any]) -> str:
    if "AllowedValues" in declared:
        return ", ".join(f"`{value}`" for value in declared["AllowedValues"])
    if "MinValue" in declared:
        return f"{declared['MinValue']} to {declared['MaxValue']}"
    return str(declared.get("ConstraintDescription", "any"))


# -- Blueprints ----------------------------------------------------------------------------------------------------


def test_blueprints_are_those_documented() -> None:
    assert sections("blueprints.md").keys() == BLUEPRINTS.keys()
    (first, *_) = tables(text("blueprints.md"))
    assert [name(row["blueprint"]) for row in first] == list(BLUEPRINTS)


@pytest.mark.parametrize("title", BLUEPRINTS)
def test_outputs_are_those_documented(title: str) -> None:
    documented = [name(row["output"]) for row in rows(sections("blueprints.md")[title], "output")]
    assert documented == list(blueprints()[title].root.get("Outputs", {}))


@pytest.mark.parametrize("title", [title for title, made in blueprints().items() if not made.flat])
def test_stacks_stand_in_their_order_with_what_they_need_and_give(title: str) -> None:
    made = blueprints()[title]
    documented = [
        (name(row["in order"]), names(row["needs"]), names(row["gives"]))
        for row in rows(sections("blueprints.md")[title], "gives")
    ]
    assert documented == [(key, _needs(each), _gives(made, each)) for key, each in nested_stacks(made).items()]


def _needs(stack: dict[str, Any]) -> list[str]:
    """What an earlier stack feeds."""
    fed = stack["Properties"].get("Parameters", {})
    return [key for key, value in fed.items() if "Fn::GetAtt" in json.dumps(value)]


def _gives(made: Blueprint, stack: dict[str, Any]) -> list[str]:
    return list(made.nested[stack["Properties"]["TemplateURL"]].get("Outputs", {}))


@pytest.mark.parametrize("title", [title for title, made in blueprints().items() if not made.flat])
def test_environments_differ_as_documented(title: str) -> None:
    documented = [
        {key: row[key] for key in ("parameter", "dev", "prod")}
        for row in rows(sections("blueprints.md")[title], "prod")
    ]
    dev, prod = (_settings(title, environment) for environment in ("dev", "prod"))
    assert documented == [
        {"parameter": f"`{key}`", "dev": _spoken(dev[key]), "prod": _spoken(prod[key])}
        for key in dev
        if dev[key] != prod[key]
    ]


def _spoken(value: str) -> str:
    return SPOKEN.get(value, f"`{value}`")


def _settings(blueprint: str, environment: str) -> dict[str, str]:
    file = REPOSITORY / "params" / blueprint / f"{environment}.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))["Parameters"]
    return found


def _stack_modules() -> set[str]:
    """Modules under nested/ that emit a stack: those with a function `template`."""
    files = (REPOSITORY / "nested").rglob("*.py")
    return {each.relative_to(REPOSITORY).as_posix() for each in files if "template" in _functions(each)}


def _functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_nested_stacks_are_those_documented() -> None:
    listed = {path for row in rows(text("blueprints.md"), "in order") for path in names(row.get("from", ""))}
    listed |= {path for row in rows(text("blueprints.md"), "in order") for path in names(row["in order"])}
    assert {path for path in listed if path.endswith(".py")} == _stack_modules()


# -- Everything else that has a list -------------------------------------------------------------------------------


def test_dependencies_are_those_documented() -> None:
    config = configparser.RawConfigParser()
    config.read(REPOSITORY / "setup.cfg")
    lines = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    found = [re.match(r"[A-Za-z][\w-]*", line) for line in "\n".join(lines).splitlines()]
    declared = {match[0] for match in found if match}
    documented = {each for row in rows(text("dependencies.md"), "package") for each in row["package"].split(", ")}
    assert documented == declared


def test_index_has_every_page_and_decision() -> None:
    linked = set(_links(DOCS / "README.md"))
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} - {"README.md"}
    assert linked == pages


@pytest.mark.parametrize("file", sorted((DOCS / "decisions").glob("*.md")), ids=lambda file: file.stem)
def test_decisions_are_listed_by_their_title(file: Path) -> None:
    title = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    assert f"[{title}](decisions/{file.name})" in text("README.md")


def test_changelog_has_this_version() -> None:
    assert f"## {__version__}" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")


# -- Links and commands --------------------------------------------------------------------------------------------


def _links(page: Path) -> list[str]:
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    return [target for target in found if "://" not in target]


def _anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_tests_that_are_named_are_there(page: Path) -> None:
    assert absent(re.findall(r"`(tests/[^`]+\.py[^`]*)`", page.read_text(encoding="utf-8"))) == []


def _commands() -> Iterator[tuple[Path, str]]:
    """Every command line of ours in a block or between backquotes, without its comment."""
    for page in PAGES:
        content = page.read_text(encoding="utf-8")
        for line in re.findall(rf"^ {{4,}}({PROGRAM}.*)$", content, flags=re.MULTILINE):
            yield page, line
        for line in re.findall(rf"`({PROGRAM}[^`]*)`", content):
            yield page, line


COMMANDS = [pytest.param(line, id=f"{page.name}: {line}") for page, line in _commands()]


@pytest.mark.parametrize("line", COMMANDS)
def test_command_lines_are_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[2:]
    verb, *arguments = words if words and words[0] in verbs.commands else ["build", *words]
    given = verbs.commands[verb].make_context(verb, arguments).params
    named = [given["blueprint"]] if given.get("blueprint") else given.get("blueprints", ())
    assert set(named) <= BLUEPRINTS.keys()
    if given.get("environment"):
        assert (REPOSITORY / "params" / given["blueprint"] / f"{given['environment']}.json").is_file()


def test_command_lines_are_found() -> None:
    assert {line.split()[2] for _, line in _commands() if len(line.split()) > 2} >= verbs.commands.keys()


def test_make_targets_are_there() -> None:
    written = "".join((REPOSITORY / each).read_text(encoding="utf-8") for each in ("Makefile", "delivery.mk"))
    made = set(re.findall(r"^([a-z-]+):", written, flags=re.MULTILINE))
    asked = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^ {4}|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    assert asked
    assert asked <= made


def test_what_is_quoted_of_verify_is_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """As counted in prod and in dev, and between them on the page with one guarantee of prod's broken."""
    assert run(["verify", "ec2-alb"], project=Project(REPOSITORY, BLUEPRINTS)) == 0
    dev, prod = counted(capsys.readouterr().out)
    broken = (prod[0], prod[1] - 1, prod[2])
    assert counted((REPOSITORY / "README.md").read_text(encoding="utf-8")) == [prod]
    assert counted(text("guarantees.md")) == [prod, broken, dev]


def counted(said: str) -> list[tuple[str, int, int]]:
    """How many guarantees hold of how many, by environment, as often as it is said."""
    found = re.findall(r"ec2-alb (\w+): (\d+) of (\d+) guarantees hold", said)
    return [(environment, int(holding), int(all_of_them)) for environment, holding, all_of_them in found]
