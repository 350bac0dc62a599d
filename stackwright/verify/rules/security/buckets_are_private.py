"""No bucket can be opened to the public, by whatever its policy or an ACL may say one day.

Silence is right: since April 2023 S3 blocks public access and ignores ACLs in every new bucket. So a finding is what
turns that off, and a block that is given in part is one, since the rest of it is off then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, on
from stackwright.verify.rule import Finding, Rule

BUCKET, ACCESS_POINT = "AWS::S3::Bucket", "AWS::S3::AccessPoint"
_BLOCK = "PublicAccessBlockConfiguration"
_BLOCKED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_PUBLIC = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield what opens a bucket: a block that is off, ACLs that count, a public ACL, a website."""
    for resource in deployment.of(BUCKET, ACCESS_POINT):
        yield from _unblocked(resource)
    for bucket in deployment.of(BUCKET):
        yield from _owned_in_part(bucket)
        acl = bucket.properties.get("AccessControl")
        if acl in _PUBLIC:
            yield Finding(bucket.path, "AccessControl", acl, "anybody may read it", "leave it out, the owner has all")
        site = bucket.properties.get("WebsiteConfiguration")
        if isinstance(site, Mapping) and "RedirectAllRequestsTo" not in site:
            problem = "a website of S3 is for everybody, and without TLS"
            mend = "leave it out, and serve the bucket by CloudFront with origin access control"
            yield Finding(bucket.path, "WebsiteConfiguration", None, problem, mend)


def _unblocked(resource: Resource) -> Iterator[Finding]:
    given = resource.properties.get(_BLOCK)
    for name in _BLOCKED if isinstance(given, Mapping) else ():
        value = at(given, name)
        if not on(value) and not is_symbolic(value):
            problem = "a policy or an ACL can open it to everybody"
            yield Finding(resource.path, f"{_BLOCK}.{name}", value, problem, "set it to true")


def _owned_in_part(bucket: Resource) -> Iterator[Finding]:
    for index, each in enumerate(listed(at(bucket.properties, "OwnershipControls.Rules"))):
        owner = at(each, "ObjectOwnership", "BucketOwnerEnforced")
        if owner != "BucketOwnerEnforced" and not is_symbolic(owner):
            problem = "ACLs count, and who writes an object says who reads it"
            place = f"OwnershipControls.Rules.{index}.ObjectOwnership"
            yield Finding(bucket.path, place, owner, problem, "set it to BucketOwnerEnforced")


RULE = Rule(
    claim="No bucket can be opened to the public.",
    why="Data is lost to everybody by one ACL or one policy that nobody looked at twice.",
    source="Blocking public access to your Amazon S3 storage, Controlling ownership of objects (Amazon S3 User Guide)",
    about=(BUCKET, ACCESS_POINT),
    check=check,
)
