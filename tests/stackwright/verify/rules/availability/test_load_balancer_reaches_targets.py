from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.guarantees import STACKS, findings, resource, seeded, told

RULE = "availability/load-balancer-reaches-targets"


def _rule(name: str, **changed: Any) -> Callable[[STACKS], None]:
    def seed(stacks: STACKS) -> None:
        resource(stacks, f"Service/{name}")["Properties"].update(changed)

    return seed


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("own_image", [False, True])
def test_the_blueprint_is_open_both_ways(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


def test_a_load_balancer_that_lets_nothing_out_is_found() -> None:
    (line,) = told(RULE, seeded(_rule("ToTasks", FromPort=3001, ToPort=3001)))
    assert line == (
        "LoadBalancer/SecurityGroup SecurityGroupEgress: no security group of LoadBalancer/LoadBalancer lets tcp 3000 "
        "out to Service/Service: its health checks fail for ever"
    )


def test_tasks_that_let_nothing_in_are_found() -> None:
    (line,) = told(RULE, seeded(_rule("FromLoadBalancer", SourceSecurityGroupId="sg-1")))
    assert line.startswith("Service/TaskSecurityGroup SecurityGroupIngress: no security group of Service/Service lets")


def test_a_health_check_on_a_closed_port_is_found_on_both_sides() -> None:
    found = told(RULE, seeded(_rule("TargetGroup", HealthCheckPort="9000")))
    assert [line.split(":")[0] for line in found] == [
        "LoadBalancer/SecurityGroup SecurityGroupEgress",
        "Service/TaskSecurityGroup SecurityGroupIngress",
    ]
    assert all("lets tcp 9000" in line for line in found)


def test_a_group_that_says_nothing_about_egress_lets_everything_out() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "LoadBalancer/SecurityGroup")["Properties"]["SecurityGroupEgress"]
        _rule("ToTasks", FromPort=3001, ToPort=3001)(stacks)

    assert findings(RULE, seeded(seed)) == []


@pytest.mark.parametrize("peer", [{"CidrIp": "10.1.0.0/16"}, {"SourcePrefixListId": "pl-1"}])
def test_a_range_may_be_the_load_balancer(peer: dict[str, str]) -> None:
    def seed(stacks: STACKS) -> None:
        given = resource(stacks, "Service/FromLoadBalancer")["Properties"]
        del given["SourceSecurityGroupId"]
        given |= peer

    assert findings(RULE, seeded(seed)) == []


def test_groups_from_elsewhere_may_have_any_rule() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "LoadBalancer/LoadBalancer")["Properties"]["SecurityGroups"] = ["sg-1"]
        network = resource(stacks, "Service/Service")["Properties"]["NetworkConfiguration"]
        network["AwsvpcConfiguration"]["SecurityGroups"] = ["sg-2"]

    assert findings(RULE, seeded(seed)) == []


def test_a_network_load_balancer_without_groups_needs_no_way_out() -> None:
    def seed(stacks: STACKS) -> None:
        given = resource(stacks, "LoadBalancer/LoadBalancer")["Properties"]
        del given["SecurityGroups"]
        given["Type"] = "network"
        task = resource(stacks, "Service/FromLoadBalancer")["Properties"]
        del task["SourceSecurityGroupId"]
        task["CidrIp"] = "10.1.0.0/16"

    assert findings(RULE, seeded(seed)) == []
