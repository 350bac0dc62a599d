from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, findings, resource, seeded, told

RULE = "security/origins-are-reached-only-through-cloudfront"
ANYBODY = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}
SECRET = "{{resolve:secretsmanager:origin:SecretString}}"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_is(environment: str) -> None:
    assert findings(RULE, seeded(blueprint="fargate-cdn", environment=environment)) == []


def _public(stacks: STACKS, *rules: dict[str, Any]) -> None:
    """Make the load balancer a public one, with these rules instead of its own."""
    resource(stacks, "LoadBalancer/LoadBalancer")["Properties"]["Scheme"] = "internet-facing"
    subnets = stacks["root"]["Resources"]["LoadBalancer"]["Properties"]["Parameters"]
    subnets["PrivateSubnetIds"] = {"Fn::GetAtt": ["Vpc", "Outputs.PublicSubnetIds"]}
    if rules:
        resource(stacks, "LoadBalancer/HttpEntrance")["Properties"]["SecurityGroupIngress"] = list(rules)


def _asked(stacks: STACKS, *, sent: Any, asked: Any) -> None:
    origin = resource(stacks, "Cdn/Distribution")["Properties"]["DistributionConfig"]["Origins"][0]
    del origin["VpcOriginConfig"]
    origin["CustomOriginConfig"] = {"OriginProtocolPolicy": "http-only"}
    origin["OriginCustomHeaders"] = [{"HeaderName": "X-Origin-Verify", "HeaderValue": sent}]
    header = {"HttpHeaderName": "x-origin-verify", "Values": [asked]}
    rule = resource(stacks, "Service/ListenerRule")["Properties"]
    rule["Conditions"].append({"Field": "http-header", "HttpHeaderConfig": header})


def test_a_load_balancer_that_is_open_to_the_internet_is_found() -> None:
    lines = told(RULE, seeded(lambda stacks: _public(stacks, ANYBODY), blueprint="fargate-cdn"))
    assert any(
        "goes around Cdn/Distribution" in line and line.startswith("LoadBalancer/HttpEntrance") for line in lines
    )


def test_a_public_one_that_admits_everybodys_cloudfront_is_found() -> None:
    (line,) = told(RULE, seeded(_public, blueprint="fargate-cdn"))
    assert line.startswith("Service/ListenerRule Conditions: takes requests of everybody's CloudFront")


def test_with_a_secret_that_both_know_it_is_not() -> None:
    def seed(stacks: STACKS) -> None:
        _public(stacks)
        _asked(stacks, sent=SECRET, asked=SECRET)

    assert told(RULE, seeded(seed, blueprint="fargate-cdn")) == []


def test_another_secret_is_none() -> None:
    def seed(stacks: STACKS) -> None:
        _public(stacks)
        _asked(stacks, sent=SECRET, asked=SECRET.replace("origin", "other"))

    assert len(told(RULE, seeded(seed, blueprint="fargate-cdn"))) == 1


def test_a_secret_that_stands_in_the_template_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        _public(stacks)
        _asked(stacks, sent="open-sesame", asked="open-sesame")

    (line,) = told(RULE, seeded(seed, blueprint="fargate-cdn"))
    assert "OriginCustomHeaders.0.HeaderValue: whoever has the template can send it" in line
    assert "open-sesame" not in line


def test_a_listener_that_forwards_by_default_asks_nobody() -> None:
    def seed(stacks: STACKS) -> None:
        _public(stacks)
        _asked(stacks, sent=SECRET, asked=SECRET)
        listener = resource(stacks, "LoadBalancer/HttpListener")["Properties"]
        listener["DefaultActions"] = [{"Type": "forward", "TargetGroupArn": "arn:somewhere"}]

    (line,) = told(RULE, seeded(seed, blueprint="fargate-cdn"))
    assert line.startswith("LoadBalancer/HttpListener DefaultActions: ")
