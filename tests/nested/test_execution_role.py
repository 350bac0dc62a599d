"""The execution role may do what the stacks' resources need, and what they do not need it may not."""

from __future__ import annotations

import importlib.util
import json
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nested import execution_role, rotation
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import ec2_alb, ec2_api, fargate_alb, fargate_bluegreen, fargate_cdn

TEMPLATE = execution_role.template(stacks=("ec2-alb-*", "fargate-*")).to_dict()

# "IAM and AWS STS quotas", IAM User Guide.
POLICY_CHARACTERS = 6144
POLICIES_OF_A_ROLE = 10

# What handlers may call for properties that no stack sets, or only look for.
UNUSED = """
    acm-pca:* billing:* cognito-idp:* firehose:* kms:*Grant kms:DisableKey kms:EnableKey kms:Encrypt lambda:*
    managed-fleets:* s3tables:* vpc-lattice:* vpce:* ssm:Get*
    autoscaling:AttachLoadBalancers autoscaling:DetachLoadBalancers autoscaling:*NotificationConfiguration
    ec2:AcceptAddressTransfer ec2:AllocateIpamPoolCidr ec2:AssignPrivateNatGatewayAddress ec2:*VpnGateway
    ec2:CreateVpcEncryptionControl ec2:Get* ec2:ModifyVpcTenancy ec2:UnassignPrivateNatGatewayAddress
    ecr:*RepositoryPolicy ecs:PutAccountSetting* elasticloadbalancing:ModifyCapacityReservation
    elasticloadbalancing:ModifyIpPools iam:*PermissionsBoundary logs:*KmsKey logs:*IndexPolicy logs:DeleteResourcePolicy
    logs:PutBearerTokenAuthentication logs:PutDataProtectionPolicy logs:DeleteDataProtectionPolicy
    logs:PutLogGroupDeletionProtection s3:CreateBucketMetadataTableConfiguration s3:DeleteBucketAnalyticsConfiguration
    s3:DeleteBucketCors s3:DeleteBucketEncryption s3:DeleteBucketLifecycle s3:*MetadataTableConfiguration
    s3:DeleteBucketMetricsConfiguration s3:DeleteBucketReplication s3:DeleteBucketWebsite s3:DeleteObject
    s3:PutAccelerateConfiguration s3:PutAnalyticsConfiguration s3:PutBucketAbac s3:PutBucketCORS
    s3:PutBucketNotification s3:PutBucketObjectLockConfiguration s3:PutBucketReplication s3:PutBucketWebsite
    s3:PutIntelligentTieringConfiguration s3:PutInventoryConfiguration s3:PutMetricsConfiguration s3:PutObject*
    apigateway:UpdateRestApiPolicy iam:*OpenIDConnectProvider*
    s3:PutReplicationConfiguration s3:REST.PUT.OBJECT s3:UpdateBucketMetadata* sns:PutDataProtectionPolicy
    kms:Decrypt kms:GenerateDataKey s3:GetObjectVersion route53-recovery-control-config:DescribeRoutingControl
    amplify:* apigateway:SetWebACL apprunner:* appsync:* bedrock-agentcore:* ec2:*VerifiedAccessInstance* payments:*
    elasticloadbalancing:*WebACLAssociation elasticloadbalancing:GetLoadBalancerWebACL iam:DescribeOrganization
    wafv2:*PermissionPolicy
    codedeploy:*Revision codedeploy:CreateDeployment codedeploy:GetDeployment codedeploy:GetDeploymentConfig
    codedeploy:RegisterOnPremisesInstance codedeploy:StopDeployment
    cloudfront:*ConnectionGroup cloudfront:UpdateDistributionWithStagingConfig secretsmanager:*Region* sts:AssumeRole
"""

# What a call with tags is allowed by ("Actions, resources, and condition keys for Amazon CloudFront").
ALLOWED_AS = {"cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution"}


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
def stack_resources() -> list[dict[str, Any]]:
    cdns = [fargate_cdn.blueprint(), fargate_cdn.blueprint(entrance="prefix-list")]
    alb = [ec2_alb.blueprint(), ec2_alb.blueprint(routing="failover"), fargate_alb.blueprint()]
    made = [*alb, ec2_api.blueprint(), *cdns, fargate_bluegreen.blueprint()]
    return [each for one in made for body in one.nested.values() for each in body["Resources"].values()]


def handlers_call() -> set[str]:
    called = {action for kind in {each["Type"] for each in stack_resources()} for action in _permissions(kind)}
    return {ALLOWED_AS.get(each, each) for each in called}


def _permissions(kind: str) -> set[str]:
    found = importlib.util.find_spec("cfnlint")
    assert found and found.origin
    schemas = Path(found.origin).parent / "data" / "schemas"
    files = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    handlers = json.loads((schemas / "resources" / f"{files[kind]}.json").read_text()).get("handlers", {})
    used = [each for name, each in handlers.items() if name != "list"]
    return {action for each in used for action in each.get("permissions", [])}


def test_every_call_of_the_stacks_resource_types_is_allowed() -> None:
    unused = [each for each in handlers_call() if any(fnmatchcase(each, pattern) for pattern in UNUSED.split())]
    missing = [each for each in handlers_call() - set(unused) if not those_that_allow(each)]
    assert not sorted(missing)


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


def test_stacks_can_still_be_deleted_when_the_roles_stack_is_gone() -> None:
    for title, resource in TEMPLATE["Resources"].items():
        if not title.endswith("Parameter"):
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate"


def _listed(resources: Any) -> list[str]:
    return [resources] if isinstance(resources, str) else list(resources)
