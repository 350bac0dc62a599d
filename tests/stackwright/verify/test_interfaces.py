from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, seeded

from stackwright.verify.interfaces import Interface, interfaces

GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "a group"}}
GROUP_ID = {"Fn::GetAtt": ["Group", "GroupId"]}


def _made(type_: str, resources: dict[str, Any] | None = None, **properties: Any) -> Interface:
    around = {"Group": GROUP, **(resources or {})}
    (found,) = interfaces(alone({**around, "It": {"Type": type_, "Properties": properties}}).graph)
    return found


def _subnet(**properties: Any) -> dict[str, Any]:
    return {"Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", **properties}}}


def test_a_real_blueprint() -> None:
    found = {each.path: each for each in interfaces(seeded().graph)}
    assert list(found) == ["Cluster/AutoScalingGroup", "LoadBalancer/LoadBalancer", "Service/Service"]
    assert found["Cluster/AutoScalingGroup"].groups == ("Cluster/InstanceSecurityGroup",)
    assert found["Service/Service"].groups == ("Service/TaskSecurityGroup",)
    assert {each.path for each in found.values() if each.causes} == {"LoadBalancer/LoadBalancer"}
    assert {len(each.subnets) for each in found.values()} == {3}


@pytest.mark.parametrize(
    ("given", "families"),
    [
        ({}, {"IPv4"}),
        ({"IpAddressType": "dualstack"}, {"IPv4", "IPv6"}),
        ({"IpAddressType": "dualstack-without-public-ipv4"}, {"IPv6"}),
        ({"IpAddressType": "dualstack", "Scheme": "internal"}, set()),
        ({"Scheme": {"Fn::GetAtt": ["Group", "Scheme"]}}, set()),
    ],
)
def test_load_balancers(given: dict[str, Any], families: set[str]) -> None:
    assert _made("AWS::ElasticLoadBalancingV2::LoadBalancer", **given).families == families


def test_a_network_load_balancer_without_groups_is_not_filtered() -> None:
    balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    mapped = [{"SubnetId": "subnet-1"}]
    assert not _made(balancer, Type="network", SubnetMappings=mapped).filtered
    assert _made(balancer, Type="network", SubnetMappings=mapped).subnets == ("subnet-1",)
    assert _made(balancer, Type="network", SecurityGroups=[GROUP_ID]).filtered
    assert _made(balancer).filtered


def test_tasks() -> None:
    def service(**network: Any) -> Interface:
        network = {"Subnets": [{"Ref": "Subnet"}], "SecurityGroups": [GROUP_ID], **network}
        given = {"NetworkConfiguration": {"AwsvpcConfiguration": network}}
        return _made("AWS::ECS::Service", _subnet(Ipv6CidrBlock="2001:db8::/64"), **given)

    assert service().groups == ("Group",)
    assert service().families == {"IPv6"}
    assert service(Subnets=["subnet-1"]).families == set()
    assert service(Subnets=["subnet-1"], AssignPublicIp="ENABLED").families == {"IPv4"}


def test_a_service_in_the_instances_network_has_no_address() -> None:
    assert interfaces(alone({"Service": {"Type": "AWS::ECS::Service", "Properties": {}}}).graph) == []


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("LaunchTemplate", {"LaunchTemplateId": {"Ref": "Template"}, "Version": "1"}),
        (
            "MixedInstancesPolicy",
            {"LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateId": {"Ref": "Template"}}}},
        ),
    ],
)
def test_instances_of_a_launch_template(name: str, inside: dict[str, Any]) -> None:
    cards = [{"AssociatePublicIpAddress": "true", "Groups": [GROUP_ID]}]
    template = {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {"NetworkInterfaces": cards}}}
    found = _made("AWS::AutoScaling::AutoScalingGroup", {"Template": template}, **{name: inside})
    assert found.groups == ("Group",)
    (cause,) = found.causes
    assert (cause.path, cause.property) == (
        "Template",
        "LaunchTemplateData.NetworkInterfaces.0.AssociatePublicIpAddress",
    )


def test_instances_of_a_launch_template_from_elsewhere_are_not_known() -> None:
    group = {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "1"}}
    resources = {"It": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group}}
    assert interfaces(alone(resources).graph) == []


def test_an_instance_follows_its_subnet_unless_it_says_otherwise() -> None:
    public = _subnet(MapPublicIpOnLaunch="true", AssignIpv6AddressOnCreation=True)
    here = {"SubnetId": {"Ref": "Subnet"}}
    assert _made("AWS::EC2::Instance", public, **here).families == {"IPv4", "IPv6"}
    cards = [{**here, "AssociatePublicIpAddress": False, "GroupSet": [GROUP_ID]}]
    assert _made("AWS::EC2::Instance", public, NetworkInterfaces=cards).families == {"IPv6"}


def test_an_elastic_address_is_public() -> None:
    address = {"Type": "AWS::EC2::EIPAssociation", "Properties": {"InstanceId": {"Ref": "It"}}}
    assert _made("AWS::EC2::Instance", {"Address": address}).families == {"IPv4"}


def test_a_database_says_so_itself() -> None:
    assert _made("AWS::RDS::DBInstance", PubliclyAccessible=True).families == {"IPv4"}
    assert _made("AWS::RDS::DBInstance").families == set()


def test_every_template_that_a_group_launches_from_counts() -> None:
    def template(public: bool) -> dict[str, Any]:
        card = {"DeviceIndex": 0, "AssociatePublicIpAddress": public, "Groups": [f"sg-{public}"]}
        data = {"NetworkInterfaces": [card]}
        return {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}

    override = {"InstanceType": "t4g.small", "LaunchTemplateSpecification": {"LaunchTemplateId": {"Ref": "Other"}}}
    first = {"LaunchTemplateSpecification": {"LaunchTemplateId": {"Ref": "First"}}, "Overrides": [override]}
    group = {
        "Type": "AWS::AutoScaling::AutoScalingGroup",
        "Properties": {"MixedInstancesPolicy": {"LaunchTemplate": first}},
    }
    graph = alone({"First": template(False), "Other": template(True), "Group": group}).graph
    (found,) = interfaces(graph)
    assert found.groups == ("sg-False", "sg-True")
    assert [each.path for each in found.causes] == ["Other"]
