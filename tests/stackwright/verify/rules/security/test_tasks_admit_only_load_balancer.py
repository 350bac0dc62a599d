from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/tasks-admit-only-load-balancer"


def _ingress(**changed: Any) -> Callable[[STACKS], None]:
    def seed(stacks: STACKS) -> None:
        given = resource(stacks, "Service/FromLoadBalancer")["Properties"]
        given |= changed
        if "SourceSecurityGroupId" not in changed and not {"FromPort", "ToPort"} & set(changed):
            del given["SourceSecurityGroupId"]

    return seed


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("own_image", [False, True])
def test_the_blueprint_admits_its_load_balancer(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


@pytest.mark.parametrize("peer", ["0.0.0.0/0", "10.0.0.0/8"])
def test_a_range_of_addresses_is_found(peer: str) -> None:
    (line,) = told(RULE, seeded(_ingress(CidrIp=peer)))
    assert line == (
        f"Service/FromLoadBalancer : {peer} can call the tasks, past the load balancer, its log and its limits: "
        "Service/Service"
    )


def test_more_ports_than_the_load_balancer_sends_to_are_found() -> None:
    (line,) = told(RULE, seeded(_ingress(FromPort=0, ToPort=65535)))
    assert "tcp is open to the load balancer, which sends requests and checks elsewhere" in line


def test_a_health_check_on_a_port_of_its_own_may_come_in() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/TargetGroup")["Properties"]["HealthCheckPort"] = "3001"
        _ingress(ToPort=3001)(stacks)

    assert findings(RULE, seeded(seed)) == []


def _peer(stacks: STACKS) -> dict[str, Any]:
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "somebody", "VpcId": "vpc-1"}}
    stacks["service"]["Resources"]["Somebody"] = group
    return {"Fn::GetAtt": ["Somebody", "GroupId"]}


def test_a_group_that_is_neither_its_load_balancer_nor_tasks_is_found() -> None:
    (line,) = told(RULE, seeded(lambda stacks: _ingress(SourceSecurityGroupId=_peer(stacks))(stacks)))
    assert "members of Service/Somebody can call the tasks" in line


def test_other_tasks_may_call() -> None:
    def seed(stacks: STACKS) -> None:
        group = _peer(stacks)
        network = {"AwsvpcConfiguration": {"Subnets": ["subnet-1"], "SecurityGroups": [group]}}
        other = {"Type": "AWS::ECS::Service", "Properties": {"NetworkConfiguration": network}}
        stacks["service"]["Resources"]["Other"] = other
        _ingress(SourceSecurityGroupId=group)(stacks)

    assert findings(RULE, seeded(seed)) == []


@pytest.mark.parametrize("peer", ["sg-1", {"Fn::GetAtt": ["ExecutionRole", "RoleId"]}])
def test_groups_from_elsewhere_are_not_judged(peer: Any) -> None:
    assert findings(RULE, seeded(_ingress(SourceSecurityGroupId=peer))) == []


def _behind_network_load_balancer(**balancer: Any) -> dict[str, Any]:
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "10.0.0.0/16"}
    network = {"AwsvpcConfiguration": {"Subnets": ["subnet-1"], "SecurityGroups": [{"Ref": "Tasks"}]}}
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]
    made: dict[str, tuple[str, dict[str, Any]]] = {
        "Balancer": ("ElasticLoadBalancingV2::LoadBalancer", {"Type": "network", **balancer}),
        "Targets": ("ElasticLoadBalancingV2::TargetGroup", {"Protocol": "TCP", "Port": 80}),
        "Listener": (
            "ElasticLoadBalancingV2::Listener",
            {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 80, "Protocol": "TCP", "DefaultActions": forward},
        ),
        "Tasks": ("EC2::SecurityGroup", {"SecurityGroupIngress": [rule]}),
        "Entry": ("EC2::SecurityGroup", {}),
        "Service": (
            "ECS::Service",
            {
                "NetworkConfiguration": network,
                "LoadBalancers": [{"TargetGroupArn": {"Ref": "Targets"}, "ContainerPort": 80}],
            },
        ),
    }
    return {name: {"Type": f"AWS::{kind}", "Properties": given} for name, (kind, given) in made.items()}


def test_a_network_load_balancer_without_groups_is_known_by_addresses() -> None:
    assert findings(RULE, alone(_behind_network_load_balancer())) == []
    (line,) = told(RULE, alone(_behind_network_load_balancer(SecurityGroups=[{"Ref": "Entry"}])))
    assert line.startswith("Tasks SecurityGroupIngress.0: 10.0.0.0/16 can call the tasks")


def test_a_group_may_be_that_of_a_load_balancer_from_elsewhere() -> None:
    made = _behind_network_load_balancer(SecurityGroups=["sg-1"])
    rule = made["Tasks"]["Properties"]["SecurityGroupIngress"][0]
    del rule["CidrIp"]
    rule["SourceSecurityGroupId"] = {"Ref": "Entry"}
    assert len(told(RULE, alone(made))) == 1
    del made["Listener"]
    assert findings(RULE, alone(made)) == []


def test_a_worker_without_load_balancer_may_be_called_from_the_network_but_not_from_the_internet() -> None:
    def worker(peer: str) -> dict[str, Any]:
        made = _behind_network_load_balancer()
        del made["Service"]["Properties"]["LoadBalancers"]
        made["Tasks"]["Properties"]["SecurityGroupIngress"][0]["CidrIp"] = peer
        return made

    assert findings(RULE, alone(worker("10.0.0.0/16"))) == []
    assert len(told(RULE, alone(worker("0.0.0.0/0")))) == 1
