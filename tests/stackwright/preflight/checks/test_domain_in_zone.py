from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


def test_holds_for_names_of_the_zone(
    plan: Plan, asked: Asked, make_zone: Any, record: Any, certificate: Any, domain: str
) -> None:
    zone = make_zone(domain)
    resources = {"Record": record(zone, f"www.{domain}"), "Certificate": certificate(zone, domain, f"*.{domain}")}
    result = asked("domain-in-zone", plan(resources))
    assert (result.verdict, result.points[0].text) == (
        "holds",
        f"www.{domain}, {domain}, *.{domain} in {domain}",
    )


def test_fails_for_a_name_beside_the_zone(plan: Plan, asked: Asked, make_zone: Any, record: Any, domain: str) -> None:
    zone = make_zone(domain)
    result = asked("domain-in-zone", plan({"Record": record(zone, f"other{domain}")}))
    assert result.verdict == "fails"
    assert result.points[0].text == f"Record: other{domain} is not in the hosted zone {domain} ({zone})"


def test_fails_for_a_certificate_of_another_domain(
    plan: Plan, asked: Asked, make_zone: Any, certificate: Any, domain: str
) -> None:
    result = asked("domain-in-zone", plan({"Certificate": certificate(make_zone(domain), "shop.example")}))
    assert result.verdict == "fails"
