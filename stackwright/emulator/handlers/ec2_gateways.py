"""Ways in and out of a network: gateways, Elastic IPs, endpoints; and flow logs that watch them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Read, handlers
from stackwright.emulator.handlers.shapes import PropertyError, call, gone_is_fine, taken_back
from stackwright.emulator.handlers.tags import EC2, retag, specification

_INTERNET_GATEWAY = Mapped(
    service="ec2",
    create="create_internet_gateway",
    identity="InternetGateway.InternetGatewayId",
    key="InternetGatewayId",
    delete="delete_internet_gateway",
    attributes={"InternetGatewayId": "="},
    tagging=EC2,
    tag_type="internet-gateway",
)


def _kind(properties: Properties) -> str:
    return "internet" if "InternetGatewayId" in properties else "vpn"


def _attach(context: Context, properties: Properties) -> str:
    kind = _kind(properties)
    call(context.client("ec2"), f"attach_{kind}_gateway", properties)
    return f"{'IGW' if kind == 'internet' else 'VGW'}|{properties['VpcId']}"


def _detach(context: Context, physical_id: str, old: Properties) -> None:
    try:
        gone_is_fine(call, context.client("ec2"), f"detach_{_kind(old)}_gateway", old)
    except context.client("ec2").exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "Gateway.NotAttached":
            raise


def _reattach(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
    _detach(context, physical_id, old)
    _attach(context, new)


_ATTACHMENT = Handler(
    create=_attach,
    delete=_detach,
    update=_reattach,
    attributes=lambda _, physical_id, __: {"AttachmentType": physical_id.split("|")[0]},
)


def _address(context: Context, public_ip: str) -> dict[str, Any]:
    filters = [{"Name": "public-ip", "Values": [public_ip]}]
    found = context.client("ec2").describe_addresses(Filters=filters)["Addresses"]
    return found[0] if found else {}


def _allocate(context: Context, properties: Properties) -> str:
    ec2 = context.client("ec2")
    own = {k: v for k, v in properties.items() if k not in ("Tags", "InstanceId")}
    tags = specification("elastic-ip", properties.get("Tags"))
    answer = call(ec2, "allocate_address", {**own, **({"TagSpecifications": tags} if tags else {})})
    if "InstanceId" in properties:
        allocation = {"AllocationId": answer["AllocationId"]}
        with taken_back(lambda: ec2.release_address(**allocation)):
            call(ec2, "associate_address", {**allocation, "InstanceId": properties["InstanceId"]})
    return str(answer["PublicIp"])


def _update_address(context: Context, public_ip: str, new: Properties, old: Properties) -> None:
    changed = {n for n in new.keys() | old.keys() if new.get(n) != old.get(n)} - {"Tags"}
    if changed:
        raise PropertyError(f"Property {min(changed)}: cannot be updated in place")
    allocation = _address(context, public_ip)["AllocationId"]
    retag(context.client("ec2"), EC2, allocation, new.get("Tags"), old.get("Tags"))


def _release(context: Context, public_ip: str, old: Properties) -> None:
    address = _address(context, public_ip)
    if address:
        ec2 = context.client("ec2")
        gone_is_fine(ec2.release_address, AllocationId=address["AllocationId"])


_EIP = Handler(
    create=_allocate,
    delete=_release,
    update=_update_address,
    attributes=lambda context, public_ip, _: {
        "PublicIp": public_ip,
        "AllocationId": _address(context, public_ip).get("AllocationId"),
    },
)

_NAT_GATEWAY = Mapped(
    service="ec2",
    create="create_nat_gateway",
    identity="NatGateway.NatGatewayId",
    key="NatGatewayId",
    delete="delete_nat_gateway",
    local=("MaxDrainDurationSeconds",),
    read=Read("describe_nat_gateways", "NatGatewayIds", "NatGateways[0]"),
    attributes={
        "NatGatewayId": "=",
        "EniId": "NatGatewayAddresses[0].NetworkInterfaceId",
        "RouteTableId": "RouteTableId",
        "AutoProvisionZones": "AutoProvisionZones",
        "AutoScalingIps": "AutoScalingIps",
    },
    tagging=EC2,
    tag_type="natgateway",
)


_ENDPOINT = Mapped(
    service="ec2",
    create="create_vpc_endpoint",
    identity="VpcEndpoint.VpcEndpointId",
    key="VpcEndpointId",
    delete="delete_vpc_endpoints",
    delete_key="VpcEndpointIds",
    read=Read("describe_vpc_endpoints", "VpcEndpointIds", "VpcEndpoints[0]"),
    attributes={
        "Id": "=",
        "CreationTimestamp": "CreationTimestamp",
        "NetworkInterfaceIds": "NetworkInterfaceIds || `[]`",
        "DnsEntries": "DnsEntries[].join(':', [HostedZoneId || '', DnsName || '']) || `[]`",
    },
    tagging=EC2,
    tag_type="vpc-endpoint",
)
_ENDPOINT_LISTS = ("RouteTableIds", "SubnetIds", "SecurityGroupIds")
_ENDPOINT_VALUES = ("PolicyDocument", "PrivateDnsEnabled", "IpAddressType", "DnsOptions")


def _update_endpoint(context: Context, physical_id: str, new: Properties, old: Properties) -> None:
    """The API adds to and removes from the lists of an endpoint; it does not set them."""
    ec2 = context.client("ec2")
    changes: Properties = {name: new[name] for name in _ENDPOINT_VALUES if name in new and new[name] != old.get(name)}
    for name in _ENDPOINT_LISTS:
        now, before = new.get(name, []), old.get(name, [])
        changes[f"Add{name}"] = [item for item in now if item not in before]
        changes[f"Remove{name}"] = [item for item in before if item not in now]
    if any(changes.values()):
        given = {name: value for name, value in changes.items() if value != []}
        call(ec2, "modify_vpc_endpoint", {"VpcEndpointId": physical_id, **given})
    retag(ec2, EC2, physical_id, new.get("Tags"), old.get("Tags"))


_FLOW_LOG = Mapped(
    service="ec2",
    create="create_flow_logs",
    identity="FlowLogIds[0]",
    key="FlowLogIds",
    delete="delete_flow_logs",
    names={"ResourceId": "ResourceIds[]"},
    attributes={"Id": "="},
    tagging=EC2,
    tag_type="vpc-flow-log",
)


def _create_flow_log(context: Context, properties: Properties) -> str:
    """The API answers a refused flow log with success and a list of what was not done."""
    ec2 = context.client("ec2")
    own = {name: value for name, value in properties.items() if name != "Tags"}
    tags = specification("vpc-flow-log", properties.get("Tags"))
    given = {**own, **({"TagSpecifications": tags} if tags else {})}
    answer = call(ec2, "create_flow_logs", given, _FLOW_LOG.names)
    for failed in answer.get("Unsuccessful", []):
        raise PropertyError(f"{failed['ResourceId']}: {failed['Error']['Message']}")
    return str(answer["FlowLogIds"][0])


HANDLERS = handlers(
    {
        "AWS::EC2::InternetGateway": _INTERNET_GATEWAY,
        "AWS::EC2::VPCGatewayAttachment": _ATTACHMENT,
        "AWS::EC2::EIP": _EIP,
        "AWS::EC2::NatGateway": _NAT_GATEWAY,
        "AWS::EC2::VPCEndpoint": replace(_ENDPOINT.handler(), update=_update_endpoint),
        "AWS::EC2::FlowLog": replace(_FLOW_LOG.handler(), create=_create_flow_log),
    }
)
