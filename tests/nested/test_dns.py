"""Alias records: apex and www, both address families, in one region or told apart by two."""

from __future__ import annotations

from typing import Any

import pytest

from nested import dns
from nested.dns import Routing
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {
    "DomainName": "app.example.com",
    "LoadBalancerDnsName": "app-1.us-east-1.elb.amazonaws.com",
    "LoadBalancerZoneId": "Z35SXDOTRQ7X7K",
}
GRAPH = resolve(dns.template().to_dict(), {}, GIVEN, region="us-east-1", stack_name="dns")
RECORDS = [rendered(each.properties) for each in GRAPH.resources.values()]


def deployed(routing: Routing, region: str = "us-east-1", **given: str) -> dict[str, dict[str, Any]]:
    template = dns.template(routing=routing, health_path="/ready").to_dict()
    graph = resolve(template, {}, GIVEN | given, region=region, stack_name="dns")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def records(routing: Routing, region: str = "us-east-1", **given: str) -> dict[str, dict[str, Any]]:
    return {path: each for path, each in deployed(routing, region, **given).items() if path.endswith("Record")}


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


@pytest.mark.parametrize("role", ["PRIMARY", "SECONDARY"])
def test_in_a_failover_each_region_has_its_role(role: str) -> None:
    found = records("failover", "eu-west-1", FailoverRole=role).values()
    assert len(found) == 4
    assert {(each["SetIdentifier"], each["Failover"]) for each in found} == {("eu-west-1", role)}
    assert not any("Region" in each for each in found)


def test_by_latency_each_region_answers_for_itself() -> None:
    found = records("latency", "eu-west-1").values()
    assert {(each["SetIdentifier"], each["Region"]) for each in found} == {("eu-west-1", "eu-west-1")}
    assert not any("Failover" in each for each in found)
    assert "FailoverRole" not in dns.template(routing="latency").parameters


@pytest.mark.parametrize("routing", ["failover", "latency"])
def test_records_hang_on_a_check_of_the_endpoint_and_not_on_its_targets(routing: Routing) -> None:
    found = deployed(routing)
    check = found["EndpointHealth"]["HealthCheckConfig"]
    assert (check["Type"], check["Port"], check["ResourcePath"]) == ("HTTPS", 443, "/ready")
    assert check["FullyQualifiedDomainName"] == GIVEN["LoadBalancerDnsName"]
    for each in records(routing).values():
        assert each["HealthCheckId"] == "${EndpointHealth.HealthCheckId}"
        assert each["AliasTarget"]["EvaluateTargetHealth"] is False


def test_no_record_of_one_policy_becomes_one_of_another() -> None:
    titles = [set(records(routing)) for routing in ("simple", "failover", "latency")]
    assert all(not (a & b) for a in titles for b in titles if a is not b)
