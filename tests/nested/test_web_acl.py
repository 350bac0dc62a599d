"""The web ACL of a load balancer: the rules of the edge in the load balancer's scope, and only if asked for."""

from __future__ import annotations

from typing import Any

import pytest

from nested import web_acl
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import ec2_alb, ec2_api, fargate_alb

ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef"


def resources(firewall: str) -> dict[str, Any]:
    given = {"LoadBalancerArn": ARN, "Firewall": firewall}
    graph = resolve(web_acl.template().to_dict(), {}, given, region="eu-west-1", stack_name="web-dev-WebAcl-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_it_protects_the_load_balancer() -> None:
    found = resources("on")
    assert found["WebAcl"]["Scope"] == "REGIONAL"
    assert found["Protection"] == {"ResourceArn": ARN, "WebACLArn": "${WebAcl.Arn}"}


def test_its_log_is_in_its_own_region() -> None:
    (destination,) = resources("on")["FirewallLogging"]["LogDestinationConfigs"]
    assert destination.startswith("arn:aws:logs:eu-west-1:123456789012:log-group:")


def test_an_apis_stage_is_protected_by_its_arn() -> None:
    stage = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/prod"
    given = {"ApiStageArn": stage, "Firewall": "on"}
    template = web_acl.template(protects="API").to_dict()
    graph = resolve(template, {}, given, region="eu-west-1", stack_name="web-dev-WebAcl-1")
    assert rendered(graph.resources["Protection"].properties)["ResourceArn"] == stage


@pytest.mark.parametrize(
    "made", [ec2_alb.blueprint(), ec2_api.blueprint(), fargate_alb.blueprint()], ids=lambda made: made.name
)
def test_there_is_none_by_default(made: Any) -> None:
    assert made.root["Parameters"]["Firewall"]["Default"] == "off"
    assert made.root["Resources"]["WebAcl"]["Condition"] == "HasWebAcl"
