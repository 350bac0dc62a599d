"""Access logs: their bucket, and the policy that admits the service which delivers them."""

from __future__ import annotations

from troposphere import Ref, Sub, Template, s3

from nested import inputs
from nested.parts import buckets
from nested.parts.permissions import Statement, allow, policy

# What an interrupted delivery left behind; a log file is small and arrives in minutes.
_UNFINISHED_UPLOAD_DAYS = 1


def add_to(t: Template, *, admits: Statement | None = None) -> None:
    """Add the bucket AccessLogs and its AccessLogsPolicy; the template needs AccessLogsRetentionDays.

    `admits` lets another service write than load balancers' log delivery. Whoever turns the logs on depends on
    AccessLogsPolicy: the load balancer tries to write when it is told to.
    """
    t.add_resource([_bucket(), _bucket_policy(admits or _admit_load_balancers())])


def log_delivery() -> Statement:
    """Return what admits the deliveries of CloudWatch Logs, by which CloudFront logs.

    Source: "Logs sent to Amazon S3" for services with V2 permissions, Amazon CloudWatch Logs User Guide.
    """
    source = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:delivery-source:*")
    own = {"aws:SourceAccount": Ref("AWS::AccountId"), "s3:x-amz-acl": "bucket-owner-full-control"}
    when = {"StringEquals": own, "ArnLike": {"aws:SourceArn": source}}
    return {"Principal": {"Service": "delivery.logs.amazonaws.com"}} | allow("s3:PutObject", _files(), when=when)


def _bucket() -> s3.Bucket:
    # Retained even when the creation of the stack fails: the load balancer has written its test file by then, and a
    # bucket that is not empty would stop the rollback half way. Its name is free, so that it is in nobody's way. SSE-S3
    # is the one form of encryption that log delivery supports ("Enable access logs for your Application Load
    # Balancer", Elastic Load Balancing User Guide).
    return s3.Bucket(
        "AccessLogs", DeletionPolicy="Retain", UpdateReplacePolicy="Retain", **buckets.closed([_expiration()])
    )


def _expiration() -> s3.LifecycleRule:
    unfinished = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=_UNFINISHED_UPLOAD_DAYS)
    days = Ref(inputs.ACCESS_LOGS_RETENTION_DAYS.name)
    return s3.LifecycleRule(
        Id="Expire", Status="Enabled", ExpirationInDays=days, AbortIncompleteMultipartUpload=unfinished
    )


def _bucket_policy(admits: Statement) -> s3.BucketPolicy:
    document = policy(admits, buckets.plain_text("AccessLogs"))
    return s3.BucketPolicy("AccessLogsPolicy", Bucket=Ref("AccessLogs"), PolicyDocument=document)


def _admit_load_balancers() -> Statement:
    # One principal for every region; the account ids of the older regions are its predecessors. The account in the
    # path keeps other accounts' load balancers out; conditions on the source are not in the page's policy, and one
    # that delivery did not meet would fail the load balancer with "Access Denied for bucket" (same page).
    return allow("s3:PutObject", _files()) | {
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    }


def _files() -> Sub:
    return Sub("${AccessLogs.Arn}/AWSLogs/${AWS::AccountId}/*")
