"""Buckets that nobody but the account gets at: private, encrypted, over TLS alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import GetAtt, Ref, Sub, s3

from nested.parts.permissions import Statement, policy

# Templates and artifacts are small: what a day has not finished is abandoned.
_DAYS_TO_FINISH_AN_UPLOAD = 1


def private(title: str, *, rules: Sequence[s3.LifecycleRule], **options: Any) -> s3.Bucket:
    """Return a versioned bucket that outlives its stack, with these lifecycle rules and one for unfinished uploads."""
    return s3.Bucket(
        title,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        **closed([*rules, _unfinished()]),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        **options,
    )


def closed(rules: Sequence[s3.LifecycleRule]) -> dict[str, Any]:
    """Return what every bucket has beside its lifecycle rules: SSE-S3, one owner of all objects, nothing public."""
    return {
        "BucketEncryption": _encryption(),
        "LifecycleConfiguration": s3.LifecycleConfiguration(Rules=list(rules)),
        "OwnershipControls": s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        "PublicAccessBlockConfiguration": s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
    }


def old_versions(days: int) -> s3.LifecycleRule:
    """Return the rule that lets a version go these days after another one took its place."""
    expiration = s3.NoncurrentVersionExpiration(NoncurrentDays=days)
    return s3.LifecycleRule(Id="ExpireOldVersions", Status="Enabled", NoncurrentVersionExpiration=expiration)


def over_tls(title: str, bucket: str, **options: Any) -> s3.BucketPolicy:
    """Return the policy that refuses whoever asks the bucket of this logical id in plain text."""
    return s3.BucketPolicy(
        title,
        # It stays as long as the bucket does.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        Bucket=Ref(bucket),
        PolicyDocument=policy(plain_text(bucket)),
        **options,
    )


def plain_text(bucket: str) -> Statement:
    """Return the statement that refuses everybody, and for everything, who does not come over TLS."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [GetAtt(bucket, "Arn"), Sub(f"${{{bucket}.Arn}}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _encryption() -> s3.BucketEncryption:
    by_default = s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    rule = s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=by_default)
    return s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule])


def _unfinished() -> s3.LifecycleRule:
    unfinished = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=_DAYS_TO_FINISH_AN_UPLOAD)
    return s3.LifecycleRule(Id="AbortUnfinishedUploads", Status="Enabled", AbortIncompleteMultipartUpload=unfinished)
