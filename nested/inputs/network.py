"""Where everything runs."""

from __future__ import annotations

from nested.shape import Input

_NETWORK = "Network"

VPC_CIDR = Input(
    "VpcCidr",
    "String",
    _NETWORK,
    "Address range",
    "IPv4 range of the VPC, /16 to /24.",
    default="10.0.0.0/16",
    pattern=r"^(10|172|192|100)(\.\d{1,3}){3}/(1[6-9]|2[0-4])$",
    constraint="A private IPv4 range from /16 to /24, for example 10.0.0.0/16.",
    shared=True,
)
SUBNET_HOST_BITS = Input(
    "SubnetHostBits",
    "Number",
    _NETWORK,
    "Host bits of a subnet",
    "Bits of each subnet's address that number hosts: 12 makes /20 subnets. Six must fit the address range.",
    default="12",
    minimum=5,
    maximum=13,
    constraint="5 (a /27, the least a load balancer takes) to 13.",
    shared=True,
)
ZONE_COUNT = Input(
    "ZoneCount",
    "String",
    _NETWORK,
    "Availability Zones",
    "How many Availability Zones the subnets span.",
    default="2",
    allowed=("2", "3"),
    shared=True,
)
AVAILABILITY_ZONES = Input(
    "AvailabilityZones",
    "CommaDelimitedList",
    _NETWORK,
    "Pinned zones",
    "Three zone names to pin the subnets to (two are enough for ZoneCount 2); empty takes the region's first ones. "
    "A changed list replaces subnets.",
    default="",
    shared=True,
)
NAT_GATEWAYS = Input(
    "NatGateways",
    "String",
    _NETWORK,
    "NAT gateways",
    "one: cheapest, egress is lost with its zone. per-zone: each zone has its own. "
    "regional: one gateway that spans the zones by itself.",
    default="per-zone",
    allowed=("one", "per-zone", "regional"),
    shared=True,
)
FLOW_LOGS_RETENTION_DAYS = Input(
    "FlowLogsRetentionDays",
    "Number",
    _NETWORK,
    "Flow log retention (days)",
    "Days that the VPC's flow logs are kept.",
    default="30",
    allowed=("7", "14", "30", "60", "90", "180", "365"),
    shared=True,
)
NETWORK_ACLS = Input(
    "NetworkAcls",
    "String",
    _NETWORK,
    "Network ACLs",
    "on: public and private subnets have ACLs that let in listeners, answers and the VPC's own traffic alone.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
VPC_ID = Input(
    "VpcId",
    "AWS::EC2::VPC::Id",
    _NETWORK,
    "VPC",
    "VPC everything runs in.",
    shared=True,
    public=True,
)
PUBLIC_SUBNET_IDS = Input(
    "PublicSubnetIds",
    "List<AWS::EC2::Subnet::Id>",
    _NETWORK,
    "Public subnets",
    "Subnets with a route to the internet gateway, one per zone, at least two.",
    shared=True,
    public=True,
)
PRIVATE_SUBNET_IDS = Input(
    "PrivateSubnetIds",
    "List<AWS::EC2::Subnet::Id>",
    _NETWORK,
    "Private subnets",
    "Subnets without public addresses, one per zone, at least two.",
    shared=True,
    public=True,
)


def _nat_gateway(word: str) -> Input:
    return Input(
        f"NatGateway{word}Id",
        "String",
        _NETWORK,
        f"NAT gateway of zone {word.lower()}",
        "NAT gateway that the zone leaves by; that of the first zone where the zone has none of its own.",
        shared=True,
    )


# One by one: from a list that another stack gives nothing can be selected while a nested change set is made.
NAT_GATEWAY_OF = {word: _nat_gateway(word) for word in ("One", "Two", "Three")}

IP_ADDRESS_TYPE = Input(
    "IpAddressType",
    "String",
    _NETWORK,
    "Load balancer addresses",
    "ipv4, or dualstack where the public subnets have IPv6 ranges.",
    default="ipv4",
    allowed=("ipv4", "dualstack"),
    shared=True,
)
