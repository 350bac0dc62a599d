"""What CloudFormation's handlers call to make resources, as the schemas of their types say."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

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


def calls(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the actions that whoever makes these resources has to be allowed."""
    called = {action for kind in {each["Type"] for each in resources} for action in _permissions(kind)}
    needed = {ALLOWED_AS.get(each, each) for each in called}
    return sorted(each for each in needed if not any(fnmatchcase(each, pattern) for pattern in UNUSED.split()))


@cache
def _permissions(kind: str) -> frozenset[str]:
    found = importlib.util.find_spec("cfnlint")
    assert found and found.origin
    schemas = Path(found.origin).parent / "data" / "schemas"
    files = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    handlers = json.loads((schemas / "resources" / f"{files[kind]}.json").read_text()).get("handlers", {})
    used = [each for name, each in handlers.items() if name != "list"]
    return frozenset(action for each in used for action in each.get("permissions", []))
