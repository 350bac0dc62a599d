"""AWS WAF's types: created, read back, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.emulator.handlers import handler_for
from stackwright.emulator.handlers.shapes import PropertyError

TAGS = [{"Key": "Project", "Value": "stackwright"}]
SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": "true", "MetricName": "all"}
MANAGED = {
    "Name": "Common",
    "Priority": 1,
    "OverrideAction": {"None": {}},
    "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
    "VisibilityConfig": SEEN,
}
LIMIT = {
    "Name": "Limit",
    "Priority": "2",
    "Action": {"Block": {}},
    "Statement": {"RateBasedStatement": {"Limit": "2000", "AggregateKeyType": "IP"}},
    "VisibilityConfig": SEEN,
}
ACL: dict[str, Any] = {
    "Scope": "REGIONAL",
    "DefaultAction": {"Allow": {}},
    "Rules": [MANAGED],
    "VisibilityConfig": SEEN,
    "Tags": TAGS,
}
GROUP = {"group": ("AWS::Logs::LogGroup", {"LogGroupName": "aws-waf-logs-handlers"})}


def test_a_web_acl_by_its_three_names(bench: Any) -> None:
    handler = handler_for("AWS::WAFv2::WebACL")
    acl = bench.make("", "AWS::WAFv2::WebACL", ACL)
    found = handler.attributes(bench.context, acl, ACL)
    assert acl.split("|")[1:] == [found["Id"], "REGIONAL"]
    assert found["Arn"].startswith(f"arn:aws:wafv2:us-east-1:{bench.context.account}:regional/webacl/")
    assert handler.update is not None
    handler.update(bench.context, acl, {**ACL, "Rules": [MANAGED, LIMIT], "Tags": []}, ACL)
    rules = bench.read("wafv2", "get_web_acl", {"ARN": found["Arn"]}, "WebACL.Rules")
    assert [each["Name"] for each in rules] == ["Common", "Limit"]
    assert rules[1]["Statement"]["RateBasedStatement"]["Limit"] == 2000
    tags = {"ResourceARN": found["Arn"]}
    assert bench.read("wafv2", "list_tags_for_resource", tags, "TagInfoForResource.TagList") == []
    handler.delete(bench.context, acl, ACL)
    assert bench.is_gone("wafv2", "get_web_acl", {"ARN": found["Arn"]}, "WebACL")
    handler.delete(bench.context, acl, ACL)


def test_an_unknown_statement_is_an_error(bench: Any) -> None:
    wrong = {**MANAGED, "Statement": {"GuessStatement": {}}}
    with pytest.raises(PropertyError, match="GuessStatement: unsupported"):
        handler_for("AWS::WAFv2::WebACL").create(bench.context, {**ACL, "Rules": [wrong]})


def test_data_protection_is_kept(bench: Any) -> None:
    field = {"FieldType": "SINGLE_HEADER", "FieldKeys": ["authorization"]}
    protected = {"DataProtections": [{"Field": field, "Action": "SUBSTITUTION"}]}
    bench.make("acl", "AWS::WAFv2::WebACL", {**ACL, "DataProtectionConfig": protected})
    kept = bench.read("wafv2", "get_web_acl", bench.fill({"ARN": "@acl.Arn"}), "WebACL.DataProtectionConfig")
    assert kept == protected


def test_logs_go_to_a_group_and_stop(bench: Any) -> None:
    group = f"arn:aws:logs:us-east-1:{bench.context.account}:log-group:aws-waf-logs-handlers"
    bench.round_trip(
        "AWS::WAFv2::LoggingConfiguration",
        {
            "ResourceArn": "@acl.Arn",
            "LogDestinationConfigs": [group],
            "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}],
        },
        ("wafv2", "get_logging_configuration", {"ResourceArn": "@acl.Arn"}, "LoggingConfiguration"),
        {"LogDestinationConfigs": [group], "RedactedFields[0].SingleHeader.Name": "authorization"},
        needs={**GROUP, "acl": ("AWS::WAFv2::WebACL", ACL)},
        change={"RedactedFields": [{"SingleHeader": {"Name": "cookie"}}]},
        then={"RedactedFields[0].SingleHeader.Name": "cookie"},
    )


def test_a_load_balancer_is_protected_and_released(bench: Any) -> None:
    network = {
        "vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        "a": ("AWS::EC2::Subnet", {"VpcId": "@vpc", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a"}),
        "b": ("AWS::EC2::Subnet", {"VpcId": "@vpc", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1b"}),
        "balancer": ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Subnets": ["@a", "@b"]}),
        "acl": ("AWS::WAFv2::WebACL", ACL),
    }
    bench.round_trip(
        "AWS::WAFv2::WebACLAssociation",
        {"ResourceArn": "@balancer", "WebACLArn": "@acl.Arn"},
        ("wafv2", "get_web_acl_for_resource", {"ResourceArn": "@balancer"}, "WebACL"),
        {"ARN": "@acl.Arn"},
        needs=network,
    )
