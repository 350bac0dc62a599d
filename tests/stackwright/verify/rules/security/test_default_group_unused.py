from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/default-group-unused"
DEFAULT = {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_blueprint_names_its_groups(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("Service/Service", ["NetworkConfiguration", "AwsvpcConfiguration", "SecurityGroups"]),
        ("LoadBalancer/LoadBalancer", ["SecurityGroups"]),
    ],
)
def test_what_names_no_group_is_found(path: str, way: list[str]) -> None:
    def seed(stacks: STACKS) -> None:
        inside = resource(stacks, path)["Properties"]
        for key in way[:-1]:
            inside = inside[key]
        del inside[way[-1]]

    (line,) = told(RULE, seeded(seed))
    assert line == f"{path} SecurityGroups: names no security group, so that it is put into the VPC's default one"


def test_instances_without_a_group_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "Cluster/LaunchTemplate")["Properties"]["LaunchTemplateData"]["SecurityGroupIds"]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Cluster/AutoScalingGroup SecurityGroups: names no security group")


def _endpoint(**properties: Any) -> dict[str, Any]:
    endpoint = {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "Vpc"}, **properties}}
    return {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}, "Endpoint": endpoint}


def test_the_default_group_by_its_name_is_found() -> None:
    (line,) = told(RULE, alone(_endpoint(VpcEndpointType="Interface", SecurityGroupIds=[DEFAULT])))
    assert line == "Endpoint SecurityGroups: is put into the VPC's default security group"


def test_what_has_no_groups_by_nature_is_no_finding() -> None:
    assert findings(RULE, alone(_endpoint(VpcEndpointType="Gateway"))) == []
    balancer = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "network"}}
    assert findings(RULE, alone({"Balancer": balancer})) == []


def test_groups_from_elsewhere_are_groups() -> None:
    given = {"VpcEndpointType": "Interface", "SecurityGroupIds": {"Fn::Split": [",", {"Ref": "Vpc"}]}}
    assert findings(RULE, alone(_endpoint(**given))) == []
