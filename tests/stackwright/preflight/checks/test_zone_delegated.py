from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


def test_holds_for_a_delegated_zone(plan: Plan, asked: Asked, make_zone: Any, record: Any, domain: str) -> None:
    zone = make_zone(domain)
    result = asked("zone-delegated", plan({"Record": record(zone, domain)}))
    assert result.verdict == "holds"
    assert result.points[0].text.startswith(f"{domain} ({zone}) by ns-2048.awsdns-64.com, ")


def test_fails_for_a_zone_that_dns_does_not_find(
    plan: Plan, asked: Asked, make_zone: Any, certificate: Any, domain: str
) -> None:
    zone = make_zone(domain, delegated=False)
    result = asked("zone-delegated", plan({"Certificate": certificate(zone, domain)}))
    assert result.verdict == "fails"
    assert result.points[0].text == f"{domain} ({zone}): public DNS does not find the zone"
    assert "enter ns-2048.awsdns-64.com" in result.points[0].mend


def test_fails_for_other_name_servers(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, record: Any, domain: str
) -> None:
    zone = make_zone(f"dev.{domain}")
    write_record(make_zone(domain), f"dev.{domain}", "NS", "ns.former.example.")
    result = asked("zone-delegated", plan({"Record": record(zone, f"dev.{domain}")}))
    assert result.verdict == "fails"
    assert result.points[0].text == f"dev.{domain} ({zone}): public DNS refers to ns.former.example"


def test_fails_for_a_zone_that_is_not_there(plan: Plan, asked: Asked, record: Any, domain: str) -> None:
    result = asked("zone-delegated", plan({"Record": record("Z0123456789ABC", domain)}))
    assert (result.verdict, result.points[0].text) == ("fails", "there is no hosted zone Z0123456789ABC")


def test_a_zone_that_the_plan_makes_cannot_be_delegated_yet(plan: Plan, asked: Asked, record: Any, domain: str) -> None:
    resources = {
        "Zone": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": domain}},
        "Record": record({"Ref": "Zone"}, domain),
    }
    assert asked("zone-delegated", plan(resources)).verdict == "not applicable"


def test_what_the_stack_holds_is_not_asked_again(
    plan: Plan, asked: Asked, make_zone: Any, record: Any, domain: str
) -> None:
    zone = make_zone(domain, delegated=False)
    subject = plan({"Record": record(zone, domain)}, held={"Record": domain})
    assert asked("zone-delegated", subject).verdict == "not applicable"


def test_cannot_be_told_when_no_dns_answers(
    plan: Plan, asked: Asked, make_zone: Any, record: Any, domain: str, monkeypatch: Any
) -> None:
    subject = plan({"Record": record(make_zone(domain), domain)})
    monkeypatch.setattr("stackwright.preflight.dns.SECONDS", 0.3)
    monkeypatch.setattr("stackwright.preflight.dns.address", lambda _: ("localhost", 9))
    result = asked("zone-delegated", subject)
    assert result.verdict == "cannot be told"
    assert result.points[0].text.startswith("DNS does not answer")


def test_cannot_be_told_where_the_zone_may_not_be_read(plan: Plan, asked: Asked, record: Any, deny: Any) -> None:
    deny("route53", "get_hosted_zone")
    assert asked("zone-delegated", plan({"Record": record("Z1", "shop.example")})).verdict == "cannot be told"
