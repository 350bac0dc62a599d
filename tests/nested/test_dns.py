"""Alias records: apex and www, both address families."""

from __future__ import annotations

from nested import dns
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {
    "DomainName": "app.example.com",
    "LoadBalancerDnsName": "app-1.us-east-1.elb.amazonaws.com",
    "LoadBalancerZoneId": "Z35SXDOTRQ7X7K",
}
GRAPH = resolve(dns.template().to_dict(), {}, GIVEN, region="us-east-1", stack_name="dns")
RECORDS = [rendered(each.properties) for each in GRAPH.resources.values()]


def test_apex_and_www_answer_in_both_families() -> None:
    assert {(each["Name"], each["Type"]) for each in RECORDS} == {
        ("app.example.com", "A"),
        ("app.example.com", "AAAA"),
        ("www.app.example.com", "A"),
        ("www.app.example.com", "AAAA"),
    }


def test_records_are_aliases_of_the_load_balancer() -> None:
    for each in RECORDS:
        assert each["AliasTarget"] == {
            "DNSName": "dualstack.app-1.us-east-1.elb.amazonaws.com",
            "HostedZoneId": "Z35SXDOTRQ7X7K",
            "EvaluateTargetHealth": False,
        }


def test_the_service_is_reached_over_https() -> None:
    assert GRAPH.outputs["ServiceUrl"] == "https://app.example.com"
