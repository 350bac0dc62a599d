from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, seeded

from stackwright.verify.deployment import Deployment
from stackwright.verify.fleet import fleet
from stackwright.verify.sharing import Site, at_work, empty, filled, lacking, site, view

PROVIDER = {"AutoScalingGroupArn": {"Ref": "Group"}, "ManagedScaling": {"TargetCapacity": 100}}
STRATEGY = [{"CapacityProvider": {"Ref": "Provider"}}]


def _site(deployment: Deployment, service: str) -> Site:
    on = fleet(deployment.graph, deployment.graph.resources[service])
    assert on is not None
    found = site(deployment.graph, on)
    assert found is not None
    return found


def _two(port: int, *, subnets: list[Any] | None = None, of_group: Any = None) -> Site:
    """Return two services that want the same port of their instance, the second in these subnets only."""
    container = {"Memory": 100, "PortMappings": [{"HostPort": port, "ContainerPort": 80}]}
    service = {"TaskDefinition": {"Ref": "Task"}, "CapacityProviderStrategy": STRATEGY}
    where = {"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": subnets}}} if subnets else {}
    group = {"MinSize": 0, "MaxSize": 3, "VPCZoneIdentifier": of_group or [{"Ref": "One"}, {"Ref": "Two"}]}
    launch = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}}
    made = {
        "Launch": ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"InstanceType": "t3.small"}}),
        "One": ("AWS::EC2::Subnet", {"AvailabilityZone": "us-east-1a"}),
        "Two": ("AWS::EC2::Subnet", {"AvailabilityZone": "us-east-1b"}),
        "Group": ("AWS::AutoScaling::AutoScalingGroup", {**group, **launch}),
        "Provider": ("AWS::ECS::CapacityProvider", {"AutoScalingGroupProvider": PROVIDER}),
        "Task": ("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [container]}),
        "First": ("AWS::ECS::Service", {**service, "DesiredCount": 2}),
        "Second": ("AWS::ECS::Service", {**service, **where, "DesiredCount": 2}),
    }
    resources = {name: {"Type": kind, "Properties": given} for name, (kind, given) in made.items()}
    return _site(alone(resources), "First")


def test_a_port_that_another_service_holds_is_taken() -> None:
    both = _two(8080)
    full = filled(both, empty(both, both.fleet.types[0], 3), {"First": 2, "Second": 2})
    assert full.tasks == {"First": {"t3.small 1": 1, "t3.small 2": 1}, "Second": {"t3.small 3": 1}}
    assert [each.name for each in view(both, full, both.works[1])] == ["t3.small 3"]


def test_other_ports_share() -> None:
    both = _two(0)
    full = filled(both, empty(both, both.fleet.types[0], 1), {"First": 2, "Second": 2})
    assert [full.total(each) for each in both.works] == [2, 2]


def test_a_service_stays_in_its_zones() -> None:
    both = _two(0, subnets=[{"Ref": "Two"}])
    full = filled(both, empty(both, both.fleet.types[0], 3), {"First": 0, "Second": 2})
    assert full.tasks["Second"] == {"t3.small 2": 2}
    nowhere = empty(both, both.fleet.types[0], 3, ("us-east-1a",))
    assert lacking(both.works[1], view(both, nowhere, both.works[1])) == "no instance of its zones is left to it"


@pytest.mark.parametrize("of_group", [["subnet-0a1b2c3d"], {"Fn::Split": [",", {"Fn::ImportValue": "Subnets"}]}])
def test_instances_in_nobody_knows_which_zones_may_be_in_the_services(of_group: Any) -> None:
    both = _two(0, subnets=[{"Ref": "Two"}], of_group=of_group)
    full = filled(both, empty(both, both.fleet.types[0], 1), {"First": 0, "Second": 2})
    assert full.total(both.works[1]) == 2


def test_a_fleet_at_work_is_as_small_as_its_tasks_allow() -> None:
    whole = _site(seeded(), "Service/Service")
    running = at_work(whole, whole.fleet.types[0], {"Service/Service": 4})
    assert running is not None
    assert len(running.instances) == 4
    assert sorted(running.tasks["Service/Service"].values()) == [2, 2]
    assert at_work(whole, whole.fleet.types[0], {"Service/Service": 9}) is None


def test_a_task_that_nobody_knows_leaves_nothing_to_play() -> None:
    unknown = {"Service": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": "family:3"}}}
    made = seeded(lambda stacks: stacks["service"]["Resources"].update(_beside(unknown, stacks)))
    on = fleet(made.graph, made.graph.resources["Service/Service"])
    assert on is not None
    assert site(made.graph, on) is None


def _beside(unknown: dict[str, Any], stacks: dict[str, Any]) -> dict[str, Any]:
    strategy = stacks["service"]["Resources"]["Service"]["Properties"]["CapacityProviderStrategy"]
    unknown["Service"]["Properties"]["CapacityProviderStrategy"] = strategy
    return {"Unknown": unknown["Service"]}
