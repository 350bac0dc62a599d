"""The deploy role: one repository's, one branch's or environment's, and no permission on any resource."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nested import deploy_role
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

TEMPLATE = deploy_role.template(stacks=("ec2-alb-*", "fargate-*")).to_dict()
EXECUTION_ROLE = "arn:aws:iam::123456789012:role/account-prod-ExecutionRole-1"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
CHANGES = {"ContinueUpdateRollback", "CreateChangeSet", "CreateStack", "DeleteStack", "RollbackStack", "UpdateStack"}


def resources(**parameters: str) -> dict[str, Any]:
    given = {"GitHubRepository": "octo-org/octo-app", "ExecutionRoleArn": EXECUTION_ROLE} | parameters
    graph = resolve(TEMPLATE, {}, given, region="us-east-1", stack_name="account-prod")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def trust(**parameters: str) -> dict[str, Any]:
    (statement,) = resources(**parameters)["DeployRole"]["AssumeRolePolicyDocument"]["Statement"]
    found: dict[str, Any] = statement
    return found


def statements() -> list[dict[str, Any]]:
    policies = resources()["DeployRole"]["Policies"]
    return [statement for each in policies for statement in each["PolicyDocument"]["Statement"]]


def actions(statement: dict[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else list(action)


@pytest.mark.parametrize(
    ("parameters", "subject"),
    [
        ({}, "repo:octo-org/octo-app:ref:refs/heads/main"),
        ({"GitHubBranch": "release/1"}, "repo:octo-org/octo-app:ref:refs/heads/release/1"),
        ({"GitHubEnvironment": "prod"}, "repo:octo-org/octo-app:environment:prod"),
        ({"GitHubRepository": "octo-1/app-2"}, "repo:octo-1/app-2:ref:refs/heads/main"),
    ],
)
def test_only_one_subject_may_assume_it(parameters: dict[str, str], subject: str) -> None:
    assert trust(**parameters)["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": subject,
        }
    }


def test_the_provider_is_created_where_there_is_none_and_stays() -> None:
    assert trust()["Principal"] == {"Federated": "${IdentityProvider.Ref}"}
    provider = TEMPLATE["Resources"]["IdentityProvider"]
    assert provider["DeletionPolicy"] == "RetainExceptOnCreate"
    assert provider["Properties"]["Url"] == "https://token.actions.githubusercontent.com"


def test_a_provider_there_is_already_is_used() -> None:
    assert trust(GitHubProviderArn=PROVIDER)["Principal"] == {"Federated": PROVIDER}
    assert "IdentityProvider" not in resources(GitHubProviderArn=PROVIDER)


def test_no_name_admits_a_wildcard() -> None:
    for name, wide in (("GitHubRepository", "octo/*"), ("GitHubBranch", "*"), ("GitHubEnvironment", "pro?")):
        assert not re.search(TEMPLATE["Parameters"][name]["AllowedPattern"], wide)


def test_it_touches_no_service_but_those_of_a_delivery() -> None:
    services = {action.split(":")[0] for each in statements() for action in actions(each)}
    assert services == {
        *("cloudformation", "codedeploy", "ecr", "ecs", "elasticloadbalancing", "iam", "s3", "ssm"),
    }


def test_of_services_and_rules_it_reads_where_the_traffic_is_and_nothing_more() -> None:
    found = {action for each in statements() for action in actions(each)}
    looked = {each for each in found if each.startswith(("ecs:", "elasticloadbalancing:"))}
    assert looked == {
        *("ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks", "ecs:ListTasks"),
        "elasticloadbalancing:DescribeRules",
    }


def test_it_releases_by_codedeploy_to_groups_of_the_stacks_only() -> None:
    (shipping,) = [each for each in statements() if "codedeploy:CreateDeployment" in actions(each)]
    assert shipping["Resource"] == [
        "arn:aws:codedeploy:*:123456789012:*:fargate-bluegreen-*",
        "arn:aws:codedeploy:*:123456789012:deploymentconfig:CodeDeployDefault.*",
    ]


def test_it_changes_stacks_only_with_the_execution_role_and_only_this_librarys() -> None:
    for each in statements():
        if CHANGES & {action.removeprefix("cloudformation:") for action in actions(each)}:
            assert each["Condition"] == {"StringEquals": {"cloudformation:RoleArn": EXECUTION_ROLE}}
            assert each["Resource"] == [
                "arn:aws:cloudformation:*:123456789012:stack/ec2-alb-*/*",
                "arn:aws:cloudformation:*:123456789012:stack/fargate-*/*",
            ]
            return
    raise AssertionError("no statement changes stacks")


def test_it_cannot_lift_protection_or_change_its_own_stack() -> None:
    allowed = [action for each in statements() for action in actions(each)]
    assert not [each for each in allowed if "Termination" in each or each.endswith(":*")]
    stacks = [arn for each in statements() for arn in each["Resource"] if "stack/" in arn]
    assert not [arn for arn in stacks if "/account" in arn or "stack/*" in arn]


def test_it_passes_the_execution_role_to_cloudformation_and_nothing_else() -> None:
    (passing,) = [each for each in statements() if "iam:PassRole" in actions(each)]
    assert passing["Resource"] == EXECUTION_ROLE
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}


def test_it_reads_this_librarys_parameters_and_aws_own() -> None:
    (reading,) = [each for each in statements() if "ssm:GetParameters" in actions(each)]
    assert reading["Resource"] == [
        "arn:aws:ssm:*:123456789012:parameter/stackwright/*",
        "arn:aws:ssm:*::parameter/aws/service/*",
    ]


def test_it_publishes_to_this_accounts_bucket_only() -> None:
    writing = [each for each in statements() if "s3:PutObject" in actions(each)]
    assert [each["Condition"] for each in writing] == [{"StringEquals": {"aws:ResourceAccount": "123456789012"}}]


def test_it_pushes_images_to_the_stacks_registries_only() -> None:
    (pushing,) = [each for each in statements() if "ecr:PutImage" in actions(each)]
    assert pushing["Resource"] == [
        "arn:aws:ecr:*:123456789012:repository/ec2-alb-*",
        "arn:aws:ecr:*:123456789012:repository/fargate-*",
    ]
