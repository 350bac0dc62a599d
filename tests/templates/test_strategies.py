"""Each strategy of each system whose rule can shift traffic: proven as prod would deploy it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from stackwright.verify.examine import examine
from templates import BLUEPRINTS

PARAMS = Path(__file__).parents[2] / "params"
SYSTEMS = ("ec2-alb", "fargate-alb", "fargate-cdn")


def accepted(blueprint: str) -> set[str]:
    """The rules of which prod accepts findings, whatever its strategy."""
    found = json.loads((PARAMS / blueprint / "accepted-risks.json").read_text())
    return {each["Rule"] for each in found if each["Environment"] == "prod"}


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY"])
@pytest.mark.parametrize("blueprint", SYSTEMS)
def test_it_is_proven(blueprint: str, strategy: str) -> None:
    made = BLUEPRINTS[blueprint]()
    file: dict[str, Any] = json.loads((PARAMS / blueprint / "prod.json").read_text())
    given = file["Parameters"] | {"DeploymentStrategy": strategy}
    graph = resolve(made.root, made.nested, given, region="us-east-1", stack_name=f"{blueprint}-prod")
    service = rendered(graph.resources["Service/Service"].properties)
    assert service["DeploymentConfiguration"]["Strategy"] == strategy
    outcomes = examine([graph], made, file["Tags"])
    assert {each.rule for each in outcomes if each.findings} <= accepted(blueprint)
    assert "availability/shift-ends-in-time" in {each.rule for each in outcomes}


def test_no_other_system_is_asked_for_one() -> None:
    asking = {name for name, make in BLUEPRINTS.items() if "DeploymentStrategy" in make().root["Parameters"]}
    assert asking - {"fleet"} == set(SYSTEMS)
