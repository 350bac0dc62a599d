"""Which web ACLs, associations and logs AWS WAF refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "all"}


def create(client: Client, scope: str = "REGIONAL", region: str = "us-east-1", name: str = "web") -> dict[str, Any]:
    waf = client("wafv2", region)
    made = waf.create_web_acl(Name=name, Scope=scope, DefaultAction={"Allow": {}}, VisibilityConfig=SEEN)
    return dict(made["Summary"])


def delete(client: Client, acl: dict[str, Any], scope: str = "REGIONAL") -> None:
    who = {"Name": acl["Name"], "Id": acl["Id"], "Scope": scope}
    token = client("wafv2").get_web_acl(**who)["LockToken"]
    client("wafv2").delete_web_acl(**who, LockToken=token)


def balancer(client: Client) -> str:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for i, zone in enumerate("ab")
    ]
    made = client("elbv2").create_load_balancer(Name="web", Subnets=[each["SubnetId"] for each in subnets])
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def test_scope_cloudfront_is_in_us_east_1(client: Client) -> None:
    with pytest.raises(ClientError, match=r"WAFInvalidParameterException.*SCOPE_VALUE, parameter: CLOUDFRONT"):
        create(client, "CLOUDFRONT", "eu-central-1")
    with pytest.raises(ClientError, match="SCOPE_VALUE"):
        client("wafv2", "eu-central-1").list_web_acls(Scope="CLOUDFRONT")
    assert ":us-east-1:" in create(client, "CLOUDFRONT")["ARN"]


def test_a_name_is_taken_once_in_a_scope(client: Client) -> None:
    create(client)
    create(client, "CLOUDFRONT")
    with pytest.raises(ClientError, match="WAFDuplicateItemException"):
        create(client)


def test_what_protects_a_load_balancer_stays_until_that_goes(client: Client) -> None:
    acl, arn = create(client), balancer(client)
    client("wafv2").associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=arn)
    with pytest.raises(ClientError, match="WAFAssociatedItemException"):
        delete(client, acl)
    client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    delete(client, acl)


def test_a_resource_has_one_web_acl(client: Client) -> None:
    first, second, arn = create(client), create(client, name="other"), balancer(client)
    for each in (first, second):
        client("wafv2").associate_web_acl(WebACLArn=each["ARN"], ResourceArn=arn)
    assert client("wafv2").get_web_acl_for_resource(ResourceArn=arn)["WebACL"]["Name"] == "other"
    delete(client, first)


def test_what_a_distribution_names_stays(client: Client) -> None:
    acl = create(client, "CLOUDFRONT")
    origin = {"Id": "app", "DomainName": "a.example.com"}
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    disabled = {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": False,
        "WebACLId": acl["ARN"],
        "Origins": {"Quantity": 1, "Items": [{**origin, "CustomOriginConfig": custom}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "app",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        },
    }
    cloudfront = client("cloudfront")
    made = cloudfront.create_distribution(DistributionConfig=disabled)
    with pytest.raises(ClientError, match="WAFAssociatedItemException"):
        delete(client, acl, "CLOUDFRONT")
    cloudfront.delete_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"])
    delete(client, acl, "CLOUDFRONT")


@pytest.mark.parametrize(("scope", "there"), [("REGIONAL", False), ("CLOUDFRONT", True)])
def test_what_cannot_be_associated(client: Client, scope: str, there: bool) -> None:
    arn = balancer(client)
    acl = create(client, scope)
    with pytest.raises(ClientError, match="WAFInvalidParameterException" if there else "WAFNonexistentItemException"):
        client("wafv2").associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=arn if there else f"{arn}0")


def test_logs_go_where_they_may(client: Client) -> None:
    acl = create(client)["ARN"]
    account = acl.split(":")[4]
    logs, waf = client("logs"), client("wafv2")
    for name in ("aws-waf-logs-web", "web"):
        logs.create_log_group(logGroupName=name)

    def put(name: str) -> None:
        arn = f"arn:aws:logs:us-east-1:{account}:log-group:{name}"
        waf.put_logging_configuration(LoggingConfiguration={"ResourceArn": acl, "LogDestinationConfigs": [arn]})

    for wrong in ("web", "aws-waf-logs-web:*"):
        with pytest.raises(ClientError, match=r"WAFInvalidParameterException.*LOG_DESTINATION"):
            put(wrong)
    with pytest.raises(ClientError, match="WAFLogDestinationPermissionIssueException"):
        put("aws-waf-logs-other")
    put("aws-waf-logs-web")


def test_logging_goes_with_its_web_acl(client: Client) -> None:
    acl = create(client, "CLOUDFRONT")
    client("logs").create_log_group(logGroupName="aws-waf-logs-web")
    group = f"arn:aws:logs:us-east-1:{acl['ARN'].split(':')[4]}:log-group:aws-waf-logs-web"
    wanted = {"ResourceArn": acl["ARN"], "LogDestinationConfigs": [group]}
    client("wafv2").put_logging_configuration(LoggingConfiguration=wanted)
    delete(client, acl, "CLOUDFRONT")
    with pytest.raises(ClientError, match="WAFNonexistentItemException"):
        client("wafv2").get_logging_configuration(ResourceArn=acl["ARN"])
