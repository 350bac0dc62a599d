"""Hosted zones, records and certificates: created, read back, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest
from support.account_numbers import account_id

TAGS = [{"Key": "Project", "Value": "stackwright"}]
ZONE = {"zone": ("AWS::Route53::HostedZone", {"Name": "example.com"})}
RECORDS = ("route53", "list_resource_record_sets", {"HostedZoneId": "@zone"})
CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::Route53::HostedZone",
        "properties": {
            "Name": "example.com",
            "HostedZoneConfig": {"Comment": "the zone"},
            "HostedZoneTags": TAGS,
        },
        "read": ("route53", "get_hosted_zone", {"Id": "@"}, "@"),
        "sees": {
            "HostedZone.Name": "example.com.",
            "HostedZone.Config.Comment": "the zone",
        },
        "change": {"HostedZoneConfig": {"Comment": "changed"}, "HostedZoneTags": []},
        "then": {"HostedZone.Config.Comment": "changed"},
        "attributes": ("Id", "NameServers"),
    },
    {
        "type": "AWS::Route53::RecordSet",
        "needs": ZONE,
        "properties": {
            "HostedZoneId": "@zone",
            "Name": "www.example.com",
            "Type": "A",
            "AliasTarget": {
                "DNSName": "alb.elb.amazonaws.com",
                "HostedZoneId": "Z35SXDOTRQ7X7K",
                "EvaluateTargetHealth": "true",
            },
        },
        "read": (*RECORDS, "ResourceRecordSets[?Name=='www.example.com.'] | [0]"),
        "sees": {"AliasTarget.EvaluateTargetHealth": True, "Type": "A"},
        "change": {"AliasTarget": {"DNSName": "other.elb.amazonaws.com", "HostedZoneId": "Z35SXDOTRQ7X7K"}},
        "then": {
            "AliasTarget.EvaluateTargetHealth": False,
            "AliasTarget.DNSName": "other.elb.amazonaws.com",
        },
    },
    {
        "type": "AWS::Route53::RecordSet",
        "needs": ZONE,
        "properties": {
            "HostedZoneName": "example.com.",
            "Name": "text.example.com",
            "Type": "TXT",
            "TTL": "300",
            "ResourceRecords": ['"one"', '"two"'],
        },
        "read": (*RECORDS, "ResourceRecordSets[?Type=='TXT'] | [0]"),
        "sees": {"TTL": 300, "ResourceRecords[].Value": ['"one"', '"two"']},
    },
    {
        "type": "AWS::Route53::RecordSetGroup",
        "needs": ZONE,
        "properties": {
            "HostedZoneId": "@zone",
            "RecordSets": [
                {
                    "Name": "a.example.com",
                    "Type": "CNAME",
                    "TTL": "60",
                    "ResourceRecords": ["b.example.com"],
                }
            ],
        },
        "read": (*RECORDS, "ResourceRecordSets[?Type=='CNAME'] | [0]"),
        "sees": {"Name": "a.example.com."},
    },
    {
        "type": "AWS::Route53::HealthCheck",
        "properties": {
            "HealthCheckConfig": {
                "Type": "HTTPS",
                "FullyQualifiedDomainName": "example.com",
                "ResourcePath": "/health",
                "Port": "443",
                "RequestInterval": "30",
                "FailureThreshold": "3",
            },
            "HealthCheckTags": TAGS,
        },
        "read": ("route53", "get_health_check", {"HealthCheckId": "@"}, "HealthCheck"),
        "sees": {"HealthCheckConfig.ResourcePath": "/health", "HealthCheckConfig.Port": 443},
        "change": {
            "HealthCheckConfig": {
                "Type": "HTTPS",
                "FullyQualifiedDomainName": "example.com",
                "ResourcePath": "/status",
                "Port": "443",
            }
        },
        "then": {"HealthCheckConfig.ResourcePath": "/status"},
        "attributes": ("HealthCheckId",),
    },
    {
        "type": "AWS::CertificateManager::Certificate",
        "needs": ZONE,
        "properties": {
            "DomainName": "example.com",
            "SubjectAlternativeNames": ["*.example.com"],
            "ValidationMethod": "DNS",
            "DomainValidationOptions": [
                {"DomainName": "example.com", "HostedZoneId": "@zone"},
                {"DomainName": "*.example.com", "HostedZoneId": "@zone"},
            ],
            "Tags": TAGS,
        },
        "read": ("acm", "describe_certificate", {"CertificateArn": "@"}, "Certificate"),
        "sees": {"DomainName": "example.com", "Status": "ISSUED"},
        "change": {"Tags": [], "CertificateTransparencyLoggingPreference": "DISABLED"},
        "then": {"Options.CertificateTransparencyLoggingPreference": "DISABLED"},
        "attributes": ("CertificateArn",),
    },
]


@pytest.fixture
def account() -> str:
    """A zone keeps its validation records, so each test has an account of its own."""
    return account_id()


@pytest.fixture
def client(endpoint: str, account: str, clients: Any) -> Any:
    return clients(endpoint, account, "us-east-1")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_round_trip(case: dict[str, Any], bench: Any) -> None:
    bench.round_trip(**case)


def test_certificate_without_a_zone_waits(bench: Any) -> None:
    kind = "AWS::CertificateManager::Certificate"
    bench.make("", kind, {"DomainName": "example.com", "ValidationMethod": "DNS"})
    read = ("acm", "describe_certificate", {"CertificateArn": "@"}, "Certificate.Status")
    assert bench.read(*read) == "PENDING_VALIDATION"


def test_validation_record_stays_when_the_certificate_goes(bench: Any) -> None:
    case = CASES[-1]
    for name, (kind, its) in case["needs"].items():
        bench.make(name, kind, its)
    bench.make("", case["type"], case["properties"])
    bench.context.client("acm").delete_certificate(CertificateArn=bench.fill("@"))
    names = bench.read(*RECORDS, "ResourceRecordSets[?Type=='CNAME'].Name")
    assert len(names) == 1
    assert names[0].endswith(".example.com.")
