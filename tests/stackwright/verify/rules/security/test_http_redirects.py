from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/http-redirects"
SECURE = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}


def _default(action: dict[str, Any]) -> Callable[[STACKS], None]:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "LoadBalancer/HttpListener")["Properties"]["DefaultActions"] = [action]

    return seed


def _redirect(**changed: Any) -> dict[str, Any]:
    given = {key: value for key, value in {**SECURE, **changed}.items() if value is not None}
    return {"Type": "redirect", "RedirectConfig": given}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_blueprint_redirects(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ({"Type": "forward", "TargetGroupArn": "arn"}, "requests are served in the clear, for everybody on the way"),
        ({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}, "pages are served in the clear"),
        (_redirect(Protocol=None), "the redirect stays in the clear"),
        (_redirect(Port=None), "the redirect leads to HTTPS on port 80, where HTTP is spoken"),
        (_redirect(Port="80"), "the redirect leads to HTTPS on port 80, where HTTP is spoken"),
        (_redirect(StatusCode="HTTP_302"), "the redirect is not permanent"),
    ],
)
def test_anything_but_a_permanent_redirect_is_found(action: dict[str, Any], problem: str) -> None:
    (line,) = told(RULE, seeded(_default(action)))
    assert line.startswith(f"LoadBalancer/HttpListener DefaultActions.0: {problem}")


def test_a_rule_that_serves_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        listener = {"Ref": "HttpListener"}
        actions = [{"Type": "forward", "TargetGroupArn": "arn"}]
        rule = {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {}}
        rule["Properties"] = {"ListenerArn": listener, "Actions": actions, "Priority": 1, "Conditions": []}
        stacks["load_balancer"]["Resources"]["Serves"] = rule

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("LoadBalancer/Serves Actions.0: requests are served in the clear")


@pytest.mark.parametrize(
    "action",
    [
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}},
        _redirect(Port=443, StatusCode="HTTP_301"),
        _redirect(Host="www.example.com"),
        _redirect(StatusCode={"Fn::GetAtt": ["AccessLogs", "DomainName"]}),
    ],
)
def test_what_is_as_good_or_not_known_is_no_finding(action: dict[str, Any]) -> None:
    assert findings(RULE, seeded(_default(action))) == []


def test_a_listener_that_the_internet_does_not_reach_may_serve() -> None:
    def seed(stacks: STACKS) -> None:
        _default({"Type": "forward", "TargetGroupArn": "arn"})(stacks)
        resource(stacks, "LoadBalancer/LoadBalancer")["Properties"]["Scheme"] = "internal"

    assert findings(RULE, seeded(seed)) == []


def test_a_listener_behind_cloudfronts_addresses_may_serve() -> None:
    def seed(stacks: STACKS) -> None:
        _default({"Type": "forward", "TargetGroupArn": "arn"})(stacks)
        group = resource(stacks, "LoadBalancer/SecurityGroup")["Properties"]
        only = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "SourcePrefixListId": "pl-3b927c52"}
        group["SecurityGroupIngress"] = [only]

    assert findings(RULE, seeded(seed)) == []


@pytest.mark.parametrize(("policy", "found"), [("allow-all", 2), ("redirect-to-https", 0), ("https-only", 0)])
def test_cloudfront(policy: str, found: int) -> None:
    behaviour = {"ViewerProtocolPolicy": policy}
    config = {"DefaultCacheBehavior": behaviour, "CacheBehaviors": [behaviour]}
    edge = {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}}
    assert len(told(RULE, alone({"Edge": edge}))) == found


@pytest.mark.parametrize(
    ("protocol", "scheme", "found"),
    [("HTTP", "internet-facing", 1), ("http", "internet-facing", 1), ("HTTP", "internal", 0), ("TCP", None, 0)],
)
def test_a_classic_load_balancer_cannot_redirect(protocol: str, scheme: str | None, found: int) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}
    group = {"GroupDescription": "entry", "SecurityGroupIngress": [rule]}
    listeners = [{"Protocol": protocol, "LoadBalancerPort": "80", "InstancePort": "80"}]
    given = {
        "Scheme": scheme or "internet-facing",
        "Listeners": listeners,
        "SecurityGroups": [{"Ref": "Group"}],
        "Subnets": ["subnet-1"],
    }
    made = {
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": group},
        "Old": {"Type": "AWS::ElasticLoadBalancing::LoadBalancer", "Properties": given},
    }
    assert len(told(RULE, alone(made))) == found
