from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment
from stackwright.verify.rules.security.trust_is_scoped import GITHUB

RULE = "security/trust-is-scoped"
OWN = "123456789012"
AUDIENCE = {f"{GITHUB}:aud": "sts.amazonaws.com"}
PROVIDER = f"arn:aws:iam::{OWN}:oidc-provider/{GITHUB}"


@pytest.mark.parametrize("blueprint", ["account", "region", "ec2-alb"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_trust_whom_they_are_meant_for(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


@pytest.mark.parametrize("name", ["Service/TaskRole", "Service/ExecutionRole", "Vpc/FlowLogRole"])
def test_a_service_that_may_come_for_anybody_is_found(name: str) -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, name)["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]

    (line,) = told(RULE, seeded(seed))
    assert line == (
        f"{name} AssumeRolePolicyDocument.Statement.0.Principal.Service: "
        "the service assumes the role for whichever account tells it to"
    )


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({**AUDIENCE}, "Condition: a job of any repository on GitHub may assume the role"),
        ({f"{GITHUB}:sub": "repo:a/b:ref:refs/heads/main"}, "Condition: a token that was made for somebody else is"),
        ({**AUDIENCE, f"{GITHUB}:sub": "repo:*"}, "any repository on GitHub"),
        ({**AUDIENCE, f"{GITHUB}:sub": "repo:*/b:environment:prod"}, "any repository on GitHub"),
        ({**AUDIENCE, f"{GITHUB}:sub": "repo:a/*"}, "any repository of that owner"),
        ({**AUDIENCE, f"{GITHUB}:sub": "repo:a/*:ref:refs/heads/main"}, "any repository of that owner"),
        ({**AUDIENCE, f"{GITHUB}:sub": "repo:a/b:*"}, "any branch, and of any pull request"),
        ({**AUDIENCE, f"{GITHUB}:sub": {"Fn::Sub": "repo:${GitHubRepository}:*"}}, "any branch, and of any pull"),
    ],
)
def test_a_forges_job_that_nobody_meant_is_found(claims: dict[str, Any], problem: str) -> None:
    def seed(stacks: STACKS) -> None:
        (statement,) = resource(stacks, "DeployRole")["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        statement["Condition"] = {"StringLike": claims}

    found = told(RULE, seeded(seed, blueprint="account"))
    assert len(found) == 1
    assert found[0].startswith("DeployRole AssumeRolePolicyDocument.Statement.0.Condition")
    assert problem in found[0]


def _role(**statement: Any) -> Deployment:
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **statement}]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    provider = {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": f"https://{GITHUB}"}}
    return alone({"Role": role, "Other": {"Type": "Custom::Data"}, "Provider": provider})


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ({"Principal": "*"}, "anybody with an AWS account"),
        ({"Principal": {"AWS": ["*"]}}, "anybody with an AWS account"),
        ({"Principal": {"AWS": "arn:aws:iam::999999999999:root"}}, "everybody whom that account lets"),
        ({"Principal": {"AWS": "999999999999"}}, "everybody whom that account lets"),
        ({"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}}, "for whichever account"),
        ({"Principal": {"Service": ["ec2.amazonaws.com", "states.amazonaws.com"]}}, "for whichever account"),
        (
            {
                "Principal": {"Federated": {"Ref": "Provider"}},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": AUDIENCE},
            },
            "any repository on GitHub",
        ),
        (
            {
                "Principal": {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/gitlab.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
            },
            "any token of the identity provider",
        ),
    ],
)
def test_strangers_are_found(statement: dict[str, Any], problem: str) -> None:
    (line,) = told(RULE, _role(**statement))
    assert problem in line


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}
JOB = {"StringEquals": {**AUDIENCE, f"{GITHUB}:sub": "repo:a/b:ref:refs/heads/main"}}


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"Service": "ec2.amazonaws.com"}},
        {"Principal": {"Service": "cloudformation.amazonaws.com"}},
        {"Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Condition": {"ArnLike": {"aws:SourceArn": UNKNOWN}}},
        {"Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}},
        {"Principal": {"AWS": "arn:aws:iam::999999999999:role/deployer"}},
        {"Principal": {"AWS": "999999999999"}, "Condition": {"StringEquals": {"sts:ExternalId": "x"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Principal": "*", "Effect": "Deny"},
        {"Principal": {"AWS": UNKNOWN, "Service": UNKNOWN, "Federated": UNKNOWN}},
        {"Principal": {"Federated": UNKNOWN}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": JOB},
        {
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {**AUDIENCE, f"{GITHUB}:job_workflow_ref": "a/b/.github/workflows/c.yml@main"},
                "StringLike": {f"{GITHUB}:sub": "repo:a/b:*"},
            },
        },
        {
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {**AUDIENCE, f"{GITHUB}:sub": UNKNOWN}},
        },
        {
            "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/A:sub": "system:serviceaccount:a:b"}},
        },
        {"Principal": {"Federated": "arn:aws:iam::1:saml-provider/a"}, "Action": "sts:AssumeRoleWithSAML"},
        {"Principal": 3, "Condition": 4},
    ],
)
def test_who_is_meant_or_not_known_is_no_finding(statement: dict[str, Any]) -> None:
    assert findings(RULE, _role(**statement)) == []
