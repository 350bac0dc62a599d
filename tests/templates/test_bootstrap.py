"""The bootstrap blueprints: one template each, passed as text, complete before anything else is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stackwright.resolve.nested import resolve
from stackwright.wiring.text import as_text
from templates import account, region

BLUEPRINTS = {"account": account.blueprint(), "region": region.blueprint()}
PAIRS = [(name, environment) for name in BLUEPRINTS for environment in ("dev", "prod")]

# "CloudFormation quotas", AWS CloudFormation User Guide: a template that is passed as text.
BYTES_AS_TEXT = 51_200


def given(name: str, environment: str) -> dict[str, Any]:
    file = Path(__file__).parents[2] / "params" / name / f"{environment}.json"
    found: dict[str, Any] = json.loads(file.read_text())
    return found


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_it_is_one_template_that_goes_as_text(name: str) -> None:
    assert BLUEPRINTS[name].flat
    assert len(as_text(BLUEPRINTS[name].root).encode()) <= BYTES_AS_TEXT


@pytest.mark.parametrize(("name", "environment"), PAIRS)
def test_its_environments_resolve(name: str, environment: str) -> None:
    values = given(name, environment)["Parameters"]
    graph = resolve(BLUEPRINTS[name].root, {}, values, region="eu-west-1", stack_name=f"{name}-{environment}")
    assert graph.resources


@pytest.mark.parametrize(("name", "environment"), PAIRS)
def test_its_tags_name_project_environment_and_blueprint(name: str, environment: str) -> None:
    tags = given(name, environment)["Tags"]
    assert tags == {"Project": "high-availability-app", "Environment": environment, "Blueprint": name}


def test_the_account_says_where_to_delegate_and_what_to_deploy_with() -> None:
    outputs = BLUEPRINTS["account"].root["Outputs"]
    assert set(outputs) == {"ZoneId", "NameServers", "DeployRoleArn", "ExecutionRoleArn"}


def test_what_other_stacks_look_for_is_written() -> None:
    written = {
        each["Properties"]["Name"]
        for blueprint in BLUEPRINTS.values()
        for each in blueprint.root["Resources"].values()
        if each["Type"] == "AWS::SSM::Parameter" and "Condition" not in each
    }
    assert written == {
        "/stackwright/artifact-bucket",
        "/stackwright/deploy-role-arn",
        "/stackwright/execution-role-arn",
        "/stackwright/hosted-zone-id",
    }


def test_the_delivery_roles_do_not_reach_the_bootstrap_stacks() -> None:
    for pattern in account.STACKS:
        assert not any(name.startswith(pattern.rstrip("*")) for name in BLUEPRINTS)
        assert not pattern.startswith("*")
