from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/buckets-are-private"
BLOCK = "PublicAccessBlockConfiguration"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "region"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_are_private(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


def _seeded(**change: Any) -> Deployment:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "LoadBalancer/AccessLogs")["Properties"].update(change)

    return seeded(seed)


@pytest.mark.parametrize("name", ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"])
@pytest.mark.parametrize("value", [False, "false", None])
def test_a_block_that_is_off_is_found(name: str, value: object) -> None:
    def seed(stacks: STACKS) -> None:
        block = resource(stacks, "LoadBalancer/AccessLogs")["Properties"][BLOCK]
        block.pop(name)
        block.update({} if value is None else {name: value})

    found = told(RULE, seeded(seed))
    assert found == [f"LoadBalancer/AccessLogs {BLOCK}.{name}: a policy or an ACL can open it to everybody"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"AccessControl": "PublicRead"}, "AccessControl"),
        ({"WebsiteConfiguration": {"IndexDocument": "index.html"}}, "WebsiteConfiguration"),
        (
            {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
            "OwnershipControls.Rules.0.ObjectOwnership",
        ),
    ],
)
def test_what_opens_a_bucket_is_found(change: dict[str, Any], place: str) -> None:
    (line,) = told(RULE, _seeded(**change))
    assert line.startswith(f"LoadBalancer/AccessLogs {place}: ")


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {BLOCK: UNKNOWN},
        {
            BLOCK: dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls"), UNKNOWN)
            | {"RestrictPublicBuckets": "true"}
        },
        {"AccessControl": "Private"},
        {"AccessControl": UNKNOWN, "OwnershipControls": {"Rules": [{"ObjectOwnership": UNKNOWN}]}},
        {"WebsiteConfiguration": {"RedirectAllRequestsTo": {"HostName": "example.com"}}},
    ],
)
def test_what_s3_does_by_itself_or_nobody_knows_is_no_finding(properties: dict[str, Any]) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
    assert findings(RULE, alone({"Bucket": bucket, "Other": {"Type": "Custom::Data"}})) == []
