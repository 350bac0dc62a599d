"""Artifact bucket: where templates are published to, by content, before CloudFormation reads them."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, s3

from nested import inputs
from nested.parts.permissions import policy
from nested.parts.shared_parameters import ARTIFACT_BUCKET, shared
from nested.shape import gives

# Published files are named by their content and never change: an old version is something deleted by mistake.
_DAYS_TO_UNDO = 30
_DAYS_TO_FINISH_AN_UPLOAD = 1


def template() -> Template:
    """Emit the bucket's stack. Gives ArtifactBucketName, and writes it to an SSM parameter."""
    t = Template(Description="Bucket of published templates")
    bucket = t.add_resource(_bucket())
    t.add_resource(_bucket_policy())
    t.add_resource(shared("ArtifactBucketParameter", ARTIFACT_BUCKET, Ref(bucket)))
    gives(t, {inputs.ARTIFACT_BUCKET_NAME: Ref(bucket)})
    return t


def _bucket() -> s3.Bucket:
    return s3.Bucket(
        "ArtifactBucket",
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        BucketEncryption=_encryption(),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=_lifecycle_rules()),
        OwnershipControls=s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
    )


def _encryption() -> s3.BucketEncryption:
    by_default = s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    rule = s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=by_default)
    return s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule])


def _lifecycle_rules() -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(
            Id="ExpireOldVersions",
            Status="Enabled",
            NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=_DAYS_TO_UNDO),
        ),
        s3.LifecycleRule(
            Id="AbortUnfinishedUploads",
            Status="Enabled",
            AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(
                DaysAfterInitiation=_DAYS_TO_FINISH_AN_UPLOAD
            ),
        ),
    ]


def _bucket_policy() -> s3.BucketPolicy:
    plain_text: dict[str, Any] = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [GetAtt("ArtifactBucket", "Arn"), Sub("${ArtifactBucket.Arn}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return s3.BucketPolicy(
        "ArtifactBucketPolicy",
        # It stays as long as the bucket does.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        Bucket=Ref("ArtifactBucket"),
        PolicyDocument=policy(plain_text),
    )
