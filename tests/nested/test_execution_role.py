"""The execution role may do what the stacks' resources need, and what they do not need it may not."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
from support.handlers import calls

from nested import execution_role, rotation
from stackwright.compose import Blueprint
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import ec2_alb, ec2_api, fargate_alb, fargate_bluegreen, fargate_cdn

TEMPLATE = execution_role.template(stacks=("ec2-alb-*", "fargate-*")).to_dict()

# "IAM and AWS STS quotas", IAM User Guide.
POLICY_CHARACTERS = 6144
POLICIES_OF_A_ROLE = 10


@cache
def resources() -> dict[str, Any]:
    graph = resolve(TEMPLATE, {}, {"ZoneId": "Z0123"}, region="us-east-1", stack_name="account-prod")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def policies() -> dict[str, dict[str, Any]]:
    return {path: each["PolicyDocument"] for path, each in resources().items() if path.endswith("Policy")}


def statements() -> list[dict[str, Any]]:
    return [statement for each in policies().values() for statement in each["Statement"]]


def actions(statement: dict[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else list(action)


def those_that_allow(action: str) -> list[dict[str, Any]]:
    return [each for each in statements() if any(fnmatchcase(action, pattern) for pattern in actions(each))]


@cache
def blueprints() -> list[Blueprint]:
    cdns = [fargate_cdn.blueprint(), fargate_cdn.blueprint(entrance="prefix-list")]
    alb = [ec2_alb.blueprint(), ec2_alb.blueprint(routing="failover"), fargate_alb.blueprint()]
    return [*alb, ec2_api.blueprint(), *cdns, fargate_bluegreen.blueprint()]


@cache
def stack_resources() -> list[dict[str, Any]]:
    return [each for one in blueprints() for body in one.nested.values() for each in body["Resources"].values()]


def test_every_call_of_the_stacks_resource_types_is_allowed() -> None:
    assert not [each for each in calls(stack_resources()) if not those_that_allow(each)]


def test_log_groups_that_the_stacks_name_are_in_reach() -> None:
    (statement,) = those_that_allow("logs:CreateLogGroup")
    groups = [each["Properties"] for each in stack_resources() if each["Type"] == "AWS::Logs::LogGroup"]
    for name in (each["LogGroupName"]["Fn::Sub"] for each in groups if "LogGroupName" in each):
        real = name.replace("${AWS::StackName}", "ec2-alb-dev-Cluster-1")
        arn = f"arn:aws:logs:eu-west-1:123456789012:log-group:{real}:*"
        assert any(fnmatchcase(arn, pattern) for pattern in statement["Resource"])


def test_cloudformation_assumes_it_without_a_condition_that_it_might_not_meet() -> None:
    (statement,) = resources()["ExecutionRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    assert "Condition" not in statement


def test_a_bucket_is_created_before_it_belongs_to_an_account() -> None:
    (statement,) = those_that_allow("s3:CreateBucket")
    assert "Condition" not in statement
    assert all(arn.startswith(("arn:aws:s3:::ec2-alb-", "arn:aws:s3:::fargate-")) for arn in statement["Resource"])


def test_nothing_is_allowed_twice() -> None:
    told = [(action, arn) for each in statements() for action in actions(each) for arn in _listed(each["Resource"])]
    assert not {each for each in told if told.count(each) > 1}


def test_no_action_is_a_whole_service() -> None:
    assert not [action for each in statements() for action in actions(each) if action.endswith((":*", "*:*"))]


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"])
def test_it_manages_only_roles_that_are_named_after_the_stacks(action: str) -> None:
    (statement,) = those_that_allow(action)
    assert all("/ec2-alb-*" in arn or "/fargate-*" in arn for arn in statement["Resource"])


@pytest.mark.parametrize("own", ["account-prod-ExecutionRole-1", "account-prod-DeployRole-1"])
def test_it_cannot_widen_itself(own: str) -> None:
    arn = f"arn:aws:iam::123456789012:role/{own}"
    changing = [each for each in statements() if any(action.startswith("iam:") for action in actions(each))]
    assert not [each for each in changing for pattern in _listed(each["Resource"]) if fnmatchcase(arn, pattern)]


def test_it_attaches_named_aws_policies_only() -> None:
    (statement,) = those_that_allow("iam:AttachRolePolicy")
    attached = statement["Condition"]["ArnEquals"]["iam:PolicyARN"]
    assert not [arn for arn in attached if "*" in arn or "Administrator" in arn or "FullAccess" in arn]


def test_what_the_stacks_attach_is_among_them() -> None:
    (statement,) = those_that_allow("iam:AttachRolePolicy")
    attached = statement["Condition"]["ArnEquals"]["iam:PolicyARN"]
    roles = [each["Properties"] for each in stack_resources() if each["Type"] == "AWS::IAM::Role"]
    for arn in (arn["Fn::Sub"] for role in roles for arn in role.get("ManagedPolicyArns", [])):
        assert arn.replace("${AWS::Partition}", "aws") in attached


def test_it_passes_roles_to_the_stacks_services_only() -> None:
    (statement,) = those_that_allow("iam:PassRole")
    assert "iam:PassedToService" in statement["Condition"]["StringEquals"]
    assert all("*" not in each for each in statement["Condition"]["StringEquals"]["iam:PassedToService"])


def test_records_are_changed_in_the_accounts_zone_only() -> None:
    (statement,) = those_that_allow("route53:ChangeResourceRecordSets")
    assert statement["Resource"] == "arn:aws:route53:::hostedzone/Z0123"


def test_policies_fit_iams_limits() -> None:
    assert len(policies()) <= POLICIES_OF_A_ROLE
    sizes = {name: len(json.dumps(each, separators=(",", ":"))) for name, each in policies().items()}
    assert not {name: size for name, size in sizes.items() if size > POLICY_CHARACTERS}


def test_state_machines_are_named_after_their_logical_id() -> None:
    (statement,) = those_that_allow("states:CreateStateMachine")
    arn = f"arn:aws:states:eu-west-1:123456789012:stateMachine:{rotation.MACHINE}-1A2B3C"
    assert any(fnmatchcase(arn, pattern) for pattern in _listed(statement["Resource"]))


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("wafv2:CreateWebACL", "wafv2:eu-west-1:123456789012:regional/webacl/WebAcl-RoaD4QexqSxG/a1b2c3d4"),
        ("cloudwatch:PutDashboard", "cloudwatch::123456789012:dashboard/Dashboard-RoaD4QexqSxG"),
        ("budgets:ModifyBudget", "budgets::123456789012:budget/Budget-RoaD4QexqSxG"),
        ("events:CreateConnection", "events:eu-west-1:123456789012:connection/SlackConnection-RoaD4QexqSxG/a1b2"),
        ("events:CreateApiDestination", "events:eu-west-1:123456789012:api-destination/SlackDestination-RoaD4QexqSxG"),
    ],
)
def test_what_may_be_named_without_its_stack_is_in_reach_and_so_is_what_is_named_with_it(action: str, arn: str) -> None:
    (statement,) = those_that_allow(action)
    title = re.findall(r"/(\w+)-RoaD", arn)[0]

    def in_reach(named: str) -> bool:
        real = "arn:aws:" + arn.replace(f"/{title}-", f"/{named}-")
        return any(fnmatchcase(real, pattern) for pattern in _listed(statement["Resource"]))

    assert in_reach(title) and in_reach(f"ec2-alb-dev-Nested-1A2B-{title}")
    assert not in_reach(f"another-{title}")


# "Configure logging for HTTP APIs", Amazon API Gateway Developer Guide; the type's handlers name none of them.
@pytest.mark.parametrize("action", ["Create", "Delete", "Get", "Update"])
def test_an_http_api_may_log(action: str) -> None:
    assert those_that_allow(f"logs:{action}LogDelivery")
    assert those_that_allow("logs:ListLogDeliveries") and those_that_allow("logs:PutResourcePolicy")


def test_what_is_named_without_its_stack_has_the_logical_id_that_is_allowed() -> None:
    titles = {title for one in blueprints() for body in one.nested.values() for title in body["Resources"]}
    assert {"WebAcl", "Dashboard", "Budget", "SlackConnection", "SlackDestination", rotation.MACHINE} <= titles


def test_stacks_can_still_be_deleted_when_the_roles_stack_is_gone() -> None:
    for title, resource in TEMPLATE["Resources"].items():
        if not title.endswith("Parameter"):
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate"


def _listed(resources: Any) -> list[str]:
    return [resources] if isinstance(resources, str) else list(resources)
