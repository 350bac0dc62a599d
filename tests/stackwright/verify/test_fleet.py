from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, seeded

from stackwright.verify.fleet import Fleet, fleet, sharers

PROVIDER = {
    "Type": "AWS::ECS::CapacityProvider",
    "Properties": {"Name": "mine", "AutoScalingGroupProvider": {"AutoScalingGroupArn": {"Ref": "Group"}}},
}
STRATEGY = [{"CapacityProvider": {"Ref": "Provider"}, "Weight": 1}]
MANAGED = {"AutoScalingGroupArn": {"Ref": "Group"}, "ManagedScaling": {"TargetCapacity": 100}}
USER_DATA = {"Fn::Base64": {"Fn::Sub": "#!/bin/bash\necho ECS_CLUSTER=${Cluster} >> /etc/ecs/ecs.config"}}


def _group(**properties: Any) -> dict[str, Any]:
    given = {"MinSize": "1", "MaxSize": "4", "AvailabilityZones": ["us-east-1a", "us-east-1b"]}
    launch = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}}
    return {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {**given, **launch, **properties}}


def _fleet(service: dict[str, Any], **others: Any) -> Fleet | None:
    resources = {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {}},
        "Launch": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": {"InstanceType": "t3.small", "UserData": USER_DATA}},
        },
        "Group": _group(),
        "Provider": PROVIDER,
        "Service": {"Type": "AWS::ECS::Service", "Properties": {"Cluster": {"Ref": "Cluster"}, **service}},
        **others,
    }
    graph = alone(resources).graph
    return fleet(graph, graph.resources["Service"])


def test_the_blueprints_fleet() -> None:
    graph = seeded().graph
    found = fleet(graph, graph.resources["Service/Service"])
    assert found is not None
    assert found.group.path == "Cluster/AutoScalingGroup"
    assert [each.name for each in found.types] == ["t3.medium", "t3a.medium"]
    assert (found.least, found.most) == (2, 4)
    assert [each.zone for each in found.instances(found.types[0], 4)] == [
        "us-east-1a",
        "us-east-1b",
        "us-east-1c",
        "us-east-1a",
    ]
    assert [each.path for each in sharers(graph, found)] == ["Service/Service"]


@pytest.mark.parametrize(
    "service",
    [
        {"CapacityProviderStrategy": STRATEGY},
        {"CapacityProviderStrategy": [{"CapacityProvider": "mine"}]},
        {"LaunchType": "EC2"},
        {},
    ],
    ids=["provider", "provider-by-name", "launch-type", "neither"],
)
def test_ways_to_a_group(service: dict[str, Any]) -> None:
    found = _fleet(service)
    assert found is not None
    assert [each.name for each in found.types] == ["t3.small"]


def test_the_clusters_default_provider_counts() -> None:
    association = {"Cluster": {"Ref": "Cluster"}, "DefaultCapacityProviderStrategy": STRATEGY}
    made = {"Type": "AWS::ECS::ClusterCapacityProviderAssociations", "Properties": association}
    found = _fleet({}, Association=made)
    assert found is not None
    assert found.provider is not None


@pytest.mark.parametrize(
    "service",
    [
        {"LaunchType": "FARGATE"},
        {"CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT"}]},
        {"CapacityProviderStrategy": [{"CapacityProvider": "other"}]},
        {"CapacityProviderStrategy": [*STRATEGY, {"CapacityProvider": "other"}]},
    ],
)
def test_fargate_and_groups_made_elsewhere_are_no_fleet(service: dict[str, Any]) -> None:
    assert _fleet(service) is None


def test_without_managed_scaling_a_group_stays_as_it_is() -> None:
    found = _fleet({"CapacityProviderStrategy": STRATEGY}, Group=_group(DesiredCapacity="3"))
    assert found is not None
    assert found.most == 3


def test_with_managed_scaling_it_grows() -> None:
    provider = {"Type": "AWS::ECS::CapacityProvider", "Properties": {"AutoScalingGroupProvider": MANAGED}}
    found = _fleet({"CapacityProviderStrategy": STRATEGY}, Provider=provider)
    assert found is not None
    assert found.most == 4


@pytest.mark.parametrize(
    "overrides", [[{"InstanceType": "t3.small"}, {"InstanceType": "zz9.huge"}], [{"InstanceRequirements": {}}]]
)
def test_a_type_that_is_not_known_leaves_all_unknown(overrides: list[Any]) -> None:
    specification = {"LaunchTemplateSpecification": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}}
    mixed = {"MixedInstancesPolicy": {"LaunchTemplate": {**specification, "Overrides": overrides}}}
    found = _fleet({"CapacityProviderStrategy": STRATEGY}, Group=_group(**mixed))
    assert found is not None
    assert found.types == ()
