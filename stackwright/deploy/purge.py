"""Deleting what holds data, or what nobody owns: buckets, registries, log groups, old revisions.

Each function takes one physical id, and is done when there is nothing (left) to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from stackwright.aws import listed
from stackwright.aws_errors import AwsError
from stackwright.deploy.patience import until
from stackwright.deploy.teardown import BUCKET, LOG_GROUP, REPOSITORY, ZONE, Task
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws

AT_ONCE = 1000  # objects; DeleteObjects in the Amazon S3 API Reference
IMAGES_AT_ONCE = 100  # BatchDeleteImage in the Amazon ECR API Reference
INSIGHTS = "/aws/ecs/containerinsights/{}/performance"  # "Amazon ECS Container Insights metrics"


def empty_bucket(aws: Aws, name: str) -> None:
    """Delete every version of every object and every delete marker."""
    try:
        for page in _versions(aws, name):
            _delete_objects(aws, name, page)
    except AwsError as error:
        if error.code != "NoSuchBucket":
            raise


def _versions(aws: Aws, name: str) -> Iterator[list[dict[str, str]]]:
    """Yield what is left, a page at a time, until there is nothing."""
    while True:
        page = aws.call("s3", "list_object_versions", Bucket=name, MaxKeys=AT_ONCE, ExpectedBucketOwner=aws.account)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            return
        yield [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]


def _delete_objects(aws: Aws, name: str, objects: list[dict[str, str]]) -> None:
    answer = aws.call(
        "s3",
        "delete_objects",
        Bucket=name,
        Delete={"Objects": objects, "Quiet": True},
        ExpectedBucketOwner=aws.account,
    )
    for error in answer.get("Errors", []):
        raise StackwrightError(f"{name}: {error.get('Key')} cannot be deleted: {error.get('Message')}")


def delete_bucket(aws: Aws, name: str) -> None:
    """Empty a bucket and delete it, again while what was on its way still arrives."""
    until(lambda: _deleted(aws, name), late=f"bucket {name} is still written to", seconds=300)


def _deleted(aws: Aws, name: str) -> bool:
    empty_bucket(aws, name)
    try:
        aws.call("s3", "delete_bucket", Bucket=name, ExpectedBucketOwner=aws.account)
    except AwsError as error:
        if error.code == "BucketNotEmpty":
            return False
        if error.code != "NoSuchBucket":
            raise
    return True


def empty_registry(aws: Aws, name: str) -> None:
    """Delete every image of a repository, in rounds: one that an index refers to is refused until that is gone."""
    try:
        while digests := _digests(aws, name):
            answers = [_delete_images(aws, name, digests[at : at + IMAGES_AT_ONCE]) for at in _starts(digests)]
            failures = [each for answer in answers for each in answer.get("failures", [])]
            if failures and not any(answer.get("imageIds") for answer in answers):
                raise StackwrightError(f"{name}: an image cannot be deleted: {failures[0].get('failureReason')}")
    except AwsError as error:
        if not error.absent:
            raise


def _starts(digests: list[str]) -> range:
    return range(0, len(digests), IMAGES_AT_ONCE)


def _digests(aws: Aws, name: str) -> list[str]:
    """Return digests of images; by digest, an image goes with all its tags."""
    found = listed(aws, "ecr", "list_images", "imageIds", repositoryName=name)
    return list(dict.fromkeys(each["imageDigest"] for each in found if each.get("imageDigest")))


def _delete_images(aws: Aws, name: str, digests: list[str]) -> dict[str, Any]:
    images = [{"imageDigest": digest} for digest in digests]
    return aws.call("ecr", "batch_delete_image", repositoryName=name, imageIds=images)


def delete_registry(aws: Aws, name: str) -> None:
    """Delete a repository with its images."""
    _unless_gone(aws, "ecr", "delete_repository", repositoryName=name, force=True)


def delete_log_group(aws: Aws, name: str) -> None:
    """Delete a log group with its logs."""
    _unless_gone(aws, "logs", "delete_log_group", logGroupName=name)


def delete_strays(aws: Aws, cluster: str) -> None:
    """Delete the log group that Container Insights makes anew when a last report comes after the deletion."""
    delete_log_group(aws, INSIGHTS.format(cluster))


def deregister_revisions(aws: Aws, definition: str) -> None:
    """Deregister every revision of a task definition's family: a replaced one stays registered."""
    for arn in _revisions(aws, _family(definition)):
        aws.call("ecs", "deregister_task_definition", taskDefinition=arn)


