from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


def test_holds_for_records_that_are_not_there(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, record: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, f"www.{domain}", "AAAA", "2001:db8::1")
    write_record(zone, f"ww.{domain}", "A", "192.0.2.2")
    result = asked("records-free", plan({"Record": record(zone, f"www.{domain}")}))
    assert (result.verdict, result.points[0].text) == ("holds", f"www.{domain} A")


def test_fails_for_a_record_of_somebody_else(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, record: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, domain, "A", "192.0.2.2")
    result = asked("records-free", plan({"Record": record(zone, domain)}))
    assert result.verdict == "fails"
    assert result.points[0].text == f"Record: {zone} has a record {domain} A that is not of this stack"


def test_fails_beside_a_cname(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, record: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, f"www.{domain}", "CNAME", "elsewhere.example")
    assert asked("records-free", plan({"Record": record(zone, f"www.{domain}")})).verdict == "fails"


def test_records_told_apart_by_an_identifier_live_together(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, record: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, domain, "A", "192.0.2.2", SetIdentifier="blue", Weight=1)
    green = record(zone, domain, SetIdentifier="green", Weight=1)
    assert asked("records-free", plan({"Record": green})).verdict == "holds"
    assert asked("records-free", plan({"Record": record(zone, domain)})).verdict == "fails"


def test_a_record_that_the_stack_holds_is_its_own(
    plan: Plan, asked: Asked, make_zone: Any, write_record: Any, record: Any, domain: str
) -> None:
    zone = make_zone(domain)
    write_record(zone, domain, "A", "192.0.2.1")
    subject = plan({"Record": record(zone, domain)}, held={"Record": domain})
    assert asked("records-free", subject).verdict == "not applicable"


@pytest.mark.parametrize(
    ("there", "planned", "told"),
    [
        ({}, {"SetIdentifier": "b", "Failover": "PRIMARY"}, "routes another way (simple, not Failover)"),
        ({"SetIdentifier": "a", "Failover": "PRIMARY"}, {}, "routes another way (Failover, not simple)"),
        (
            {"SetIdentifier": "a", "Failover": "PRIMARY"},
            {"SetIdentifier": "b", "Region": "eu-west-1"},
            "routes another way (Failover, not Region)",
        ),
        (
            {"SetIdentifier": "a", "Failover": "PRIMARY"},
            {"SetIdentifier": "b", "Failover": "PRIMARY"},
            "is PRIMARY already, in a",
        ),
        ({"SetIdentifier": "a", "Failover": "PRIMARY"}, {"SetIdentifier": "b", "Failover": "SECONDARY"}, ""),
        ({"SetIdentifier": "a", "Region": "us-east-1"}, {"SetIdentifier": "b", "Region": "eu-west-1"}, ""),
    ],
)
def test_records_of_one_name_route_one_way(
    plan: Plan,
    asked: Asked,
    make_zone: Any,
    write_record: Any,
    record: Any,
    domain: str,
    there: dict[str, str],
    planned: dict[str, str],
    told: str,
) -> None:
    zone = make_zone(domain)
    write_record(zone, domain, "A", "192.0.2.2", **there)
    result = asked("records-free", plan({"Record": record(zone, domain, **planned)}))
    assert result.verdict == ("fails" if told else "holds")
    assert told in result.points[0].text
