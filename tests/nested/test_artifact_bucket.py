"""The artifact bucket: private, encrypted, versioned, and found by its SSM parameter."""

from __future__ import annotations

from nested import artifact_bucket

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
