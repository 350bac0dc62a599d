"""Every line of a published system has a module that does it and a test that shows it, and both are there."""

from __future__ import annotations

import re

import pytest
from support.references import REPOSITORY, absent
from test_docs import names, rows, sections

from templates import BLUEPRINTS

PAGE = "systems.md"
BEYOND = "Beyond all five"
LINES = {"ec2-alb": 37, "ec2-api": 19, "fargate-alb": 10, "fargate-cdn": 27, "fargate-bluegreen": 9, BEYOND: 12}
"""The sections, with the lines that each has: one that is deleted is missed."""
LATER = {"cost": "not built yet", "diagrams": "not built yet"}


def lines(section: str) -> dict[str, dict[str, str]]:
    """The lines of a section's tables, by what must hold."""
    found = rows(sections(PAGE)[section], "shown by")
    return {row.get("must hold", row.get("setting", "")): row for row in found}


def test_every_section_has_all_its_lines() -> None:
    assert {section: len(lines(section)) for section in sections(PAGE)} == LINES


def test_cost_and_diagrams_alone_are_not_built_yet() -> None:
    without = {row["part"]: row["by"] for row in lines(BEYOND).values() if not names(row["by"])}
    assert without == LATER


@pytest.mark.parametrize("section", LINES)
def test_every_line_has_a_module_and_a_test(section: str) -> None:
    for line, row in lines(section).items():
        if section == BEYOND and row["part"] in LATER:
            continue
        assert names(row["by"]), line
        assert names(row["shown by"]), line
        assert all(each.startswith("tests/") and "::" in each for each in names(row["shown by"])), line


@pytest.mark.parametrize("section", LINES)
def test_modules_and_tests_are_there(section: str) -> None:
    told = [each for row in lines(section).values() for cell in ("by", "shown by") for each in names(row[cell])]
    assert absent(told) == []


def test_settings_of_the_environments_have_both_sides() -> None:
    settings = rows(sections(PAGE)["ec2-alb"], "setting")
    assert len(settings) == 8
    assert all(row["dev"] and row["prod"] and row["dev"] != row["prod"] for row in settings)


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_every_blueprint_is_on_the_page(blueprint: str) -> None:
    told = {each for section in sections(PAGE) for row in lines(section).values() for each in names(row["by"])}
    assert blueprint in LINES or f"templates/{blueprint.replace('-', '_')}.py" in told


def test_nothing_outside_the_repository_is_named() -> None:
    page = (REPOSITORY / "docs" / PAGE).read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w`./])/(?:work|home|tmp|root)/\S*|seeds/", page)
