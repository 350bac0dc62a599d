from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/pass-role-is-limited"
TO_TASKS = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
ROLES = "arn:aws:iam::123456789012:role"


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("blueprint", ["account", "ec2-alb"])
def test_ours_pass_named_roles_to_named_services(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


def _deploy(change: dict[str, Any]) -> Deployment:
    def seed(stacks: STACKS) -> None:
        statements = resource(stacks, "DeployRole")["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        (statement,) = [each for each in statements if each["Action"] == "iam:PassRole"]
        statement.update(change)

    return seeded(seed, blueprint="account")


@pytest.mark.parametrize("arn", ["*", f"{ROLES}/*", "arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:*"])
def test_any_role_is_found(arn: str) -> None:
    (line,) = told(RULE, _deploy({"Resource": arn}))
    assert line == (
        "DeployRole Policies.0.PolicyDocument.Statement.3.Resource: "
        "iam:PassRole of any role of the account, an administrator's among them"
    )


@pytest.mark.parametrize(
    "condition",
    [{}, {"StringNotEquals": {"iam:PassedToService": "a"}}, {"StringLike": {"iam:PassedToService": "*"}}],
)
def test_any_service_is_found(condition: dict[str, Any]) -> None:
    (line,) = told(RULE, _deploy({"Condition": condition}))
    assert line == (
        "DeployRole Policies.0.PolicyDocument.Statement.3.Condition: "
        "iam:PassRole to any service, also to one that runs what its caller wrote"
    )


def test_a_pattern_of_actions_is_met_too() -> None:
    found = told(RULE, _deploy({"Action": ["iam:Pass*"], "Resource": "*", "Condition": {}}))
    assert [line.partition(": ")[2][:9] for line in found] == ["iam:Pass*", "iam:Pass*"]


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "iam:PassRole", "Resource": f"{ROLES}/shop-*", "Condition": TO_TASKS},
        {
            "Action": "iam:PassRole",
            "Resource": {"Fn::GetAtt": ["Other", "Value"]},
            "Condition": {"StringEqualsIfExists": {"iam:PassedToService": {"Fn::GetAtt": ["Other", "Value"]}}},
        },
        {"Action": "iam:PassRole", "Resource": "*", "Effect": "Deny"},
        {"Action": "iam:GetRole", "Resource": "*"},
        {"Action": {"Fn::GetAtt": ["Other", "Value"]}, "Resource": "*"},
    ],
)
def test_what_is_limited_or_not_known_is_no_finding(statement: dict[str, Any]) -> None:
    document = {"Statement": [{"Effect": "Allow", **statement}]}
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    assert findings(RULE, alone({"Policy": policy, "Other": {"Type": "Custom::Data"}})) == []
