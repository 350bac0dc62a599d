"""Every line of a published system has a module that does it and a test that shows it, and both are there."""

from __future__ import annotations

import re

import pytest
from support.references import REPOSITORY, absent
from test_docs import names, rows, sections

from templates import BLUEPRINTS

PAGE = "systems.md"
SYSTEMS = ("ec2-alb", "ec2-api", "fargate-alb", "fargate-cdn", "fargate-bluegreen")
BEYOND = "Beyond all five"
LATER = "not built yet"


def lines(section: str) -> dict[str, dict[str, str]]:
    """The lines of a section's tables, by what must hold."""
    found = rows(sections(PAGE)[section], "shown by")
    return {row.get("must hold", row.get("setting", "")): row for row in found}


def test_every_system_has_its_table() -> None:
    assert set(sections(PAGE)) == {*SYSTEMS, BEYOND}
    assert all(len(lines(each)) > 5 for each in sections(PAGE))


@pytest.mark.parametrize("section", [*SYSTEMS, BEYOND])
def test_every_line_has_a_module_and_a_test(section: str) -> None:
    for line, row in lines(section).items():
        if row["by"] == LATER:
            assert section not in BLUEPRINTS, f"{line}: {section} is there"
            continue
        assert names(row["by"]), line
        assert names(row["shown by"]), line
        assert all(each.startswith("tests/") and "::" in each for each in names(row["shown by"])), line


@pytest.mark.parametrize("section", [*SYSTEMS, BEYOND])
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
    assert blueprint in SYSTEMS or f"templates/{blueprint.replace('-', '_')}.py" in told


def test_nothing_outside_the_repository_is_named() -> None:
    page = (REPOSITORY / "docs" / PAGE).read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w`./])/(?:work|home|tmp|root)/\S*|seeds/", page)
