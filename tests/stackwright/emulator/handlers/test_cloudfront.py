"""CloudFront's types: CloudFormation's flat lists reach the API whole, and what the API does not know is an error."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackwright.emulator.handlers import handler_for
from stackwright.emulator.handlers.cloudfront import quantified
from stackwright.emulator.handlers.shapes import PropertyError

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
TAGS = [{"Key": "Project", "Value": "stackwright"}]
BEHAVIOR = {"TargetOriginId": "app", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": CACHING_DISABLED}
CUSTOM_ORIGIN = {
    "Id": "app",
    "DomainName": "origin.example.com",
    "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]},
    "OriginCustomHeaders": [{"HeaderName": "X-From", "HeaderValue": "cdn"}],
}
CONFIG: dict[str, Any] = {
    "Enabled": "true",
    "IPV6Enabled": True,
    "HttpVersion": "http2and3",
    "Origins": [CUSTOM_ORIGIN],
    "DefaultCacheBehavior": {
        **BEHAVIOR,
        "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
        "CachedMethods": ["GET", "HEAD"],
        "Compress": True,
    },
    "CacheBehaviors": [{**BEHAVIOR, "PathPattern": "/static/*", "TrustedKeyGroups": []}],
    "CustomErrorResponses": [{"ErrorCode": 502, "ErrorCachingMinTTL": 0}],
    "Restrictions": {"GeoRestriction": {"RestrictionType": "blacklist", "Locations": ["AQ"]}},
    "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
}
DISTRIBUTION = ("cloudfront", "get_distribution", {"Id": "@"}, "Distribution.DistributionConfig")


def test_a_distribution_arrives_whole(bench: Any) -> None:
    bench.round_trip(
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": CONFIG, "Tags": TAGS},
        DISTRIBUTION,
        {
            "Comment": "",
            "Enabled": True,
            "IsIPV6Enabled": True,
            "HttpVersion": "http2and3",
            "Origins.Quantity": 1,
            "Origins.Items[0].CustomOriginConfig.HTTPSPort": 443,
            "Origins.Items[0].CustomOriginConfig.OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
            "Origins.Items[0].CustomHeaders.Items[0].HeaderValue": "cdn",
            "DefaultCacheBehavior.AllowedMethods.Quantity": 3,
            "DefaultCacheBehavior.AllowedMethods.CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
            "CacheBehaviors.Items[0].PathPattern": "/static/*",
            "CacheBehaviors.Items[0].TrustedKeyGroups.Enabled": False,
            "CustomErrorResponses.Items[0].ErrorCode": 502,
            "Restrictions.GeoRestriction": {"RestrictionType": "blacklist", "Quantity": 1, "Items": ["AQ"]},
        },
        change={"DistributionConfig": {**CONFIG, "Comment": "second"}, "Tags": [{"Key": "Project", "Value": "other"}]},
        then={"Comment": "second", "Origins.Quantity": 1},
        attributes=("Id", "DomainName"),
    )


def test_tags_of_a_distribution_follow(bench: Any) -> None:
    handler = handler_for("AWS::CloudFront::Distribution")
    old = {"DistributionConfig": CONFIG, "Tags": [*TAGS, {"Key": "Gone", "Value": "1"}]}
    number = handler.create(bench.context, old)
    assert handler.update is not None
    handler.update(bench.context, number, {"DistributionConfig": CONFIG, "Tags": TAGS}, old)
    arn = f"arn:aws:cloudfront::{bench.context.account}:distribution/{number}"
    found = bench.context.client("cloudfront").list_tags_for_resource(Resource=arn)["Tags"]["Items"]
    assert found == TAGS


@pytest.mark.parametrize(
    "wrong",
    [
        {"Colour": "blue"},
        {"Origins": [{**CUSTOM_ORIGIN, "Colour": "blue"}]},
        {"CacheBehaviors": [{**BEHAVIOR, "PathPattern": "/a", "Colour": ["blue"]}]},
    ],
)
def test_an_unknown_member_is_an_error(bench: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(PropertyError, match="Colour: unsupported"):
        handler_for("AWS::CloudFront::Distribution").create(bench.context, {"DistributionConfig": {**CONFIG, **wrong}})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(max_size=4), max_size=5))
def test_a_list_is_counted(client: Any, names: list[str]) -> None:
    shape = client("cloudfront").meta.service_model.shape_for("Aliases")
    assert quantified(names, shape) == {"Items": names, "Quantity": len(names)}


def name(text: str) -> str:
    return f"cdn-dev-us-east-1-{text}"


POLICIES: list[dict[str, Any]] = [
    {
        "type": "AWS::CloudFront::CachePolicy",
        "properties": {
            "CachePolicyConfig": {
                "Name": name("static"),
                "MinTTL": 1,
                "DefaultTTL": "86400",
                "MaxTTL": 31536000,
                "ParametersInCacheKeyAndForwardedToOrigin": {
                    "EnableAcceptEncodingGzip": True,
                    "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": ["Origin"]},
                    "CookiesConfig": {"CookieBehavior": "none"},
                    "QueryStringsConfig": {"QueryStringBehavior": "all"},
                },
            }
        },
        "read": ("cloudfront", "get_cache_policy_config", {"Id": "@"}, "CachePolicyConfig"),
        "sees": {
            "DefaultTTL": 86400,
            "ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers": {"Quantity": 1, "Items": ["Origin"]},
        },
        "attributes": ("Id", "LastModifiedTime"),
    },
    {
        "type": "AWS::CloudFront::OriginRequestPolicy",
        "properties": {
            "OriginRequestPolicyConfig": {
                "Name": name("origin"),
                "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": ["Host", "Accept"]},
                "CookiesConfig": {"CookieBehavior": "all"},
                "QueryStringsConfig": {"QueryStringBehavior": "all"},
            }
        },
        "read": ("cloudfront", "get_origin_request_policy", {"Id": "@"}, "OriginRequestPolicy"),
        "sees": {"OriginRequestPolicyConfig.HeadersConfig.Headers.Quantity": 2},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::CloudFront::ResponseHeadersPolicy",
        "properties": {
            "ResponseHeadersPolicyConfig": {
                "Name": name("headers"),
                "SecurityHeadersConfig": {
                    "StrictTransportSecurity": {"AccessControlMaxAgeSec": "63072000", "Override": True},
                    "ContentTypeOptions": {"Override": True},
                },
                "CustomHeadersConfig": {"Items": [{"Header": "X-A", "Value": "b", "Override": False}]},
                "CorsConfig": {
                    "AccessControlAllowCredentials": False,
                    "AccessControlAllowHeaders": {"Items": ["*"]},
                    "AccessControlAllowMethods": {"Items": ["GET"]},
                    "AccessControlAllowOrigins": {"Items": ["https://example.com"]},
                    "OriginOverride": True,
                },
            }
        },
        "read": ("cloudfront", "get_response_headers_policy_config", {"Id": "@"}, "ResponseHeadersPolicyConfig"),
        "sees": {
            "SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec": 63072000,
            "CustomHeadersConfig.Quantity": 1,
            "CorsConfig.AccessControlAllowMethods.Quantity": 1,
        },
        "attributes": ("Id",),
    },
    {
        "type": "AWS::CloudFront::OriginAccessControl",
        "properties": {
            "OriginAccessControlConfig": {
                "Name": name("bucket"),
                "OriginAccessControlOriginType": "s3",
                "SigningBehavior": "always",
                "SigningProtocol": "sigv4",
            }
        },
        "read": ("cloudfront", "get_origin_access_control", {"Id": "@"}, "OriginAccessControl"),
        "sees": {"OriginAccessControlConfig.OriginAccessControlOriginType": "s3"},
        "attributes": ("Id",),
    },
]


@pytest.mark.parametrize("case", POLICIES, ids=lambda case: case["type"])
def test_policies_are_kept_as_given(bench: Any, case: dict[str, Any]) -> None:
    bench.round_trip(**case)


@pytest.mark.parametrize("case", POLICIES, ids=lambda case: case["type"])
def test_a_name_is_taken_once_in_an_account(bench: Any, case: dict[str, Any]) -> None:
    handler = handler_for(case["type"])
    number = handler.create(bench.context, case["properties"])
    with pytest.raises(ClientError, match="AlreadyExists"):
        handler.create(bench.context, case["properties"])
    assert handler.update is not None
    handler.update(bench.context, number, case["properties"], case["properties"])
    handler.delete(bench.context, number, case["properties"])


NETWORK = {
    "vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "gateway": ("AWS::EC2::InternetGateway", {}),
    "attachment": ("AWS::EC2::VPCGatewayAttachment", {"VpcId": "@vpc", "InternetGatewayId": "@gateway"}),
    "a": ("AWS::EC2::Subnet", {"VpcId": "@vpc", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a"}),
    "b": ("AWS::EC2::Subnet", {"VpcId": "@vpc", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1b"}),
    "balancer": (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {"Scheme": "internal", "Subnets": ["@a", "@b"]},
    ),
}


def test_a_vpc_origin_is_deployed(bench: Any) -> None:
    bench.round_trip(
        "AWS::CloudFront::VpcOrigin",
        {
            "VpcOriginEndpointConfig": {
                "Name": "cdn-dev",
                "Arn": "@balancer",
                "OriginProtocolPolicy": "https-only",
                "OriginSSLProtocols": ["TLSv1.2"],
            },
            "Tags": TAGS,
        },
        ("cloudfront", "get_vpc_origin", {"Id": "@"}, "VpcOrigin"),
        {
            "Status": "Deployed",
            "AccountId": "@account",
            "VpcOriginEndpointConfig.HTTPPort": 80,
            "VpcOriginEndpointConfig.OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
        },
        needs=NETWORK,
        change={
            "VpcOriginEndpointConfig": {
                "Name": "cdn-dev",
                "Arn": "@balancer",
                "HTTPSPort": "8443",
                "OriginProtocolPolicy": "https-only",
            }
        },
        then={"VpcOriginEndpointConfig.HTTPSPort": 8443},
        attributes=("Id", "Arn", "AccountId", "Status", "CreatedTime", "LastModifiedTime"),
    )
