"""S3: buckets, each configuration by its own call, and bucket policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers, put_again
from stackwright.emulator.handlers.s3_rules import encryption, lifecycle, notification, replication
from stackwright.emulator.handlers.shapes import boolean, call, gone_is_fine, text
from stackwright.emulator.handlers.tags import as_list, as_map

Build = Callable[[Any], Any]


def _setting(name: str, operation: str, member: str, build: Build | None = None, clear: str = "") -> Step:
    """Return the step of one configuration: what it holds goes under `member` of the call."""

    def members(given: Properties) -> Properties:
        return {member: build(given[name]) if build else given[name]}

    return Step(operation, (name,), build=members, clear=clear)


def _logging(value: Properties) -> Properties:
    target = {
        "TargetBucket": value.get("DestinationBucketName"),
        "TargetPrefix": value.get("LogFilePrefix", ""),
    }
    rest = {k: v for k, v in value.items() if k not in ("DestinationBucketName", "LogFilePrefix")}
    return {"LoggingEnabled": {**target, **rest}}


def _cors(value: Properties) -> Properties:
    renamed = {"Id": "ID", "MaxAge": "MaxAgeSeconds", "ExposedHeaders": "ExposeHeaders"}
    rules = [{renamed.get(k, k): v for k, v in rule.items()} for rule in value["CorsRules"]]
    return {"CORSRules": rules}


def _acl(value: str) -> str:
    """CloudFormation's LogDeliveryWrite is the API's log-delivery-write."""
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in value)
    return words.lstrip("-")


def _tag_set(value: Any) -> Properties:
    return {"TagSet": as_list(as_map(value))}


def _creation(context: Context, properties: Properties) -> Properties:
    """Everywhere but in us-east-1 the region is said; ACLs need an owner who allows them."""
    if context.region != "us-east-1":
        location = {"LocationConstraint": context.region}
        properties["CreateBucketConfiguration"] = location
    if boolean(properties.pop("ObjectLockEnabled", False)):
        properties["ObjectLockEnabledForBucket"] = True
    return properties


_BUCKET = Mapped(
    service="s3",
    create="create_bucket",
    identity="=BucketName",
    key="Bucket",
    delete="delete_bucket",
    names={"BucketName": "Bucket"},
    name=Name("BucketName", 63, lower=True),
    prepare=_creation,
    steps=(
        _setting(
            "OwnershipControls",
            "put_bucket_ownership_controls",
            "OwnershipControls",
            clear="delete_bucket_ownership_controls",
        ),
        _setting(
            "PublicAccessBlockConfiguration",
            "put_public_access_block",
            "PublicAccessBlockConfiguration",
            clear="delete_public_access_block",
        ),
        _setting(
            "BucketEncryption",
            "put_bucket_encryption",
            "ServerSideEncryptionConfiguration",
            encryption,
            clear="delete_bucket_encryption",
        ),
        _setting("VersioningConfiguration", "put_bucket_versioning", "VersioningConfiguration"),
        _setting(
            "LifecycleConfiguration",
            "put_bucket_lifecycle_configuration",
            "LifecycleConfiguration",
            lifecycle,
            clear="delete_bucket_lifecycle",
        ),
        _setting("LoggingConfiguration", "put_bucket_logging", "BucketLoggingStatus", _logging),
        _setting("AccessControl", "put_bucket_acl", "ACL", _acl),
        _setting(
            "CorsConfiguration",
            "put_bucket_cors",
            "CORSConfiguration",
            _cors,
            clear="delete_bucket_cors",
        ),
        _setting(
            "NotificationConfiguration",
            "put_bucket_notification_configuration",
            "NotificationConfiguration",
            notification,
        ),
        _setting(
            "ReplicationConfiguration",
            "put_bucket_replication",
            "ReplicationConfiguration",
            replication,
            clear="delete_bucket_replication",
        ),
        _setting(
            "AccelerateConfiguration",
            "put_bucket_accelerate_configuration",
            "AccelerateConfiguration",
            lambda value: {"Status": value["AccelerationStatus"]},
        ),
        _setting("Tags", "put_bucket_tagging", "Tagging", _tag_set, clear="delete_bucket_tagging"),
    ),
    attributes={
        "Arn": lambda _, name, __: f"arn:aws:s3:::{name}",
        "DomainName": lambda _, name, __: f"{name}.s3.amazonaws.com",
        "RegionalDomainName": lambda context, name, _: f"{name}.s3.{context.region}.amazonaws.com",
        "DualStackDomainName": lambda context, name, _: f"{name}.s3.dualstack.{context.region}.amazonaws.com",
        "WebsiteURL": lambda context, name, _: f"http://{name}.s3-website-{context.region}.amazonaws.com",
    },
)


def _put_policy(context: Context, properties: Properties) -> str:
    bucket, policy = properties["Bucket"], text(properties["PolicyDocument"])
    call(context.client("s3"), "put_bucket_policy", {"Bucket": bucket, "Policy": policy})
    return str(bucket)


def _delete_policy(context: Context, bucket: str, old: Properties) -> None:
    gone_is_fine(context.client("s3").delete_bucket_policy, Bucket=old["Bucket"])


HANDLERS = handlers(
    {
        "AWS::S3::Bucket": _BUCKET,
        "AWS::S3::BucketPolicy": Handler(
            create=_put_policy,
            delete=_delete_policy,
            update=put_again(_put_policy),
        ),
    }
)
