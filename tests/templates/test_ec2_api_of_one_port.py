"""ec2-api before an Application Load Balancer, by each API that reaches one: composed, linted and proven."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from troposphere import Template

from nested import api_gateway, http_api
from nested.parts.openapi import Callers
from stackwright.compose import Blueprint
from stackwright.lint import SETTINGS, lint
from stackwright.render import render
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from stackwright.verify.deployment import Deployment
from stackwright.verify.reach import ways
from stackwright.verify.rules import rules
from templates import ec2_alb, ec2_api

PROJECT = Path(__file__).parents[2]
APIS: dict[str, Callable[[], Template]] = {
    "HTTP, everybody": http_api.template,
    "HTTP, IAM": lambda: http_api.template(authorization="AWS_IAM"),
    "HTTP, JWT": lambda: http_api.template(authorization="JWT"),
    "REST": lambda: api_gateway.template(to="application", callers=Callers("AWS_IAM", keys=True)),
}
TOKENS = {"JwtIssuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a1b2c3", "JwtAudience": "shop"}
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
ENCRYPTED = {"CertificateArn": CERTIFICATE, "CertificateName": "app.example.com"}
# One NAT gateway for both zones: dev waits when its zone fails, and pays for one.
ACCEPTED = {"dev": {"availability/survives-zone-loss": "Vpc/PrivateDefaultRoute"}, "prod": {}}


@cache
def composed(api: str) -> Blueprint:
    return ec2_api.blueprint(application=APIS[api]())


@cache
def file(environment: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PROJECT / "params" / "ec2-api" / f"{environment}.json").read_text())
    return found


def deployed(api: str, environment: str = "prod", **parameters: str) -> Graph:
    made = composed(api)
    given = {**file(environment)["Parameters"], **TOKENS, **parameters}
    known = {name: each for name, each in given.items() if name in made.root["Parameters"]}
    return resolve(made.root, made.nested, known, region="us-east-1", stack_name=f"ec2-api-{environment}")


def of_type(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [rendered(each.properties) for each in graph.resources.values() if each.type == f"AWS::{kind}"]


def test_linters_find_nothing(tmp_path: Path) -> None:
    """All at once, so that what they share is linted once; what a blueprint ships is linted with that."""
    others = render([ec2_alb.blueprint(), ec2_api.blueprint()], tmp_path / "shipped")
    shipped = {content for each in others for content in each.files.values()}
    named = [replace(composed(api), name=f"api{number}") for number, api in enumerate(APIS)]
    written = [
        replace(each, files={file: content for file, content in each.files.items() if content not in shipped})
        for each in render(named, tmp_path / "build")
    ]
    report = lint(written, settings=PROJECT / SETTINGS, cache=tmp_path / "cache", watched=lambda _: nullcontext())
    assert {file for _, file in report.findings} >= {"root.json", "nested/api.json", "nested/load_balancer.json"}
    assert [each for found in report.findings.values() for each in found] == []


@pytest.mark.parametrize(("environment", "parameters"), [("dev", {}), ("prod", ENCRYPTED)], ids=["dev", "prod"])
@pytest.mark.parametrize("api", APIS)
def test_it_is_proven(api: str, environment: str, parameters: dict[str, str]) -> None:
    made = composed(api)
    graph = deployed(api, environment, **parameters)
    deployment = Deployment(graph, made.root, made.nested, file(environment)["Tags"])
    applied = {name: rule for name, rule in rules().items() if rule.applies(deployment)}
    found = [(name, each) for name, rule in applied.items() for each in rule.check(deployment)]
    accepted = ACCEPTED[environment]
    assert not [pair for pair in found if not pair[1].resource.startswith(accepted.get(pair[0], "none"))]
    assert {name for name, _ in found} == set(accepted)
    assert {"security/apis-are-logged", "security/tasks-admit-only-load-balancer"} <= set(applied)


@pytest.mark.parametrize(
    ("parameters", "listener"),
    [({}, "HttpListener (tcp 80)"), (ENCRYPTED, "HttpsListener (tcp 443)")],
    ids=["plain", "encrypted"],
)
@pytest.mark.parametrize("api", APIS)
def test_the_api_is_the_only_way_to_the_tasks(api: str, parameters: dict[str, str], listener: str) -> None:
    graph = deployed(api, **parameters)
    entrance = "Api/HttpApi" if api.startswith("HTTP") else "Api/RestApi"
    port = listener.partition(" ")[2]
    assert [str(each) for each in ways(graph) if each.target == "Service/Service"] == [
        f"internet -> {entrance} (tcp 443) -> Api/VpcLink -> LoadBalancer/LoadBalancer {port} -> "
        f"LoadBalancer/{listener} -> Service/TargetGroup -> Service/TaskSecurityGroup (tcp 3000) -> "
        "Service/Service (tcp 3000)"
    ]
    assert {each.hops[0].path for each in ways(graph)} == {entrance}


@pytest.mark.parametrize("api", APIS)
def test_the_load_balancer_admits_the_links_group_and_nobody_else(api: str) -> None:
    graph = deployed(api)
    (balancer,) = of_type(graph, "ElasticLoadBalancingV2::LoadBalancer")
    assert (balancer["Scheme"], balancer["SecurityGroups"]) == ("internal", ["${LoadBalancer/SecurityGroup.GroupId}"])
    assert not [each for each in of_type(graph, "EC2::SecurityGroup") if each.get("SecurityGroupIngress")]
    inward = [each for each in of_type(graph, "EC2::SecurityGroupIngress") if "LoadBalancer/" in each["GroupId"]]
    assert {each["SourceSecurityGroupId"] for each in inward} == {"${Api/LinkSecurityGroup.GroupId}"}
    assert {each["FromPort"] for each in inward} == {80, 443}
    (link,) = of_type(graph, "ApiGatewayV2::VpcLink")
    assert link["SecurityGroupIds"] == ["${Api/LinkSecurityGroup.GroupId}"]


def test_a_certificate_and_the_name_that_is_checked_come_together() -> None:
    with pytest.raises(ResolveError, match="given both or not at all"):
        deployed("REST", CertificateArn=CERTIFICATE)
    with pytest.raises(ResolveError, match="given both or not at all"):
        deployed("HTTP, JWT", CertificateName="app.example.com")


def test_a_function_may_refuse_a_release_before_a_caller_meets_it() -> None:
    function = "arn:aws:lambda:us-east-1:123456789012:function:approve"
    graph = deployed("REST", DeploymentStrategy="BLUE_GREEN", LifecycleHookArn=function)
    (service,) = of_type(graph, "ECS::Service")
    (hook,) = service["DeploymentConfiguration"]["LifecycleHooks"]
    assert (hook["HookTargetArn"], hook["LifecycleStages"]) == (function, ["POST_TEST_TRAFFIC_SHIFT"])


def test_a_rest_api_alone_may_have_a_web_acl() -> None:
    assert of_type(deployed("REST", Firewall="on"), "WAFv2::WebACLAssociation")
    assert "Firewall" not in composed("HTTP, JWT").root["Parameters"]
