"""What a bucket, queue, topic, key or registry admits by its policy is somebody who is meant; buckets over TLS only.

Policies of VPC endpoints and of APIs are left out: those limit what others allow, and these are open by purpose.
Another account that is named is a decision; nobody makes one by leaving a name out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, rendered
from stackwright.verify.deployment import Deployment
from stackwright.verify.policies import RESOURCE_POLICIES, Statement, of_resources
from stackwright.verify.rule import Finding, Rule

BUCKET, BUCKET_POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
_OPEN_BY_PURPOSE = ("AWS::EC2::VPCEndpoint", "AWS::ApiGateway::RestApi")
# Keys that say who asks, or from where.
_CALLERS = ("aws:principal", "aws:source", "kms:calleraccount", "s3:dataaccesspoint", "elasticfilesystem:access")
# "Working with Amazon EFS mount targets": only what stands in the network reaches one.
_BY_NETWORK = "elasticfilesystem:accessedviamounttarget"
_EVERYWHERE = ("0.0.0.0/0", "::/0")

# Services that say on whose behalf they write, as the example policies of their guides have it: log delivery, S3's
# server access logs, CloudTrail, Config, CloudFront, S3's and SNS's notifications, CloudWatch's alarms.
SAY_THE_SOURCE = ("delivery.logs", "logging.s3", "cloudtrail", "config", "cloudfront", "s3", "sns", "cloudwatch")
_TAKE_FROM_SERVICES = (BUCKET_POLICY, "AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy", "AWS::SNS::TopicPolicy")
# "Enable access logs for your Application Load Balancer": no condition, the account stands in the path.
_LOAD_BALANCERS = "logdelivery.elasticloadbalancing.amazonaws.com"
_ACCOUNTS_FOLDER = re.compile(r"/AWSLogs/(\d{12}|\$\{[^}]*\})/")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield statements that admit anybody, or a service for anybody, and buckets that answer without TLS."""
    statements = [each for each in of_resources(deployment) if each.resource.type not in _OPEN_BY_PURPOSE]
    for statement in statements:
        if statement.allows and not _limited(statement):
            yield from _anybody(statement)
            yield from _services(statement)
    over_tls = [each.resource for each in statements if _refuses_plain_text(each)]
    for bucket in deployment.of(BUCKET):
        if not any(_is_for(deployment, each, bucket) for each in over_tls):
            problem = "it answers without TLS, and anybody on the way can read along"
            mend = "deny s3:* to everybody in its policy where aws:SecureTransport is false"
            yield Finding(bucket.path, "", None, problem, mend)


def _limited(statement: Statement) -> bool:
    return any(
        (each.limits and each.key.startswith(_CALLERS) and not set(map(str, each.values)) & set(_EVERYWHERE))
        or each.key == _BY_NETWORK
        for each in statement.conditions
    )


def _anybody(statement: Statement) -> Iterator[Finding]:
    if "*" in statement.principals("AWS") or "NotPrincipal" in statement.content:
        name = "NotPrincipal" if "NotPrincipal" in statement.content else "Principal"
        mend = "name who is meant, or add a condition such as aws:PrincipalOrgID or aws:SourceArn"
        problem = "admits anybody, with an AWS account or without"
        yield Finding(statement.resource.path, f"{statement.path}.{name}", "*", problem, mend)


def _services(statement: Statement) -> Iterator[Finding]:
    if statement.resource.type not in _TAKE_FROM_SERVICES:
        return
    for each in statement.principals("Service"):
        place = f"{statement.path}.Principal.Service"
        if isinstance(each, str) and each.removesuffix(".amazonaws.com") in SAY_THE_SOURCE:
            problem = "the service writes here for whichever account tells it to"
            mend = "add the condition StringEquals aws:SourceAccount with AWS::AccountId"
            yield Finding(statement.resource.path, place, each, problem, mend)
        elif each == _LOAD_BALANCERS and not all(map(_of_one_account, statement.resources)):
            problem = "load balancers of other accounts may write their logs here"
            mend = "end Resource in /AWSLogs/${AWS::AccountId}/*"
            yield Finding(statement.resource.path, place, each, problem, mend)


def _of_one_account(arn: Value) -> bool:
    text = str(rendered(arn))
    return bool(_ACCOUNTS_FOLDER.search(text)) or not text.endswith("*")


def _refuses_plain_text(statement: Statement) -> bool:
    return statement.content.get("Effect") == "Deny" and any(
        each.key == "aws:securetransport" and each.operator == "Bool" and str(each.values[0]).lower() == "false"
        for each in statement.conditions
        if each.values
    )


def _is_for(deployment: Deployment, policy: Resource, bucket: Resource) -> bool:
    if policy.type != BUCKET_POLICY:
        return False
    named = policy.properties.get("Bucket")
    return deployment.graph.target(named) == bucket or (
        isinstance(named, str) and named == bucket.properties.get("BucketName")
    )


RULE = Rule(
    claim="Buckets, queues, topics, keys and registries admit only who is meant, and buckets only over TLS.",
    why="A policy without a name in it is an open door, and the account behind it pays and answers for what comes in.",
    source="Policies and permissions in IAM (IAM User Guide), Security best practices for Amazon S3 (S3 User Guide)",
    about=(BUCKET, *(each for each in RESOURCE_POLICIES if each not in _OPEN_BY_PURPOSE)),
    check=check,
)
