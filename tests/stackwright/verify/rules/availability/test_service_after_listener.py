from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/service-after-listener"
GROUP = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"Protocol": "TCP", "Port": 80}}


@pytest.mark.parametrize("environment", ["prod", "dev"])
@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN"])
def test_the_blueprints_service_waits(environment: str, strategy: str) -> None:
    assert findings(RULE, seeded(environment=environment, DeploymentStrategy=strategy)) == []


def test_a_service_that_does_not_wait_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "Service/ToTasks")["DependsOn"]

    (line,) = told(RULE, seeded(seed))
    assert line == (
        "Service/Service LoadBalancers.0.TargetGroupArn: may be created before Service/ListenerRule forwards to this "
        "target group, and ECS refuses it then"
    )


def test_a_target_group_that_hangs_on_nothing_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del stacks["service"]["Resources"]["ListenerRule"]
        del resource(stacks, "Service/ToTasks")["DependsOn"]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Service/Service LoadBalancers.0.TargetGroupArn: no listener forwards to this target group")


def _listener(**more: Any) -> dict[str, Any]:
    actions = [{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}]
    return {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {"DefaultActions": actions}, **more}


def _service(group: Any, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::ECS::Service", "Properties": {"LoadBalancers": [{"TargetGroupArn": group}]}, **more}


@pytest.mark.parametrize(
    "made",
    [
        {"Group": GROUP, "Listener": _listener(), "Service": _service({"Ref": "Group"}, DependsOn="Listener")},
        {"Service": _service("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/one/1")},
        {"Service": _service({"Ref": "Stored"})},
        {"Service": {"Type": "AWS::ECS::Service", "Properties": {}}},
    ],
    ids=["waits", "group-by-arn", "group-unknown", "no-load-balancer"],
)
def test_who_waits_or_need_not_passes(made: dict[str, Any]) -> None:
    stored = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored"}}
    assert findings(RULE, alone(made, Parameters=stored)) == []


def test_a_service_on_a_network_load_balancer_has_to_wait_too() -> None:
    made = {"Group": GROUP, "Listener": _listener(), "Service": _service({"Ref": "Group"})}
    (line,) = told(RULE, alone(made))
    assert line.startswith("Service LoadBalancers.0.TargetGroupArn: may be created before Listener forwards")


def test_blue_waits_for_its_listener_as_green_does() -> None:
    other = {"AlternateTargetGroupArn": {"Ref": "Other"}, "ProductionListenerRule": "arn", "RoleArn": "arn"}
    balancers = [{"TargetGroupArn": {"Ref": "Group"}, "AdvancedConfiguration": other}]
    service = {"Type": "AWS::ECS::Service", "DependsOn": "Listener", "Properties": {"LoadBalancers": balancers}}
    (line,) = told(RULE, alone({"Group": GROUP, "Other": GROUP, "Listener": _listener(), "Service": service}))
    key = "LoadBalancers.0.AdvancedConfiguration.AlternateTargetGroupArn"
    assert line.startswith(f"Service {key}: no listener forwards to this target group")
