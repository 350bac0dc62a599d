"""What CloudFront needs in us-east-1: nothing that is charged unless asked for, and nothing in another region."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nested.edge_logs import FIELDS, FORMAT
from nested.inputs import EDGE_CERTIFICATE_ARN, WEB_ACL_ARN
from nested.parts.firewall import MANAGED_GROUPS
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import edge

ROOT = edge.blueprint().root
NAMED = {"ProjectName": "shop", "EnvironmentName": "dev"}
WITH_DISTRIBUTION = {"DistributionId": "E2EXAMPLE12345"}
WITHOUT = {"DistributionId": ""}

# "AWS Managed Rules rule groups list" and "Rate-based rule statement", AWS WAF Developer Guide; "AWS WAF quotas".
CAPACITY = {"AmazonIpReputationList": 25, "KnownBadInputsRuleSet": 200, "CommonRuleSet": 700, "RequestLimit": 2}
BASIC_CAPACITY = 1500


def resources(region: str = "us-east-1", **given: str) -> dict[str, Any]:
    graph = resolve(ROOT, {}, {**NAMED, **WITHOUT, **given}, region=region, stack_name="edge-dev")
    return {path: {"Type": each.type, **rendered(each.properties)} for path, each in graph.resources.items()}


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-2"])
def test_any_other_region_is_refused(region: str) -> None:
    with pytest.raises(ResolveError, match="edge is for us-east-1"):
        resources(region)


def test_the_topic_is_told_by_alarms_alone() -> None:
    found = resources()
    for document in (found["NotificationsPolicy"]["PolicyDocument"], found["NotificationKey"]["KeyPolicy"]):
        services = [each["Principal"].get("Service") for each in document["Statement"]]
        assert [each for each in services if each] == ["cloudwatch.amazonaws.com"]


def test_nothing_is_made_that_was_not_asked_for() -> None:
    kinds = {each["Type"] for each in resources().values()}
    assert kinds == {
        "AWS::KMS::Key",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
    }


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"AlternateDomainName": "cdn.example.com"}, {"EdgeCertificate", "CertificateEnds"}),
        ({"Firewall": "on"}, {"WebAcl", "FirewallLogs", "FirewallLogging"}),
        (
            WITH_DISTRIBUTION,
            {"AccessLogSource", "AccessLogDestination", "AccessLogDelivery", "ServerErrors", "RefusedRequests"},
        ),
        ({"AlarmEmail": "ops@example.com"}, {"EmailSubscription"}),
    ],
)
def test_each_part_comes_by_its_parameter(given: dict[str, str], made: set[str]) -> None:
    assert resources(**given).keys() - resources().keys() == made


def test_outputs_fit_what_a_distribution_takes() -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    acl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/WebAcl-a1B2/01234567-89ab-cdef-0123-456789abcdef"
    for source, value in ((EDGE_CERTIFICATE_ARN, certificate), (WEB_ACL_ARN, acl)):
        assert source.name in ROOT["Outputs"]
        assert re.fullmatch(source.pattern or "", value)
        assert re.fullmatch(source.pattern or "", "")
        assert not re.fullmatch(source.pattern or "", value.replace("us-east-1", "eu-west-1"))
    assert not re.fullmatch(WEB_ACL_ARN.pattern or "", acl.replace("global", "regional"))


def rules(firewall: str) -> dict[str, dict[str, Any]]:
    return {each["Name"]: each for each in resources(Firewall=firewall)["WebAcl"]["Rules"]}


def test_the_firewall_blocks_when_it_is_on() -> None:
    found = rules("on")
    assert found.keys() == CAPACITY.keys()
    assert all(found[name]["OverrideAction"] == {"None": {}} for name in MANAGED_GROUPS)
    assert found["RequestLimit"]["Action"] == {"Block": {}}


def test_the_firewall_blocks_nobody_when_it_counts() -> None:
    found = rules("count")
    assert all(found[name]["OverrideAction"] == {"Count": {}} for name in MANAGED_GROUPS)
    assert found["RequestLimit"]["Action"] == {"Count": {}}


def test_an_upload_gets_through() -> None:
    group = rules("on")["CommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    assert group["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]


def test_the_firewall_costs_the_basic_price() -> None:
    assert sum(CAPACITY[name] for name in rules("on")) <= BASIC_CAPACITY


def test_the_firewall_logs_what_it_matched_without_secrets() -> None:
    made = resources(Firewall="on")
    assert made["FirewallLogs"]["LogGroupName"].startswith("aws-waf-logs-")
    logging = made["FirewallLogging"]
    assert {each["SingleHeader"]["Name"] for each in logging["RedactedFields"]} == {"authorization", "cookie"}
    assert not logging["LogDestinationConfigs"][0].endswith(":*")
    kept = logging["LoggingFilter"]
    assert kept["DefaultBehavior"] == "DROP"
    assert {"ActionCondition": {"Action": "BLOCK"}} in kept["Filters"][0]["Conditions"]


def test_access_logs_keep_no_cookie() -> None:
    assert "cs(Cookie)" not in FIELDS.split()
    assert resources(**WITH_DISTRIBUTION)["AccessLogDelivery"]["RecordFields"] == FIELDS.split()


def test_a_replaced_end_of_the_delivery_finds_its_name_free() -> None:
    one, other = (resources(DistributionId=each) for each in ("E2EXAMPLE12345", "E3EXAMPLE12345"))
    for end in ("AccessLogSource", "AccessLogDestination"):
        assert one[end]["Name"] != other[end]["Name"]
    assert FORMAT in one["AccessLogDestination"]["Name"]


def test_only_this_accounts_deliveries_may_write() -> None:
    statement = resources()["AccessLogsPolicy"]["PolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Condition"]["StringEquals"].keys() == {"aws:SourceAccount", "s3:x-amz-acl"}
    assert "delivery-source:*" in statement["Condition"]["ArnLike"]["aws:SourceArn"]


def test_alarms_are_on_the_one_place_of_cloudfronts_metrics() -> None:
    made = resources(**WITH_DISTRIBUTION)
    for name in ("ServerErrors", "RefusedRequests"):
        metrics = [each["MetricStat"]["Metric"] for each in made[name]["Metrics"] if "MetricStat" in each]
        assert {each["Namespace"] for each in metrics} == {"AWS/CloudFront"}
        for each in metrics:
            dimensions = {pair["Name"]: pair["Value"] for pair in each["Dimensions"]}
            assert dimensions == {"DistributionId": WITH_DISTRIBUTION["DistributionId"], "Region": "Global"}
