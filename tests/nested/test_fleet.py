"""Fleet: every stack gets what the fleet was given, in region order, by roles that know each other alone."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.handlers import calls

from nested import fleet, fleet_execution_role
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import fargate_alb
from templates.fleet import blueprint

PARAMETERS = json.loads(Path("params/fleet/prod.json").read_text())["Parameters"]


@cache
def deployed() -> dict[str, dict[str, Any]]:
    given = {**PARAMETERS, "FleetAccounts": "111111111111,222222222222", "FailureTolerance": "1"}
    graph = resolve(blueprint().root, {}, given, region="eu-west-1", stack_name="fleet-prod")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def role() -> dict[str, Any]:
    template = fleet_execution_role.template().to_dict()
    graph = resolve(
        template, {}, {"FleetAdministrator": "123456789012"}, region="eu-west-1", stack_name="fleet-account"
    )
    found: dict[str, Any] = rendered(graph.resources["FleetExecutionRole"].properties)
    return found


def test_every_stack_gets_every_parameter_of_the_root() -> None:
    handed = {each["ParameterKey"]: each["ParameterValue"] for each in deployed()["Fleet"]["Parameters"]}
    assert handed.keys() == fargate_alb.blueprint().root["Parameters"].keys()
    own = {key: value for key, value in PARAMETERS.items() if key in handed}
    assert own.items() <= handed.items()
    assert (handed["AvailabilityZones"], handed["PathPatterns"]) == ("", "*")


def test_regions_come_in_the_order_given_and_failures_stop_it() -> None:
    found = deployed()["Fleet"]
    assert found["OperationPreferences"] == {
        "RegionOrder": ["eu-west-1", "us-east-1"],
        "RegionConcurrencyType": "SEQUENTIAL",
        "FailureToleranceCount": "1",
        "MaxConcurrentCount": "1",
        "ConcurrencyMode": "STRICT_FAILURE_TOLERANCE",
    }
    (group,) = found["StackInstancesGroup"]
    assert group["DeploymentTargets"] == {"Accounts": ["111111111111", "222222222222"]}
    assert group["Regions"] == ["eu-west-1", "us-east-1"]


def test_permissions_are_self_managed_because_the_root_is_nested() -> None:
    found = deployed()["Fleet"]
    assert (found["PermissionModel"], found["ExecutionRoleName"]) == ("SELF_MANAGED", role()["RoleName"])
    assert found["AdministrationRoleARN"] == "${AdministrationRole.Arn}"


def test_the_administrator_may_assume_the_execution_role_and_nothing_else() -> None:
    (policy,) = deployed()["AdministrationRole"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Resource"] == f"arn:aws:iam::*:role/{role()['RoleName']}"


def test_an_account_lets_the_administrators_fleet_stacks_in_and_nobody_else() -> None:
    (statement,) = role()["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    pattern = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
    assert fnmatchcase("arn:aws:iam::123456789012:role/fleet-prod-AdministrationRole-1A2B3C", pattern)
    assert not fnmatchcase("arn:aws:iam::123456789012:role/admin", pattern)
    assert not fnmatchcase("arn:aws:iam::210987654321:role/fleet-prod-AdministrationRole-1A2B3C", pattern)


def test_it_may_do_what_the_stacks_that_it_makes_need() -> None:
    bodies = fargate_alb.blueprint().nested.values()
    needed = calls(each for body in bodies for each in body["Resources"].values())
    made = fleet_execution_role.template().to_dict()["Resources"].values()
    policies = [each["Properties"]["PolicyDocument"] for each in made if each["Type"] == "AWS::IAM::ManagedPolicy"]
    stated = [statement["Action"] for each in policies for statement in each["Statement"]]
    allowed = [action for each in stated for action in ([each] if isinstance(each, str) else each)]
    assert not [each for each in needed if not any(fnmatchcase(each, pattern) for pattern in allowed)]


def test_roles_of_the_stacks_are_in_its_reach() -> None:
    template = fleet_execution_role.template().to_dict()
    graph = resolve(
        template, {}, {"FleetAdministrator": "123456789012"}, region="eu-west-1", stack_name="fleet-account"
    )
    statements = rendered(graph.resources["StackPolicy"].properties)["PolicyDocument"]["Statement"]
    (roles,) = [each["Resource"] for each in statements if "iam:CreateRole" in each["Action"]]
    name = "arn:aws:iam::123456789012:role/StackSet-fleet-prod-47b57310-4eeb-4126-8c86-cef-TaskRole-1A2B"
    assert any(fnmatchcase(name, each) for each in roles)


@pytest.mark.parametrize("kind", ["AWS::SSM::Parameter::Value<String>", "AWS::EC2::VPC::Id"])
def test_a_parameter_of_one_region_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="belongs to one region"):
        fleet.template(root={"Parameters": {"DomainName": {"Type": kind}}})
