"""Networks: VPCs, subnets, route tables and routes, network ACLs."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Read, Step, handlers
from stackwright.emulator.handlers.shapes import call, gone_is_fine
from stackwright.emulator.handlers.tags import EC2

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _default_of(operation: str, found: str, id_key: str, filters: dict[str, str]) -> Any:
    def attribute(context: Context, physical_id: str, properties: Properties) -> Any:
        wanted = [{"Name": k, "Values": [v]} for k, v in filters.items()]
        wanted.append({"Name": "vpc-id", "Values": [physical_id]})
        answer = getattr(context.client("ec2"), operation)(Filters=wanted)
        return next((item[id_key] for item in answer[found]), None)

    return attribute


_VPC = Mapped(
    service="ec2",
    create="create_vpc",
    identity="Vpc.VpcId",
    key="VpcId",
    delete="delete_vpc",
    steps=(
        Step("modify_vpc_attribute", ("EnableDnsSupport", "EnableDnsHostnames"), each=True),
        Step("modify_vpc_tenancy", ("InstanceTenancy",), at_creation=False),
    ),
    read=Read("describe_vpcs", "VpcIds", "Vpcs[0]"),
    attributes={
        "VpcId": "=",
        "CidrBlock": "CidrBlock",
        "CidrBlockAssociations": "CidrBlockAssociationSet[].AssociationId",
        "Ipv6CidrBlocks": "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock || `[]`",
        "DefaultNetworkAcl": _default_of("describe_network_acls", "NetworkAcls", "NetworkAclId", {"default": "true"}),
        "DefaultSecurityGroup": _default_of(
            "describe_security_groups", "SecurityGroups", "GroupId", {"group-name": "default"}
        ),
    },
    tagging=EC2,
    tag_type="vpc",
)

_VPC_CIDR_BLOCK = Mapped(
    service="ec2",
    create="associate_vpc_cidr_block",
    identity="Ipv6CidrBlockAssociation.AssociationId || CidrBlockAssociation.AssociationId",
    key="AssociationId",
    delete="disassociate_vpc_cidr_block",
    attributes={"Id": "="},
)

_SUBNET = Mapped(
    service="ec2",
    create="create_subnet",
    identity="Subnet.SubnetId",
    key="SubnetId",
    delete="delete_subnet",
    steps=(
        Step(
            "modify_subnet_attribute",
            ("AssignIpv6AddressOnCreation", "MapPublicIpOnLaunch", "EnableDns64"),
            each=True,
        ),
        Step("modify_subnet_attribute", ("EnableLniAtDeviceIndex",)),
        Step(
            "modify_subnet_attribute",
            ("PrivateDnsNameOptionsOnLaunch",),
            names={"HostnameType": "PrivateDnsHostnameTypeOnLaunch"},
            build=lambda given: given["PrivateDnsNameOptionsOnLaunch"],
        ),
    ),
    read=Read("describe_subnets", "SubnetIds", "Subnets[0]"),
    attributes={
        "SubnetId": "=",
        "VpcId": "VpcId",
        "CidrBlock": "CidrBlock",
        "AvailabilityZone": "AvailabilityZone",
        "AvailabilityZoneId": "AvailabilityZoneId",
        "OutpostArn": "OutpostArn",
        "Ipv6CidrBlocks": "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock || `[]`",
        "NetworkAclAssociationId": lambda context, subnet, _: _acl_association(context, subnet)[0],
    },
    tagging=EC2,
    tag_type="subnet",
)

_ROUTE_TABLE = Mapped(
    service="ec2",
    create="create_route_table",
    identity="RouteTable.RouteTableId",
    key="RouteTableId",
    delete="delete_route_table",
    attributes={"RouteTableId": "="},
    tagging=EC2,
    tag_type="route-table",
)


def _destination(properties: Properties) -> dict[str, str]:
    return {name: properties[name] for name in _DESTINATIONS if name in properties}


def _create_route(context: Context, properties: Properties) -> str:
    call(context.client("ec2"), "create_route", properties)
    return "|".join([properties["RouteTableId"], *_destination(properties).values()])


def _update_route(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
    call(context.client("ec2"), "replace_route", new)


def _delete_route(context: Context, physical_id: str, old: Properties) -> None:
    route = {"RouteTableId": old["RouteTableId"], **_destination(old)}
    gone_is_fine(call, context.client("ec2"), "delete_route", route)


_ROUTE = Handler(
    create=_create_route,
    delete=_delete_route,
    update=_update_route,
    attributes=lambda _, __, properties: {"CidrBlock": next(iter(_destination(properties).values()), "")},
)

_ROUTE_TABLE_ASSOCIATION = Mapped(
    service="ec2",
    create="associate_route_table",
    identity="AssociationId",
    key="AssociationId",
    delete="disassociate_route_table",
    attributes={"Id": "="},
)

_NETWORK_ACL = Mapped(
    service="ec2",
    create="create_network_acl",
    identity="NetworkAcl.NetworkAclId",
    key="NetworkAclId",
    delete="delete_network_acl",
    attributes={"Id": "="},
    tagging=EC2,
    tag_type="network-acl",
)


def _acl_entry(properties: Properties) -> Properties:
    """CloudFormation's Egress is optional (false), the API's is not."""
    return {"Egress": False, **properties}


def _create_acl_entry(context: Context, properties: Properties) -> str:
    names = {"Icmp": "IcmpTypeCode"}
    call(context.client("ec2"), "create_network_acl_entry", _acl_entry(properties), names)
    return context.generated_name(64)


def _update_acl_entry(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
    names = {"Icmp": "IcmpTypeCode"}
    call(context.client("ec2"), "replace_network_acl_entry", _acl_entry(new), names)


def _delete_acl_entry(context: Context, physical_id: str, old: Properties) -> None:
    named = {name: _acl_entry(old)[name] for name in ("NetworkAclId", "RuleNumber", "Egress")}
    gone_is_fine(call, context.client("ec2"), "delete_network_acl_entry", named)


_ACL_ENTRY = Handler(
    create=_create_acl_entry,
    delete=_delete_acl_entry,
    update=_update_acl_entry,
    attributes=lambda _, physical_id, __: {"Id": physical_id},
)


def _acl_association(context: Context, subnet: str) -> tuple[str | None, str | None]:
    """Return the association that ties a subnet to its network ACL, and the subnet's VPC."""
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    for acl in context.client("ec2").describe_network_acls(Filters=filters)["NetworkAcls"]:
        for association in acl["Associations"]:
            if association["SubnetId"] == subnet:
                return association["NetworkAclAssociationId"], acl["VpcId"]
    return None, None


