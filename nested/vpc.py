"""Network: a VPC with public and private subnets over two or three zones, and the ways in and out of it.

The third zone and the NAT gateways are Conditions of one template, so that an environment grows from two zones
to three, or from one NAT gateway to one per zone, and nothing that exists is replaced. The address range is
always cut into six: a zone's subnets have the same addresses whether or not the third exists.

The VPC's default security group cannot be changed by CloudFormation: it admits its own members only, and nothing
in this library is ever put into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import And, Cidr, Equals, GetAtt, GetAZs, If, Join, Not, NoValue, Ref, Select, Sub, Tags, Template, ec2

from nested import inputs
from nested.parts import flow_logs, network_acls
from nested.parts.permissions import allow, policy
from nested.shape import gives, needs

_THIRD_ZONE = "HasThirdZone"
_PINNED = "HasPinnedZones"
_PER_ZONE = "HasNatGatewayPerZone"
_THIRD_NAT = "HasThirdNatGateway"
_REGIONAL = "HasRegionalNatGateway"
_ZONAL = "HasZonalNatGateway"

# Subnets are numbered public first: a change of this order replaces every subnet.
_SUBNETS = 6
_FIRST_PRIVATE = 3

# "VPC CIDR blocks" in the Amazon VPC User Guide: an Amazon-provided range is a /56, a subnet's a /64.
_IPV6_HOST_BITS = 64


@dataclass(frozen=True)
class _Zone:
    """One zone of the template: its place, the condition of what it holds, and that of its NAT gateway."""

    word: str
    index: int
    condition: str | None
    nat_condition: str

    @property
    def options(self) -> dict[str, str]:
        return {"Condition": self.condition} if self.condition else {}


_ZONES = (
    _Zone("One", 0, None, _ZONAL),
    _Zone("Two", 1, None, _PER_ZONE),
    _Zone("Three", 2, _THIRD_ZONE, _THIRD_NAT),
)


def template() -> Template:
    """Emit the network stack.

    Needs ProjectName, EnvironmentName, VpcCidr, SubnetHostBits, ZoneCount, AvailabilityZones, NatGateways, NetworkAcls
    and FlowLogsRetentionDays; gives VpcId, PublicSubnetIds, PrivateSubnetIds and each zone's NAT gateway, usable at
    once: an output is read when the whole stack is complete, routes and NAT gateways included.
    """
    t = Template(Description="VPC with public and private subnets, NAT gateways and flow logs")
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.VPC_CIDR, inputs.SUBNET_HOST_BITS)
    needs(t, inputs.ZONE_COUNT, inputs.AVAILABILITY_ZONES, inputs.NAT_GATEWAYS, inputs.NETWORK_ACLS)
    needs(t, inputs.FLOW_LOGS_RETENTION_DAYS)
    _add_conditions(t)
    _add_vpc(t)
    _add_public_routes(t)
    _add_regional_nat_gateway(t)
    for zone in _ZONES:
        _add_public_subnet(t, zone)
        _add_nat_gateway(t, zone)
        _add_private_subnet(t, zone)
    t.add_resource(_s3_endpoint())
    tags = {kind: _name(f"-{kind.lower()}") for kind in ("Public", "Private")}
    network_acls.add_to(t, subnets={each.word: each.condition for each in _ZONES}, tags=tags)
    flow_logs.add_to(t, vpc="Vpc")
    gives(
        t,
        {
            inputs.VPC_ID: Ref("Vpc"),
            inputs.PUBLIC_SUBNET_IDS: _in_zones("PublicSubnet"),
            inputs.PRIVATE_SUBNET_IDS: _in_zones("PrivateSubnet"),
            **{inputs.NAT_GATEWAY_OF[zone.word]: _nat_gateway_of(zone) for zone in _ZONES},
        },
    )
    return t


def _add_conditions(t: Template) -> None:
    nat_gateways = Ref(inputs.NAT_GATEWAYS.name)
    t.add_condition(_THIRD_ZONE, Equals(Ref(inputs.ZONE_COUNT.name), "3"))
    t.add_condition(_PINNED, Not(Equals(Join("", Ref(inputs.AVAILABILITY_ZONES.name)), "")))
    t.add_condition(_REGIONAL, Equals(nat_gateways, "regional"))
    t.add_condition(_ZONAL, Not({"Condition": _REGIONAL}))
    t.add_condition(_PER_ZONE, Equals(nat_gateways, "per-zone"))
    t.add_condition(_THIRD_NAT, And({"Condition": _PER_ZONE}, {"Condition": _THIRD_ZONE}))


def _add_vpc(t: Template) -> None:
    t.add_resource(
        ec2.VPC(
            "Vpc",
            CidrBlock=Ref(inputs.VPC_CIDR.name),
            EnableDnsHostnames=True,
            EnableDnsSupport=True,
            Tags=_name(""),
        )
    )
    t.add_resource(ec2.VPCCidrBlock("Ipv6Range", VpcId=Ref("Vpc"), AmazonProvidedIpv6CidrBlock=True))
    t.add_resource(ec2.InternetGateway("InternetGateway", Tags=_name("")))
    t.add_resource(
        ec2.VPCGatewayAttachment(
            "InternetGatewayAttachment", VpcId=Ref("Vpc"), InternetGatewayId=Ref("InternetGateway")
        )
    )


def _add_public_routes(t: Template) -> None:
    t.add_resource(ec2.RouteTable("PublicRouteTable", VpcId=Ref("Vpc"), Tags=_name("-public")))
    for title, destination, needed in (
        ("PublicDefaultRoute", {"DestinationCidrBlock": "0.0.0.0/0"}, []),
        ("PublicDefaultIpv6Route", {"DestinationIpv6CidrBlock": "::/0"}, ["Ipv6Range"]),
    ):
        t.add_resource(
            ec2.Route(
                title,
                DependsOn=["InternetGatewayAttachment", *needed],
                RouteTableId=Ref("PublicRouteTable"),
                GatewayId=Ref("InternetGateway"),
                **destination,
            )
        )


def _add_public_subnet(t: Template, zone: _Zone) -> None:
    t.add_resource(
        ec2.Subnet(
            f"PublicSubnet{zone.word}",
            DependsOn="Ipv6Range",
            VpcId=Ref("Vpc"),
            AvailabilityZone=_availability_zone(zone),
            CidrBlock=_ipv4_range(zone.index),
            Ipv6CidrBlock=_ipv6_range(zone.index),
            MapPublicIpOnLaunch=False,
            AssignIpv6AddressOnCreation=False,
            Tags=_name(f"-public-{zone.word.lower()}"),
            **zone.options,
        )
    )
    _add_association(t, "Public", zone, route_table="PublicRouteTable")


def _add_private_subnet(t: Template, zone: _Zone) -> None:
    name = _name(f"-private-{zone.word.lower()}")
    route_table = f"PrivateRouteTable{zone.word}"
    t.add_resource(
        ec2.Subnet(
            f"PrivateSubnet{zone.word}",
            VpcId=Ref("Vpc"),
            AvailabilityZone=_availability_zone(zone),
            CidrBlock=_ipv4_range(_FIRST_PRIVATE + zone.index),
            MapPublicIpOnLaunch=False,
            Tags=name,
            **zone.options,
        )
    )
    t.add_resource(ec2.RouteTable(route_table, VpcId=Ref("Vpc"), Tags=name, **zone.options))
    _add_association(t, "Private", zone, route_table=route_table)
    t.add_resource(
        ec2.Route(
            f"PrivateDefaultRoute{zone.word}",
            RouteTableId=Ref(route_table),
            DestinationCidrBlock="0.0.0.0/0",
            NatGatewayId=_nat_gateway_of(zone),
            **zone.options,
        )
    )


def _add_association(t: Template, kind: str, zone: _Zone, *, route_table: str) -> None:
    t.add_resource(
        ec2.SubnetRouteTableAssociation(
            f"{kind}RouteTableAssociation{zone.word}",
            SubnetId=Ref(f"{kind}Subnet{zone.word}"),
            RouteTableId=Ref(route_table),
            **zone.options,
        )
    )


def _add_nat_gateway(t: Template, zone: _Zone) -> None:
    name = _name(f"-{zone.word.lower()}")
    address = t.add_resource(
        ec2.EIP(
            f"NatAddress{zone.word}",
            Condition=zone.nat_condition,
            DependsOn="InternetGatewayAttachment",
            Domain="vpc",
            Tags=name,
        )
    )
    t.add_resource(
        ec2.NatGateway(
            f"NatGateway{zone.word}",
            Condition=zone.nat_condition,
            # Its traffic leaves by these; on deletion it must go before they do.
            DependsOn=["PublicDefaultRoute", f"PublicRouteTableAssociation{zone.word}"],
            AllocationId=address.get_att("AllocationId"),
            SubnetId=Ref(f"PublicSubnet{zone.word}"),
            Tags=name,
        )
    )


def _add_regional_nat_gateway(t: Template) -> None:
    # "Regional NAT gateways for automatic multi-AZ expansion", Amazon VPC User Guide: without subnet and addresses
    # AWS manages zones and addresses itself. Reaching a new zone may take it up to an hour; until then that
    # zone's traffic leaves through another.
    t.add_resource(
        ec2.NatGateway(
            "RegionalNatGateway",
            Condition=_REGIONAL,
            DependsOn="InternetGatewayAttachment",
            AvailabilityMode="regional",
            ConnectivityType="public",
            VpcId=Ref("Vpc"),
            Tags=_name(""),
        )
    )


def _s3_endpoint() -> ec2.VPCEndpoint:
    # Image layers and packages lie in AWS's buckets and are read by anybody; all else needs this account's
    # credentials, so that nothing leaves the VPC for a bucket with somebody else's.
    own_credentials = {"StringEquals": {"aws:PrincipalAccount": Ref("AWS::AccountId")}}
    statements = (allow("s3:GetObject", "*"), allow("s3:*", "*", when=own_credentials))
    return ec2.VPCEndpoint(
        "S3Endpoint",
        VpcId=Ref("Vpc"),
        ServiceName=Sub("com.amazonaws.${AWS::Region}.s3"),
        VpcEndpointType="Gateway",
        RouteTableIds=_in_zones("PrivateRouteTable"),
        PolicyDocument=policy(*({"Principal": "*"} | each for each in statements)),
    )


def _availability_zone(zone: _Zone) -> Select:
    return Select(zone.index, If(_PINNED, Ref(inputs.AVAILABILITY_ZONES.name), GetAZs("")))


def _ipv4_range(index: int) -> Select:
    return Select(index, Cidr(Ref(inputs.VPC_CIDR.name), _SUBNETS, Ref(inputs.SUBNET_HOST_BITS.name)))


def _ipv6_range(index: int) -> Select:
    vpc_range = Select(0, GetAtt("Vpc", "Ipv6CidrBlocks"))
    return Select(index, Cidr(vpc_range, _SUBNETS, _IPV6_HOST_BITS))


def _nat_gateway_of(zone: _Zone) -> If:
    first = Ref("NatGatewayOne")
    zonal = first if zone.index == 0 else If(zone.nat_condition, Ref(f"NatGateway{zone.word}"), first)
    return If(_REGIONAL, Ref("RegionalNatGateway"), zonal)


def _in_zones(title: str) -> list[Any]:
    return [Ref(f"{title}One"), Ref(f"{title}Two"), If(_THIRD_ZONE, Ref(f"{title}Three"), NoValue)]


def _name(suffix: str) -> Tags:
    return Tags(Name=Sub("${ProjectName}-${EnvironmentName}" + suffix))
