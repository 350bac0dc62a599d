"""The artifact bucket: private, encrypted, versioned, and found by its SSM parameter."""

from __future__ import annotations

from typing import Any

from nested import artifact_bucket
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

TEMPLATE = artifact_bucket.template().to_dict()
BUCKET = TEMPLATE["Resources"]["ArtifactBucket"]
PROPERTIES = BUCKET["Properties"]


def test_published_templates_outlive_the_stack_but_not_a_failed_first_try() -> None:
    for title in ("ArtifactBucket", "ArtifactBucketPolicy"):
        resource = TEMPLATE["Resources"][title]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert "BucketName" not in PROPERTIES


def test_nothing_in_it_is_ever_public() -> None:
    assert set(PROPERTIES["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(PROPERTIES["PublicAccessBlockConfiguration"]) == 4
    assert PROPERTIES["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_it_is_encrypted_at_rest_and_in_transit() -> None:
    (rule,) = PROPERTIES["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (statement,) = TEMPLATE["Resources"]["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2


def test_versions_can_be_brought_back_and_do_not_pile_up() -> None:
    assert PROPERTIES["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = PROPERTIES["LifecycleConfiguration"]["Rules"]
    assert all(each["Status"] == "Enabled" for each in rules)
    assert [set(each) - {"Id", "Status"} for each in rules] == [
        {"NoncurrentVersionExpiration"},
        {"AbortIncompleteMultipartUpload"},
    ]


def test_publishing_finds_it() -> None:
    assert TEMPLATE["Resources"]["ArtifactBucketParameter"]["Properties"] == {
        "Name": "/stackwright/artifact-bucket",
        "Type": "String",
        "Value": {"Ref": "ArtifactBucket"},
    }


def _replicated(**given: str) -> dict[str, Any]:
    graph = resolve(TEMPLATE, {}, given, region="eu-west-1", stack_name="region-prod")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_nothing_is_copied_until_a_bucket_is_named() -> None:
    found = _replicated()
    assert "ReplicationConfiguration" not in found["ArtifactBucket"]
    assert not [path for path in found if path.startswith("Replication")]


def test_everything_published_is_copied_to_the_bucket_of_another_region() -> None:
    found = _replicated(ReplicaBucketName="region-prod-artifactbucket-1")
    configuration = found["ArtifactBucket"]["ReplicationConfiguration"]
    (rule,) = configuration["Rules"]
    assert rule["Destination"] == {"Bucket": "arn:aws:s3:::region-prod-artifactbucket-1"}
    assert (rule["Filter"], rule["DeleteMarkerReplication"]) == ({"Prefix": ""}, {"Status": "Disabled"})
    assert configuration["Role"] == "${ReplicationRole.Arn}"


def test_s3_may_read_here_and_write_there_and_delete_nowhere() -> None:
    document = _replicated(ReplicaBucketName="there")["ReplicationPolicy"]["PolicyDocument"]
    allowed = [(each["Action"], each["Resource"]) for each in document["Statement"]]
    assert allowed == [
        (["s3:GetReplicationConfiguration", "s3:ListBucket"], "${ArtifactBucket.Arn}"),
        (
            ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"],
            "${ArtifactBucket.Arn}/*",
        ),
        (["s3:ReplicateObject", "s3:ReplicateTags"], "arn:aws:s3:::there/*"),
    ]