def _family(definition: str) -> str:
    return definition.rpartition("/")[2].rpartition(":")[0]


def _revisions(aws: Aws, family: str) -> list[str]:
    found = listed(aws, "ecs", "list_task_definitions", "taskDefinitionArns", familyPrefix=family, status="ACTIVE")
    return [arn for arn in found if _family(arn) == family]


def delete_reviews(aws: Aws, stack_id: str) -> None:
    """Delete the nested stacks that a change set made for a root and that a failed creation never came to."""
    for change_set_id in aws.change_sets(stack_id):
        # They go with it as long as the root is there. One that was executed may be refused, and need not go.
        with suppress(AwsError):
            aws.delete_change_set(change_set_id, stack_id)
    for nested in reviews(aws, stack_id):
        aws.delete_stack(nested)


def reviews(aws: Aws, stack_id: str) -> list[str]:
    """Return the ids of a root's nested stacks that are still under review."""
    return [str(each["StackId"]) for each in _stacks(aws, "REVIEW_IN_PROGRESS") if each.get("RootId") == stack_id]


def buried(aws: Aws, name: str) -> str | None:
    """Return the id of the stack of that name that was deleted last; AWS knows it for 90 days.

    One that never got past its review had nothing, and is none.
    """
    found = [each for each in _stacks(aws, "DELETE_COMPLETE") if each["StackName"] == name]
    latest = sorted(found, key=lambda each: each["CreationTime"], reverse=True)
    return next((str(each["StackId"]) for each in latest if aws.held(each["StackId"])), None)


def _stacks(aws: Aws, status: str) -> Iterator[dict[str, Any]]:
    """Yield the summaries of all stacks in a status."""
    return listed(aws, "cloudformation", "list_stacks", "StackSummaries", StackStatusFilter=[status])


def namesakes(aws: Aws, name: str) -> list[str]:
    """Return buckets, registries, log groups and revisions whose names begin with a stack's, as generated ones do."""
    prefix = f"{name}-"
    logs = [_log_groups(aws, each) for each in (prefix, INSIGHTS.format(prefix).removesuffix("/performance"))]
    repositories = listed(aws, "ecr", "describe_repositories", "repositories")
    named = [each["repositoryName"] for each in repositories]
    buckets = [each["Name"] for each in aws.call("s3", "list_buckets")["Buckets"]]
    families = listed(aws, "ecs", "list_task_definition_families", "families", familyPrefix=prefix, status="ACTIVE")
    kept = [each for each in (*buckets, *named) if each.startswith(prefix.lower())]
    return [*kept, *(group for groups in logs for group in groups), *(f"{each} (task definition)" for each in families)]


def exists(aws: Aws, type_: str, physical_id: str) -> bool:
    """Tell whether something that holds data is there; of any other type, that it is."""
    try:
        if type_ == BUCKET:
            aws.call("s3", "list_objects_v2", Bucket=physical_id, MaxKeys=1, ExpectedBucketOwner=aws.account)
        elif type_ == REPOSITORY:
            aws.call("ecr", "describe_repositories", repositoryNames=[physical_id])
        elif type_ == ZONE:
            aws.call("route53", "get_hosted_zone", Id=physical_id)
        elif type_ == LOG_GROUP:
            return _log_group(aws, physical_id)
    except AwsError as error:
        if error.absent:
            return False
        raise
    return True


def _log_group(aws: Aws, name: str) -> bool:
    return name in _log_groups(aws, name)


def _log_groups(aws: Aws, prefix: str) -> list[str]:
    found = listed(aws, "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
    return [each["logGroupName"] for each in found]


def pending(aws: Aws, task: Task) -> bool:
    """Tell whether a task after the deletion of its stack still has something to do."""
    if task.kind == "revisions":
        return bool(_revisions(aws, _family(task.physical_id)))
    return task.kind != "strays" or _log_group(aws, INSIGHTS.format(task.physical_id))


def _unless_gone(aws: Aws, service: str, operation: str, **arguments: Any) -> None:
    try:
        aws.call(service, operation, **arguments)
    except AwsError as error:
        if not error.absent:
            raise
