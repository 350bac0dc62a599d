"""The target: constants where a change would empty production, and one way in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import service
from nested.parts import target, timing
from nested.parts.entrances import Entrance

RULE = (
    '{"Properties": {"ListenerArn": {"Ref": "ListenerArn"}, "Priority": {"Ref": "ListenerRulePriority"}, "Conditions": '
    '[{"Field": "path-pattern", "PathPatternConfig": {"Values": {"Ref": "PathPatterns"}}}], "Actions": [{"Type": '
    '"forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": {"Ref": "TargetGroup"}, "Weight": 100}, '
    '{"TargetGroupArn": {"Ref": "AlternateTargetGroup"}, "Weight": 0}], "TargetGroupStickinessConfig": {"Enabled": '
    'false}}}]}, "Type": "AWS::ElasticLoadBalancingV2::ListenerRule"}'
)
HEALTH: dict[str, Any] = {"port": 8080, "health_path": "/ready", "health_interval": 20}


def of(resource: Any) -> dict[str, Any]:
    found: dict[str, Any] = resource.to_dict()["Properties"]
    return found


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        if "Ref" in value:
            return {value["Ref"]}
        return set().union(*(references(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(references(each) for each in value))
    return set()


def test_the_target_group_follows_no_parameter_but_its_vpc() -> None:
    # Port, protocol and VPC replace it; a changed check fails the tasks that a deployment goes back to.
    assert references(of(target.target_group(**HEALTH))) == {"VpcId"}


def test_targets_are_tasks_that_answer_200_on_the_port_they_serve() -> None:
    found = of(target.target_group(**HEALTH))
    assert (found["TargetType"], found["Protocol"], found["Port"]) == ("ip", "HTTP", 8080)
    assert (found["HealthCheckPort"], found["HealthCheckPath"]) == ("traffic-port", "/ready")
    assert found["HealthCheckIntervalSeconds"] == 20
    assert found["Matcher"] == {"HttpCode": "200"}
    assert (found["HealthyThresholdCount"], found["UnhealthyThresholdCount"]) == (2, 3)
    assert "Name" not in found


def test_targets_finish_their_requests_and_keep_no_visitor() -> None:
    found = {each["Key"]: each["Value"] for each in of(target.target_group(**HEALTH))["TargetGroupAttributes"]}
    assert found == {
        "deregistration_delay.timeout_seconds": str(timing.DEREGISTRATION_DELAY),
        "slow_start.duration_seconds": "0",
        "stickiness.enabled": "false",
    }


def test_both_target_groups_are_alike() -> None:
    # Which of them has the tasks changes with each deployment that shifts traffic.
    primary, alternate = (of(target.target_group(title, **HEALTH)) for title in target.PAIR)
    assert primary == alternate


def test_targets_that_speak_tls_are_asked_by_tls() -> None:
    found = of(target.target_group(protocol="HTTPS", **HEALTH))
    assert (found["Protocol"], found["HealthCheckProtocol"]) == ("HTTPS", "HTTPS")


@pytest.mark.parametrize("rule", [target.listener_rule(), target.test_rule(condition="HasTestListener")])
def test_a_rule_has_the_weights_of_both_groups_from_the_first_day(rule: Any) -> None:
    (action,) = of(rule)["Actions"]
    assert action["ForwardConfig"] == {
        "TargetGroups": [
            {"TargetGroupArn": {"Ref": "TargetGroup"}, "Weight": 100},
            {"TargetGroupArn": {"Ref": "AlternateTargetGroup"}, "Weight": 0},
        ],
        "TargetGroupStickinessConfig": {"Enabled": False},
    }
    assert "TargetGroupArn" not in action


@pytest.mark.parametrize(
    "options", [{}, {"capacity": "fargate"}, {"port": 8080, "health_path": "/ready", "health_interval": 30}]
)
def test_the_production_rule_is_the_same_to_the_byte_whatever_else_differs(options: dict[str, Any]) -> None:
    # An update that touches the rule would set weights back that a deployment has moved.
    assert json.dumps(service.template(**options).to_dict()["Resources"]["ListenerRule"]) == RULE


def test_the_rules_priority_and_paths_come_from_outside() -> None:
    found = of(target.listener_rule())
    assert found["Priority"] == {"Ref": "ListenerRulePriority"}
    assert found["Conditions"] == [{"Field": "path-pattern", "PathPatternConfig": {"Values": {"Ref": "PathPatterns"}}}]


def test_the_load_balancer_reaches_the_tasks_port_and_nobody_else_does() -> None:
    assert "SecurityGroupIngress" not in of(target.security_group())
    ports = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080}
    tasks, load_balancer = {"Fn::GetAtt": ["TaskSecurityGroup", "GroupId"]}, {"Ref": "LoadBalancerSecurityGroupId"}
    assert of(target.ingress(port=8080)).items() >= {**ports, "GroupId": tasks}.items()
    assert of(target.ingress(port=8080))["SourceSecurityGroupId"] == load_balancer
    assert of(target.egress(port=8080)).items() >= {**ports, "GroupId": load_balancer}.items()
    assert of(target.egress(port=8080))["DestinationSecurityGroupId"] == tasks


def test_the_rule_asks_for_the_secret_where_everybodys_cloudfront_gets_in() -> None:
    open_or_ours: list[Entrance] = ["internet", "vpc-origin"]
    for entrance in open_or_ours:
        assert [each["Field"] for each in of(target.listener_rule(entrance=entrance))["Conditions"]] == ["path-pattern"]
    _, header = of(target.listener_rule(entrance="prefix-list"))["Conditions"]
    assert header["HttpHeaderConfig"] == {
        "HttpHeaderName": "X-Origin-Verify",
        "Values": [{"Fn::Sub": "{{resolve:secretsmanager:${OriginSecretArn}:SecretString}}"}],
    }
    assert "OriginSecretArn" in service.template(entrance="prefix-list").parameters