def _create_acl_association(context: Context, properties: Properties) -> str:
    """A subnet always has an ACL: the association that there is moves to the new one."""
    association, _ = _acl_association(context, properties["SubnetId"])
    answer = context.client("ec2").replace_network_acl_association(
        AssociationId=association, NetworkAclId=properties["NetworkAclId"]
    )
    return str(answer["NewAssociationId"])


def _delete_acl_association(context: Context, physical_id: str, old: Properties) -> None:
    """Deleting it gives the subnet back to its VPC's default ACL."""
    association, vpc = _acl_association(context, old["SubnetId"])
    if association != physical_id or vpc is None:
        return
    default = _VPC.attributes["DefaultNetworkAcl"]
    assert callable(default)
    context.client("ec2").replace_network_acl_association(
        AssociationId=association, NetworkAclId=default(context, vpc, {})
    )


HANDLERS = handlers(
    {
        "AWS::EC2::VPC": _VPC,
        "AWS::EC2::VPCCidrBlock": _VPC_CIDR_BLOCK,
        "AWS::EC2::Subnet": _SUBNET,
        "AWS::EC2::RouteTable": _ROUTE_TABLE,
        "AWS::EC2::Route": _ROUTE,
        "AWS::EC2::SubnetRouteTableAssociation": _ROUTE_TABLE_ASSOCIATION,
        "AWS::EC2::NetworkAcl": _NETWORK_ACL,
        "AWS::EC2::NetworkAclEntry": _ACL_ENTRY,
        "AWS::EC2::SubnetNetworkAclAssociation": Handler(
            create=_create_acl_association,
            delete=_delete_acl_association,
            attributes=lambda _, physical_id, __: {"AssociationId": physical_id},
        ),
    }
)
