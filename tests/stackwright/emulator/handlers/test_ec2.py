"""Each EC2 type: created, read back through boto3, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.emulator.handlers import Context, handler_for
from stackwright.emulator.handlers.shapes import PropertyError

TAGS = [{"Key": "Project", "Value": "stackwright"}]
NEW_TAGS = [{"Key": "Project", "Value": "other"}, {"Key": "Environment", "Value": "dev"}]
VPC = {"vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"})}
SUBNET = {
    **VPC,
    "subnet": (
        "AWS::EC2::Subnet",
        {"VpcId": "@vpc", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},
    ),
}
TABLE = {**SUBNET, "table": ("AWS::EC2::RouteTable", {"VpcId": "@vpc"})}
GATEWAY = {
    **TABLE,
    "gateway": ("AWS::EC2::InternetGateway", {}),
    "attachment": (
        "AWS::EC2::VPCGatewayAttachment",
        {"VpcId": "@vpc", "InternetGatewayId": "@gateway"},
    ),
    "address": ("AWS::EC2::EIP", {"Domain": "vpc"}),
    "nat": (
        "AWS::EC2::NatGateway",
        {"SubnetId": "@subnet", "AllocationId": "@address.AllocationId"},
    ),
}
GROUP = {
    **VPC,
    "group": ("AWS::EC2::SecurityGroup", {"GroupDescription": "tasks", "VpcId": "@vpc"}),
    "peer": ("AWS::EC2::SecurityGroup", {"GroupDescription": "alb", "VpcId": "@vpc"}),
}
ANYWHERE = {"IpProtocol": "tcp", "FromPort": "443", "ToPort": 443, "CidrIp": "0.0.0.0/0"}

CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::EC2::VPC",
        "properties": {
            "CidrBlock": "10.0.0.0/16",
            "EnableDnsSupport": "true",
            "EnableDnsHostnames": True,
            "Tags": TAGS,
        },
        "read": ("ec2", "describe_vpcs", {"VpcIds": ["@"]}, "Vpcs[0]"),
        "sees": {"CidrBlock": "10.0.0.0/16", "Tags": TAGS},
        "change": {"EnableDnsHostnames": "false", "Tags": NEW_TAGS},
        "then": {"length(Tags)": 2, "Tags[?Key=='Project'].Value": ["other"]},
        "attributes": (
            "VpcId",
            "CidrBlock",
            "DefaultSecurityGroup",
            "DefaultNetworkAcl",
            "CidrBlockAssociations",
        ),
    },
    {
        "type": "AWS::EC2::VPCCidrBlock",
        "needs": VPC,
        "properties": {"VpcId": "@vpc", "AmazonProvidedIpv6CidrBlock": "true"},
        "read": (
            "ec2",
            "describe_vpcs",
            {"VpcIds": ["@vpc"]},
            "Vpcs[0].Ipv6CidrBlockAssociationSet[?Ipv6CidrBlockState.State=='associated'] | [0]",
        ),
        "sees": {"AssociationId": "@"},
    },
    {
        "type": "AWS::EC2::Subnet",
        "needs": VPC,
        "properties": {
            "VpcId": "@vpc",
            "CidrBlock": "10.0.1.0/24",
            "AvailabilityZone": "us-east-1b",
            "MapPublicIpOnLaunch": "false",
            "Tags": TAGS,
        },
        "read": ("ec2", "describe_subnets", {"SubnetIds": ["@"]}, "Subnets[0]"),
        "sees": {
            "MapPublicIpOnLaunch": False,
            "AvailabilityZone": "us-east-1b",
            "Tags": TAGS,
        },
        "change": {"MapPublicIpOnLaunch": "true", "Tags": NEW_TAGS},
        "then": {"MapPublicIpOnLaunch": True, "length(Tags)": 2},
        "attributes": ("SubnetId", "AvailabilityZone", "NetworkAclAssociationId", "VpcId"),
    },
    {
        "type": "AWS::EC2::RouteTable",
        "needs": VPC,
        "properties": {"VpcId": "@vpc", "Tags": TAGS},
        "read": ("ec2", "describe_route_tables", {"RouteTableIds": ["@"]}, "RouteTables[0]"),
        "sees": {"VpcId": "@vpc", "Tags": TAGS},
        "attributes": ("RouteTableId",),
    },
    {
        "type": "AWS::EC2::Route",
        "needs": GATEWAY,
        "properties": {
            "RouteTableId": "@table",
            "DestinationCidrBlock": "0.0.0.0/0",
            "GatewayId": "@gateway",
        },
        "read": (
            "ec2",
            "describe_route_tables",
            {"RouteTableIds": ["@table"]},
            "RouteTables[0].Routes[?DestinationCidrBlock=='0.0.0.0/0'] | [0]",
        ),
        "sees": {"GatewayId": "@gateway"},
        "change": {"GatewayId": None, "NatGatewayId": "@nat"},
        "then": {"NatGatewayId": "@nat"},
        "attributes": ("CidrBlock",),
    },
    {
        "type": "AWS::EC2::SubnetRouteTableAssociation",
        "needs": TABLE,
        "properties": {"RouteTableId": "@table", "SubnetId": "@subnet"},
        "read": (
            "ec2",
            "describe_route_tables",
            {"RouteTableIds": ["@table"]},
            "RouteTables[0].Associations[0]",
        ),
        "sees": {"SubnetId": "@subnet", "RouteTableAssociationId": "@"},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::EC2::NetworkAcl",
        "needs": VPC,
        "properties": {"VpcId": "@vpc", "Tags": TAGS},
        "read": ("ec2", "describe_network_acls", {"NetworkAclIds": ["@"]}, "NetworkAcls[0]"),
        "sees": {"VpcId": "@vpc", "Tags": TAGS},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::EC2::NetworkAclEntry",
        "needs": {**VPC, "acl": ("AWS::EC2::NetworkAcl", {"VpcId": "@vpc"})},
        "properties": {
            "NetworkAclId": "@acl",
            "RuleNumber": "100",
            "Protocol": 6,
            "RuleAction": "allow",
            "CidrBlock": "0.0.0.0/0",
            "PortRange": {"From": "443", "To": "443"},
        },
        "read": (
            "ec2",
            "describe_network_acls",
            {"NetworkAclIds": ["@acl"]},
            "NetworkAcls[0].Entries[?RuleNumber==`100`] | [0]",
        ),
        "sees": {"RuleAction": "allow", "PortRange.From": 443, "Egress": False},
        "change": {"RuleAction": "deny"},
        "then": {"RuleAction": "deny"},
    },
    {
        "type": "AWS::EC2::SubnetNetworkAclAssociation",
        "needs": {**SUBNET, "acl": ("AWS::EC2::NetworkAcl", {"VpcId": "@vpc"})},
        "properties": {"NetworkAclId": "@acl", "SubnetId": "@subnet"},
        "read": (
            "ec2",
            "describe_network_acls",
            {"NetworkAclIds": ["@acl"]},
            "NetworkAcls[0].Associations[0]",
        ),
        "sees": {"NetworkAclAssociationId": "@", "SubnetId": "@subnet"},
        "attributes": ("AssociationId",),
    },
    {
        "type": "AWS::EC2::InternetGateway",
        "properties": {"Tags": TAGS},
        "read": (
            "ec2",
            "describe_internet_gateways",
            {"InternetGatewayIds": ["@"]},
            "InternetGateways[0]",
        ),
        "sees": {"Tags": TAGS},
        "change": {"Tags": NEW_TAGS},
        "then": {"length(Tags)": 2},
        "attributes": ("InternetGatewayId",),
    },
    {
        "type": "AWS::EC2::VPCGatewayAttachment",
        "needs": {**VPC, "gateway": ("AWS::EC2::InternetGateway", {})},
        "properties": {"VpcId": "@vpc", "InternetGatewayId": "@gateway"},
        "read": (
            "ec2",
            "describe_internet_gateways",
            {"InternetGatewayIds": ["@gateway"]},
            "InternetGateways[0].Attachments[0]",
        ),
        "sees": {"VpcId": "@vpc"},
        "attributes": ("AttachmentType",),
    },
    {
        "type": "AWS::EC2::EIP",
        "properties": {"Domain": "vpc", "Tags": TAGS},
        "read": ("ec2", "describe_addresses", {"PublicIps": ["@"]}, "Addresses[0]"),
        "sees": {"Domain": "vpc", "Tags": TAGS},
        "change": {"Tags": NEW_TAGS},
        "then": {"length(Tags)": 2},
        "attributes": ("AllocationId", "PublicIp"),
    },
    {
        "type": "AWS::EC2::NatGateway",
        "needs": {**SUBNET, "address": ("AWS::EC2::EIP", {"Domain": "vpc"})},
        "properties": {
            "SubnetId": "@subnet",
            "AllocationId": "@address.AllocationId",
            "Tags": TAGS,
        },
        "read": ("ec2", "describe_nat_gateways", {"NatGatewayIds": ["@"]}, "NatGateways[0]"),
        "sees": {"SubnetId": "@subnet", "State": "available", "Tags": TAGS},
        "attributes": ("NatGatewayId", "EniId"),
    },
    {
        "type": "AWS::EC2::VPCEndpoint",
        "needs": {**TABLE, "other": ("AWS::EC2::RouteTable", {"VpcId": "@vpc"})},
        "properties": {
            "VpcId": "@vpc",
            "ServiceName": "com.amazonaws.us-east-1.s3",
            "RouteTableIds": ["@table"],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "Tags": TAGS,
        },
        "read": ("ec2", "describe_vpc_endpoints", {"VpcEndpointIds": ["@"]}, "VpcEndpoints[0]"),
        "sees": {"VpcEndpointType": "Gateway", "RouteTableIds": ["@table"], "Tags": TAGS},
        "change": {"RouteTableIds": ["@other"], "Tags": NEW_TAGS},
        "then": {"RouteTableIds": ["@other"], "length(Tags)": 2},
        "attributes": ("Id", "CreationTimestamp"),
    },
    {
        "type": "AWS::EC2::VPCEndpoint",
        "needs": {**SUBNET, **GROUP},
        "properties": {
            "VpcId": "@vpc",
            "ServiceName": "com.amazonaws.us-east-1.ecr.dkr",
            "VpcEndpointType": "Interface",
            "PrivateDnsEnabled": "true",
            "SubnetIds": ["@subnet"],
            "SecurityGroupIds": ["@group"],
        },
        "read": ("ec2", "describe_vpc_endpoints", {"VpcEndpointIds": ["@"]}, "VpcEndpoints[0]"),
        "sees": {
            "VpcEndpointType": "Interface",
            "Groups[].GroupId": ["@group"],
            "PrivateDnsEnabled": True,
        },
        "attributes": ("DnsEntries", "NetworkInterfaceIds"),
    },
    {
        "type": "AWS::EC2::FlowLog",
        "needs": {
            **VPC,
            "logs": ("AWS::Logs::LogGroup", {}),
            "role": (
                "AWS::IAM::Role",
                {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
            ),
        },
        "properties": {
            "ResourceId": "@vpc",
            "ResourceType": "VPC",
            "TrafficType": "REJECT",
            "LogGroupName": "@logs",
            "DeliverLogsPermissionArn": "@role.Arn",
            "MaxAggregationInterval": "60",
            "Tags": TAGS,
        },
        "read": ("ec2", "describe_flow_logs", {"FlowLogIds": ["@"]}, "FlowLogs[0]"),
        "sees": {
            "ResourceId": "@vpc",
            "TrafficType": "REJECT",
            "MaxAggregationInterval": 60,
            "Tags": TAGS,
        },
        "attributes": ("Id",),
    },
    {
        "type": "AWS::EC2::SecurityGroup",
        "needs": VPC,
        "properties": {
            "GroupDescription": "load balancer",
            "VpcId": "@vpc",
            "SecurityGroupIngress": [{**ANYWHERE, "Description": "HTTPS"}],
            "SecurityGroupEgress": [{**ANYWHERE}],
            "Tags": TAGS,
        },
        "read": ("ec2", "describe_security_groups", {"GroupIds": ["@"]}, "SecurityGroups[0]"),
        "sees": {
            "Description": "load balancer",
            "IpPermissions[].FromPort": [443],
            "IpPermissionsEgress[].FromPort": [443],
            "IpPermissions[].IpRanges[].Description": ["HTTPS"],
            "Tags": TAGS,
        },
        "change": {
            "SecurityGroupIngress": [{**ANYWHERE, "FromPort": 80, "ToPort": 80}],
            "SecurityGroupEgress": None,
        },
        "then": {
            "IpPermissions[].FromPort": [80],
            "IpPermissionsEgress[].IpProtocol": ["-1"],
        },
        "attributes": ("GroupId", "VpcId"),
    },
    {
        "type": "AWS::EC2::SecurityGroupIngress",
        "needs": GROUP,
        "properties": {
            "GroupId": "@group",
            "IpProtocol": "tcp",
            "FromPort": "3000",
            "ToPort": "3000",
            "SourceSecurityGroupId": "@peer",
            "Description": "from the load balancer",
        },
        "read": (
            "ec2",
            "describe_security_group_rules",
            {"Filters": [{"Name": "group-id", "Values": ["@group"]}]},
            "SecurityGroupRules[?IsEgress==`false`] | [0]",
        ),
        "sees": {
            "FromPort": 3000,
            "ReferencedGroupInfo.GroupId": "@peer",
            "Description": "from the load balancer",
        },
        "change": {"Description": "changed"},
        "then": {"Description": "changed"},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::EC2::SecurityGroupEgress",
        "needs": GROUP,
        "properties": {
            "GroupId": "@group",
            "IpProtocol": "tcp",
            "FromPort": 3000,
            "ToPort": 3000,
            "DestinationSecurityGroupId": "@peer",
        },
        "read": (
            "ec2",
            "describe_security_group_rules",
            {"Filters": [{"Name": "group-id", "Values": ["@group"]}]},
            "SecurityGroupRules[?IsEgress && FromPort==`3000`] | [0]",
        ),
        "sees": {"ReferencedGroupInfo.GroupId": "@peer", "SecurityGroupRuleId": "@"},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::EC2::LaunchTemplate",
        "needs": GROUP,
        "properties": {
            "LaunchTemplateData": {
                "ImageId": "ami-12c6146b",
                "InstanceType": "t3.medium",
                "SecurityGroupIds": ["@group"],
                "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": "1"},
                "UserData": "IyEvYmluL2Jhc2g=",
                "TagSpecifications": [{"ResourceType": "instance", "Tags": TAGS}],
            },
            "TagSpecifications": [{"ResourceType": "launch-template", "Tags": TAGS}],
        },
        "read": (
            "ec2",
            "describe_launch_template_versions",
            {"LaunchTemplateId": "@", "Versions": ["$Latest"]},
            "LaunchTemplateVersions[0]",
        ),
        "sees": {
            "VersionNumber": 1,
            "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit": 1,
            "LaunchTemplateData.UserData": "IyEvYmluL2Jhc2g=",
            "LaunchTemplateData.TagSpecifications[].ResourceType": ["instance"],
        },
        "change": {"LaunchTemplateData": {"InstanceType": "m7g.large"}},
        "then": {"VersionNumber": 2, "LaunchTemplateData.InstanceType": "m7g.large"},
        "attributes": ("LaunchTemplateId", "LatestVersionNumber", "DefaultVersionNumber"),
    },
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_round_trip(case: dict[str, Any], bench: Any) -> None:
    bench.round_trip(**case)


def test_unknown_property_is_an_error(context: Context) -> None:
    create = handler_for("AWS::EC2::VPC").create
    with pytest.raises(PropertyError, match="Property Cidr: unsupported"):
        create(context, {"Cidr": "10.0.0.0/16"})


def test_regional_nat_gateway(bench: Any) -> None:
    for name, (kind, its) in VPC.items():
        bench.make(name, kind, its)
    nat = bench.make("", "AWS::EC2::NatGateway", {"VpcId": "@vpc", "AvailabilityMode": "regional"})
    found = bench.read("ec2", "describe_nat_gateways", {"NatGatewayIds": [nat]}, "NatGateways[0]")
    assert found["AvailabilityMode"] == "regional"
    assert found["VpcId"] == bench.made["vpc"][1]
    assert bench.fill("@.RouteTableId").startswith("rtb-")
