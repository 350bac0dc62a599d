from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


def test_holds_where_no_record_restricts_it(
    plan: Plan, asked: Asked, make_zone: Any, certificate: Any, domain: str
) -> None:
    result = asked("certificate-authority", plan({"Certificate": certificate(make_zone(domain), domain)}))
    assert (result.verdict, result.points[0].text) == ("holds", f"{domain}: anybody may")


def test_holds_where_amazon_is_named(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, certificate: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, domain, "CAA", '0 issue "amazon.com"')
    result = asked("certificate-authority", plan({"Certificate": certificate(zone, f"www.{domain}")}))
    assert (result.verdict, result.points[0].text) == ("holds", f"www.{domain}: {domain} names Amazon")


def test_fails_where_only_others_are_named(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, certificate: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, domain, "CAA", '0 issue "letsencrypt.org; validationmethods=dns-01"')
    result = asked("certificate-authority", plan({"Certificate": certificate(zone, f"www.{domain}")}))
    assert result.verdict == "fails"
    assert "lets only letsencrypt.org issue certificates" in result.points[0].text


def test_fails_for_a_wildcard_that_nobody_may_issue(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, certificate: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, domain, "CAA", '0 issuewild ";"')
    result = asked("certificate-authority", plan({"Certificate": certificate(zone, domain, f"*.{domain}")}))
    assert [each.verdict for each in result.points] == ["holds", "fails"]
