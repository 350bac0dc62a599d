"""Every line of a published system has a module that does it and a test that shows it, and both are there."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from support.references import REPOSITORY, absent
from test_docs import names, rows, sections

from templates import BLUEPRINTS

PAGE = "systems.md"
BEYOND = "Beyond all five"
PARTS = {
    "ec2-alb": {
        **{"network": 2, "registry": 3, "cluster": 4, "service": 3, "load balancer": 4, "DNS and TLS": 3},
        **{"security groups": 3, "logs": 1, "tags": 1, "delivery": 5},
    },
    "ec2-api": {
        **{"network": 1, "entry": 4, "load balancer": 2, "compute": 3, "service": 2, "scaling": 1, "CI access": 3},
        **{"delivery": 2, "outputs": 1},
    },
    "fargate-alb": {"network": 1, "service": 2, "scaling": 3, "logs": 1, "delivery": 3},
    "fargate-cdn": {
        **{"edge": 3, "service": 3, "encryption": 2, "pipeline": 5, "observability": 4, "logs and cost": 2},
        **{"cleanup": 1, "considerations": 7},
    },
    "fargate-bluegreen": {
        **{"inputs": 2, "resources": 1, "deployment": 3, "trigger": 1, "notification": 1, "stack updates": 2},
    },
    BEYOND: {
        **{"proof": 1, "rehearsal": 1, "one artifact": 1, "review": 1, "failure": 1, "deletion": 1, "cost": 1},
        **{"diagrams": 1, "strategies": 3, "notifications": 1, "fleets": 1},
    },
}
"""The parts of the documents, with the lines that each has: one that is deleted, or never came, is missed."""
SETTINGS = (
    *("NAT gateways", "tagged images kept", "instances", "target of the capacity provider"),
    *("protection from scale-in, of group and provider alike", "placement of tasks"),
    *("deletion protection of the load balancer", "hosted zone"),
)
LATER = {"cost": "not built yet", "diagrams": "not built yet"}


def lines(section: str) -> dict[str, dict[str, str]]:
    """The lines of a section's tables, by what must hold."""
    found = rows(sections(PAGE)[section], "shown by")
    return {row.get("must hold", row.get("setting", "")): row for row in found}


def test_every_part_has_all_its_lines() -> None:
    told = {section: Counter(row["part"] for row in lines(section).values() if "part" in row) for section in PARTS}
    assert told == PARTS
    assert sections(PAGE).keys() == PARTS.keys()


def test_cost_and_diagrams_alone_are_not_built_yet() -> None:
    without = {row["part"]: row["by"] for row in lines(BEYOND).values() if not names(row["by"])}
    assert without == LATER


@pytest.mark.parametrize("section", PARTS)
def test_every_line_has_a_module_and_a_test(section: str) -> None:
    for line, row in lines(section).items():
        if section == BEYOND and row["part"] in LATER:
            continue
        assert names(row["by"]), line
        assert names(row["shown by"]), line
        assert all(each.startswith("tests/") and "::" in each for each in names(row["shown by"])), line


@pytest.mark.parametrize("section", PARTS)
def test_modules_and_tests_are_there(section: str) -> None:
    told = [each for row in lines(section).values() for cell in ("by", "shown by") for each in names(row[cell])]
    assert absent(told) == []


def test_settings_of_the_environments_have_both_sides() -> None:
    settings = rows(sections(PAGE)["ec2-alb"], "setting")
    assert tuple(row["setting"] for row in settings) == SETTINGS
    assert all(row["dev"] and row["prod"] and row["dev"] != row["prod"] for row in settings)


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_every_blueprint_is_on_the_page(blueprint: str) -> None:
    told = {each for section in sections(PAGE) for row in lines(section).values() for each in names(row["by"])}
    assert blueprint in PARTS or f"templates/{blueprint.replace('-', '_')}.py" in told


def test_nothing_outside_the_repository_is_named() -> None:
    page = (REPOSITORY / "docs" / PAGE).read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w`./])/(?:work|home|tmp|root)/\S*|seeds/", page)
