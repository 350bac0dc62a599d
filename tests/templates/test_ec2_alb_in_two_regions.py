"""ec2-alb as one of two regions that a name leads to, by failover and by latency: composed, linted and proven."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nested.dns import Routing
from stackwright.compose import Blueprint
from stackwright.lint import SETTINGS, lint
from stackwright.render import render
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from stackwright.verify.examine import examine
from templates import ec2_alb

PROJECT = Path(__file__).parents[2]
ROUTINGS: tuple[Routing, ...] = ("failover", "latency")
HERE, THERE = "eu-west-1", "eu-central-1"


@cache
def composed(routing: Routing) -> Blueprint:
    return ec2_alb.blueprint(routing=routing)


@cache
def file(environment: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PROJECT / "params" / "ec2-alb" / f"{environment}.json").read_text())
    return found


def deployed(routing: Routing, environment: str = "prod", region: str = HERE) -> Graph:
    made = composed(routing)
    role = {"FailoverRole": "PRIMARY" if region == HERE else "SECONDARY"} if routing == "failover" else {}
    given = file(environment)["Parameters"] | role
    return resolve(made.root, made.nested, given, region=region, stack_name=f"ec2-alb-{environment}")


def test_linters_find_nothing(tmp_path: Path) -> None:
    """What the blueprint has with simple records as well is linted with that."""
    shipped = {
        content for each in render([ec2_alb.blueprint()], tmp_path / "shipped") for content in each.files.values()
    }
    named = [replace(composed(each), name=each) for each in ROUTINGS]
    written = [
        replace(each, files={file: content for file, content in each.files.items() if content not in shipped})
        for each in render(named, tmp_path / "build")
    ]
    report = lint(written, settings=PROJECT / SETTINGS, cache=tmp_path / "cache", watched=lambda _: nullcontext())
    assert {file for _, file in report.findings} == {"root.json", "nested/dns.json"}
    assert [each for found in report.findings.values() for each in found] == []


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("routing", ROUTINGS)
def test_it_is_proven(routing: Routing, environment: str) -> None:
    simple = ec2_alb.blueprint()
    given = file(environment)
    graph = resolve(simple.root, simple.nested, given["Parameters"], region=HERE, stack_name=f"ec2-alb-{environment}")
    before, after = (
        {(each.rule, found.resource) for each in examine([one], made, given["Tags"]) for found in each.findings}
        for one, made in ((graph, simple), (deployed(routing, environment), composed(routing)))
    )
    assert after == before, "what the environment accepts, and nothing more"


@pytest.mark.parametrize("routing", ROUTINGS)
def test_each_region_has_records_of_its_own_for_the_load_balancer_of_its_own(routing: Routing) -> None:
    for region in (HERE, THERE):
        found = deployed(routing, region=region).resources
        records = [rendered(each.properties) for each in found.values() if each.type == "AWS::Route53::RecordSet"]
        assert {(each["Name"], each["Type"]) for each in records} == {
            (name, kind) for name in ("example.com", "www.example.com") for kind in ("A", "AAAA")
        }
        assert {each["SetIdentifier"] for each in records} == {region}
        assert {each["AliasTarget"]["DNSName"] for each in records} == {
            "dualstack.${LoadBalancer/LoadBalancer.DNSName}"
        }
