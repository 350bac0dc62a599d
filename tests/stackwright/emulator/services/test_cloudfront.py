"""Which distributions and VPC origins CloudFront refuses, and which of what they refer to stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
HOST_ONLY = "bf0718e1-ba1e-49d1-88b1-f726733018ae"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
UNKNOWN = "11111111-2222-3333-4444-555555555555"


def items(*values: Any) -> dict[str, Any]:
    return {"Quantity": len(values), "Items": list(values)}


def config(**changes: Any) -> dict[str, Any]:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": True,
        "Origins": items({"Id": "app", "DomainName": "app.example.com", "CustomOriginConfig": custom}),
        "DefaultCacheBehavior": behavior(),
        **changes,
    }


def behavior(**changes: Any) -> dict[str, Any]:
    plain = {"TargetOriginId": "app", "ViewerProtocolPolicy": "https-only", "CachePolicyId": CACHING_DISABLED}
    return {**plain, **changes}


def create(client: Client, **changes: Any) -> Any:
    return client("cloudfront").create_distribution(DistributionConfig=config(**changes))


def certificate(client: Client, name: str, region: str = "us-east-1") -> str:
    """A certificate that is issued: its record is in a zone of the account."""
    acm, route53 = client("acm", region), client("route53")
    arn = acm.request_certificate(DomainName=name, ValidationMethod="DNS")["CertificateArn"]
    option = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"][0]
    zone = route53.create_hosted_zone(Name="example.com", CallerReference=arn)["HostedZone"]["Id"]
    record = option["ResourceRecord"]
    values = {"TTL": 300, "ResourceRecords": [{"Value": record["Value"]}]}
    change = {"Action": "UPSERT", "ResourceRecordSet": {"Name": record["Name"], "Type": "CNAME", **values}}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    acm.describe_certificate(CertificateArn=arn)
    return str(arn)


def shown(arn: str) -> dict[str, Any]:
    return {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}


def test_an_enabled_distribution_stays(client: Client) -> None:
    cloudfront = client("cloudfront")
    made = create(client)
    number = made["Distribution"]["Id"]
    with pytest.raises(ClientError, match="DistributionNotDisabled"):
        cloudfront.delete_distribution(Id=number, IfMatch=made["ETag"])
    off = cloudfront.update_distribution(Id=number, IfMatch=made["ETag"], DistributionConfig=config(Enabled=False))
    cloudfront.delete_distribution(Id=number, IfMatch=off["ETag"])
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        cloudfront.get_distribution(Id=number)


def test_a_change_names_the_version_that_is_there(client: Client) -> None:
    cloudfront = client("cloudfront")
    made = create(client)
    number = made["Distribution"]["Id"]
    cloudfront.update_distribution(Id=number, IfMatch=made["ETag"], DistributionConfig=config(Comment="b"))
    with pytest.raises(ClientError, match="PreconditionFailed"):
        cloudfront.update_distribution(Id=number, IfMatch=made["ETag"], DistributionConfig=config(Comment="c"))
    with pytest.raises(ClientError, match="InvalidIfMatchVersion"):
        cloudfront.update_distribution(Id=number, DistributionConfig=config(Comment="c"))
    etag = cloudfront.get_distribution_config(Id=number)["ETag"]
    with pytest.raises(ClientError, match="IllegalUpdate"):
        cloudfront.update_distribution(Id=number, IfMatch=etag, DistributionConfig=config(CallerReference="2"))


def test_an_alias_needs_a_certificate(client: Client) -> None:
    with pytest.raises(ClientError, match=r"InvalidViewerCertificate.*you must attach a trusted certificate"):
        create(client, Aliases=items("app.example.com"))


def test_a_certificate_lies_in_us_east_1(client: Client) -> None:
    elsewhere = certificate(client, "app.example.com", "eu-central-1")
    with pytest.raises(ClientError, match=r"InvalidViewerCertificate.*isn't in us-east-1 region"):
        create(client, Aliases=items("app.example.com"), ViewerCertificate=shown(elsewhere))


def test_a_certificate_is_issued_first(client: Client) -> None:
    pending = client("acm").request_certificate(DomainName="app.example.com", ValidationMethod="DNS")
    with pytest.raises(ClientError, match=r"InvalidViewerCertificate.*isn't valid"):
        create(client, Aliases=items("app.example.com"), ViewerCertificate=shown(pending["CertificateArn"]))


def test_a_certificate_covers_every_alias(client: Client) -> None:
    arn = certificate(client, "*.example.com")
    with pytest.raises(ClientError, match=r"InvalidViewerCertificate.*doesn't cover"):
        create(client, Aliases=items("app.example.org"), ViewerCertificate=shown(arn))
    create(client, Aliases=items("app.example.com"), ViewerCertificate=shown(arn))


def test_an_alias_is_taken_once(client: Client) -> None:
    arn = certificate(client, "app.example.com")
    used = {"Aliases": items("app.example.com"), "ViewerCertificate": shown(arn)}
    made = create(client, **used)
    with pytest.raises(ClientError, match="CNAMEAlreadyExists"):
        create(client, CallerReference="2", **used)
    again = config(Comment="its own", **used)
    client("cloudfront").update_distribution(
        Id=made["Distribution"]["Id"], IfMatch=made["ETag"], DistributionConfig=again
    )


def test_a_web_acl_is_of_scope_cloudfront(client: Client) -> None:
    def acl(scope: str) -> str:
        seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "all"}
        made = client("wafv2").create_web_acl(
            Name="web", Scope=scope, DefaultAction={"Allow": {}}, VisibilityConfig=seen
        )
        return str(made["Summary"]["ARN"])

    with pytest.raises(ClientError, match="InvalidWebACLId"):
        create(client, WebACLId=acl("REGIONAL"))
    create(client, WebACLId=acl("CLOUDFRONT"))


@pytest.mark.parametrize("member", ["CachePolicy", "OriginRequestPolicy", "ResponseHeadersPolicy"])
def test_a_policy_that_does_not_exist(client: Client, member: str) -> None:
    with pytest.raises(ClientError, match=f"NoSuch{member}"):
        create(client, DefaultCacheBehavior=behavior(**{f"{member}Id": UNKNOWN}))


def test_managed_policies_are_there(client: Client) -> None:
    managed = behavior(OriginRequestPolicyId=HOST_ONLY, ResponseHeadersPolicyId=SECURITY_HEADERS)
    assert create(client, DefaultCacheBehavior=managed)["Distribution"]["Status"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"DefaultCacheBehavior": behavior(TargetOriginId="other")}, "NoSuchOrigin"),
        ({"DefaultCacheBehavior": behavior(MinTTL=0)}, "MinTTL cannot be used when a cache policy"),
        ({"DefaultCacheBehavior": behavior(CachePolicyId="")}, "ForwardedValues is required"),
        ({"DefaultCacheBehavior": behavior(AllowedMethods=items("GET", "POST"))}, "AllowedMethods"),
        ({"Origins": items({"Id": "app", "DomainName": "app.example.com"})}, "Exactly one of CustomOriginConfig"),
        ({"Aliases": {"Quantity": 1, "Items": []}}, "InconsistentQuantities"),
        (
            {"Origins": items({"Id": "app", "DomainName": "a.b", "VpcOriginConfig": {"VpcOriginId": "vo_1"}})},
            "EntityNotFound",
        ),
    ],
)
def test_what_a_distribution_cannot_be(client: Client, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        create(client, **wrong)


def balancer(client: Client, *, gateway: bool, zones: tuple[str, ...] = ("us-east-1a", "us-east-1b")) -> str:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=zone)["Subnet"]
        for i, zone in enumerate(zones)
    ]
    if gateway:
        made = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=made)
    ids = [each["SubnetId"] for each in subnets]
    made = client("elbv2").create_load_balancer(Name="web", Subnets=ids, Scheme="internal")
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def endpoint_of(arn: str, **changes: Any) -> dict[str, Any]:
    plain = {"Name": "web", "Arn": arn, "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {"VpcOriginEndpointConfig": {**plain, **changes}}


def test_a_vpc_origin_needs_an_internet_gateway(client: Client) -> None:
    with pytest.raises(ClientError, match=r"InvalidArgument.*no internet gateway"):
        client("cloudfront").create_vpc_origin(**endpoint_of(balancer(client, gateway=False)))


def test_a_vpc_origin_is_not_to_be_had_in_every_zone(client: Client) -> None:
    found = client("ec2").describe_availability_zones()["AvailabilityZones"]
    without = next(each["ZoneName"] for each in found if each["ZoneId"] == "use1-az3")
    with pytest.raises(ClientError, match=r"InvalidArgument.*use1-az3"):
        client("cloudfront").create_vpc_origin(
            **endpoint_of(balancer(client, gateway=True, zones=("us-east-1a", without)))
        )


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/none/0123456789abcdef",
        "arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0",
        "arn:aws:s3:::bucket",
    ],
)
def test_a_vpc_origin_needs_an_endpoint(client: Client, arn: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidArgument.*does not exist"):
        client("cloudfront").create_vpc_origin(**endpoint_of(arn))


def test_a_vpc_origin_of_a_distribution_neither_changes_nor_goes(client: Client) -> None:
    cloudfront, arn = client("cloudfront"), balancer(client, gateway=True)
    origin = cloudfront.create_vpc_origin(**endpoint_of(arn))
    number, etag = origin["VpcOrigin"]["Id"], origin["ETag"]
    through = {"Id": "app", "DomainName": "app.example.com", "VpcOriginConfig": {"VpcOriginId": number}}
    made = create(client, Origins=items(through))
    with pytest.raises(ClientError, match=r"CannotUpdateEntityWhileInUse.*currently associated"):
        cloudfront.update_vpc_origin(Id=number, IfMatch=etag, **endpoint_of(arn, HTTPSPort=8443))
    with pytest.raises(ClientError, match="CannotDeleteEntityWhileInUse"):
        cloudfront.delete_vpc_origin(Id=number, IfMatch=etag)
    assert cloudfront.list_vpc_origins()["VpcOriginList"]["Items"][0]["OriginEndpointArn"] == arn
    off = cloudfront.update_distribution(
        Id=made["Distribution"]["Id"], IfMatch=made["ETag"], DistributionConfig=config(Enabled=False)
    )
    assert off["Distribution"]["DistributionConfig"]["Enabled"] is False
    cloudfront.delete_vpc_origin(Id=number, IfMatch=etag)
    assert cloudfront.list_vpc_origins()["VpcOriginList"]["Quantity"] == 0


def test_a_policy_of_a_behavior_stays(client: Client) -> None:
    cloudfront = client("cloudfront")
    none = {"CookiesConfig": {"CookieBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"}}
    key = {"EnableAcceptEncodingGzip": True, "HeadersConfig": {"HeaderBehavior": "none"}, **none}
    wanted = {"Name": "static", "MinTTL": 1, "ParametersInCacheKeyAndForwardedToOrigin": key}
    policy = cloudfront.create_cache_policy(CachePolicyConfig=wanted)
    number = policy["CachePolicy"]["Id"]
    create(client, CacheBehaviors=items({**behavior(CachePolicyId=number), "PathPattern": "/static/*"}))
    with pytest.raises(ClientError, match="CachePolicyInUse"):
        cloudfront.delete_cache_policy(Id=number, IfMatch=policy["ETag"])


def test_a_certificate_that_is_shown_stays(client: Client) -> None:
    arn = certificate(client, "app.example.com")
    create(client, Enabled=False, Aliases=items("app.example.com"), ViewerCertificate=shown(arn))
    with pytest.raises(ClientError, match=r"ResourceInUseException.*is in use"):
        client("acm").delete_certificate(CertificateArn=arn)
