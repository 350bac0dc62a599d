"""Buckets of a pipeline: the one artifacts are handed on in, and the one source.zip is uploaded to."""

from __future__ import annotations

from troposphere import Template, s3

from nested.parts import buckets

STORE = "ArtifactStore"
SOURCE = "SourceBucket"

# An approval waits seven days at most ("Quotas in AWS CodePipeline"), and a failed stage may be tried again after it.
_DAYS_OF_ARTIFACTS = 30
_DAYS_TO_UNDO = 30
_DAYS_OF_DELETED_ARTIFACTS = 1


def add_to(t: Template, *, unless_connected: str) -> None:
    """Add both; the source bucket by this condition, because a pipeline with a connection has no use for it."""
    t.add_resource([_store(), buckets.over_tls("ArtifactStorePolicy", STORE)])
    t.add_resource(_source(unless_connected))
    t.add_resource(buckets.over_tls("SourceBucketPolicy", SOURCE, Condition=unless_connected))


def _store() -> s3.Bucket:
    expire = s3.LifecycleRule(Id="ExpireArtifacts", Status="Enabled", ExpirationInDays=_DAYS_OF_ARTIFACTS)
    return buckets.private(STORE, rules=[expire, buckets.old_versions(_DAYS_OF_DELETED_ARTIFACTS)])


def _source(condition: str) -> s3.Bucket:
    # Without versions CodePipeline refuses the bucket as a source ("Amazon S3 source action reference").
    events = s3.EventBridgeConfiguration(EventBridgeEnabled=True)
    return buckets.private(
        SOURCE,
        rules=[buckets.old_versions(_DAYS_TO_UNDO)],
        Condition=condition,
        NotificationConfiguration=s3.NotificationConfiguration(EventBridgeConfiguration=events),
    )
