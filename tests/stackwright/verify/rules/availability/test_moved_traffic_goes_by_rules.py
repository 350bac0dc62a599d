from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, findings, seeded, told

RULE = "availability/moved-traffic-goes-by-rules"
BLUEPRINT = "fargate-bluegreen"
ELB = "AWS::ElasticLoadBalancingV2::"

PAIR = {
    "TargetGroups": [{"Name": {"Fn::GetAtt": [each, "TargetGroupName"]}} for each in ("Blue", "Green")],
    "ProdTrafficRoute": {"ListenerArns": [{"Ref": "Listener"}]},
}
MOVING = {
    **{each: {"Type": f"{ELB}TargetGroup", "Properties": {}} for each in ("Blue", "Green", "Other")},
    "Group": {
        "Type": "AWS::CodeDeploy::DeploymentGroup",
        "Properties": {"LoadBalancerInfo": {"TargetGroupPairInfoList": [PAIR]}},
    },
}
NOTHING = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


def to(*groups: str) -> list[dict[str, Any]]:
    weighted = [{"TargetGroupArn": {"Ref": each}, "Weight": 50} for each in groups]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}]


def listening(actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Type": f"{ELB}Listener", "Properties": {"DefaultActions": actions}}


def leading(listener: Any, *groups: str) -> dict[str, Any]:
    return {"Type": f"{ELB}ListenerRule", "Properties": {"ListenerArn": listener, "Actions": to(*groups)}}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_goes_by_rules(environment: str) -> None:
    assert findings(RULE, seeded(blueprint=BLUEPRINT, environment=environment)) == []


def test_a_default_action_that_leads_to_a_group_that_moves_is_found() -> None:
    assert told(RULE, alone({**MOVING, "Listener": listening(to("Green"))})) == [
        "Listener DefaultActions: an update of the listener writes it anew, whichever target group has the tasks then"
    ]
    assert findings(RULE, alone({**MOVING, "Listener": listening(to("Other"))})) == []


@pytest.mark.parametrize(
    "elsewhere", [{"Ref": "Second"}, "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/a/b/c"]
)
def test_a_rule_of_a_listener_that_codedeploy_does_not_know_is_found(elsewhere: Any) -> None:
    made = {
        **MOVING,
        **{each: listening(NOTHING) for each in ("Listener", "Second")},
        "Rule": leading({"Ref": "Listener"}, "Blue", "Green"),
        "Elsewhere": leading(elsewhere, "Other"),
    }
    assert findings(RULE, alone(made)) == []
    assert told(RULE, alone({**made, "Elsewhere": leading(elsewhere, "Blue")})) == [
        "Elsewhere Actions: CodeDeploy is not told of this listener, and after a release it leads to a target group "
        "without tasks"
    ]
