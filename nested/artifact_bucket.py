"""Artifact bucket: where templates are published to, by content, before CloudFormation reads them.

On request what is published here is copied to the bucket of another region, so that it can be deployed from there while
this one is away.
"""

from __future__ import annotations

from troposphere import GetAtt, If, NoValue, Ref, Sub, Template, iam, s3

from nested import inputs
from nested.parts import buckets
from nested.parts.permissions import allow, policy, trust
from nested.parts.rules import given
from nested.parts.shared_parameters import ARTIFACT_BUCKET, shared
from nested.shape import gives, needs

# Published files are named by their content and never change: an old version is something deleted by mistake.
_DAYS_TO_UNDO = 30

_REPLICATED = "HasReplicaBucket"


def template() -> Template:
    """Emit the bucket's stack. Needs ReplicaBucketName; gives ArtifactBucketName, and writes it to an SSM parameter."""
    t = Template(Description="Bucket of published templates")
    needs(t, inputs.REPLICA_BUCKET_NAME)
    t.add_condition(_REPLICATED, given(inputs.REPLICA_BUCKET_NAME))
    t.add_resource([_replication_role(), _replication_policy()])
    bucket = t.add_resource(_bucket())
    t.add_resource(buckets.over_tls("ArtifactBucketPolicy", "ArtifactBucket"))
    t.add_resource(shared("ArtifactBucketParameter", ARTIFACT_BUCKET, Ref(bucket)))
    gives(t, {inputs.ARTIFACT_BUCKET_NAME: Ref(bucket)})
    return t


def _bucket() -> s3.Bucket:
    return buckets.private(
        "ArtifactBucket",
        rules=[buckets.old_versions(_DAYS_TO_UNDO)],
        ReplicationConfiguration=If(_REPLICATED, _replication(), NoValue),
    )


def _replication() -> s3.ReplicationConfiguration:
    rule = s3.ReplicationConfigurationRules(
        Id="CopyToTheOtherRegion",
        Status="Enabled",
        Priority=1,
        Filter=s3.ReplicationRuleFilter(Prefix=""),
        # What is deleted here by mistake is still there.
        DeleteMarkerReplication=s3.DeleteMarkerReplication(Status="Disabled"),
        Destination=s3.ReplicationConfigurationRulesDestination(Bucket=Sub(_REPLICA)),
    )
    return s3.ReplicationConfiguration(Role=GetAtt("ReplicationRole", "Arn"), Rules=[rule])


_REPLICA = "arn:${AWS::Partition}:s3:::${ReplicaBucketName}"


def _replication_role() -> iam.Role:
    # No condition on whom S3 acts for: "Setting up permissions for live replication", Amazon S3 User Guide, knows none.
    return iam.Role("ReplicationRole", Condition=_REPLICATED, AssumeRolePolicyDocument=trust("s3.amazonaws.com"))


def _replication_policy() -> iam.PolicyType:
    """Return what the role may: read versions here, write them there. The bucket refers to the role, so it is apart."""
    versions = [f"s3:GetObjectVersion{each}" for each in ("Acl", "ForReplication", "Tagging")]
    copies = [f"s3:Replicate{each}" for each in ("Object", "Tags")]
    return iam.PolicyType(
        "ReplicationPolicy",
        Condition=_REPLICATED,
        PolicyName="Replicate",
        Roles=[Ref("ReplicationRole")],
        PolicyDocument=policy(
            allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], GetAtt("ArtifactBucket", "Arn")),
            allow(versions, Sub("${ArtifactBucket.Arn}/*")),
            allow(copies, Sub(f"{_REPLICA}/*")),
        ),
    )
