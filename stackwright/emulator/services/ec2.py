"""EC2 beyond moto: regional NAT gateways, a quota, and answers that moto leaves incomplete or fails at."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2 import urls
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response
from moto.ec2.utils import add_tag_specification, random_nat_gateway_id

from stackwright.emulator.services.overlay import keep, made, put_in_place


class RegionalNatGateway(NatGateway):
    """A NAT gateway of a whole VPC, without a subnet ("Regional NAT gateways for automatic
    multi-AZ expansion"): it has a route table of its own, and addresses by zone."""

    def __init__(self, backend: Any, vpc_id: str, zones: list[Any], tags: dict[str, str]) -> None:
        self.id = random_nat_gateway_id()
        self.ec2_backend = backend
        self.vpc_id = vpc_id
        self.state = "available"
        self.subnet_id = None
        self.connectivity_type = "public"
        self.availability_mode = "regional"
        by_us = "disabled" if zones else "enabled"
        self.auto_provision_zones = by_us
        self.auto_scaling_ips = by_us
        self.address_set = [_zone_address(backend, address) for address in _by_zone(zones)]
        self.route_table_id = backend.create_route_table(vpc_id).id
        self._created_at = utcnow()
        self.add_tags(tags)


def _by_zone(zones: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    return [(zone, each) for zone in zones for each in zone.get("AllocationIds", [])]


def _zone_address(backend: Any, address: tuple[dict[str, Any], str]) -> dict[str, Any]:
    zone, allocation = address
    eip = backend.address_by_allocation([allocation])[0]
    named = {k: v for k, v in zone.items() if k.startswith("AvailabilityZone")}
    return {"AllocationId": allocation, "PublicIp": eip.public_ip, "Status": "succeeded", **named}


# Elastic IP addresses of one account in one region ("Amazon VPC quotas", Amazon VPC User Guide).
_MOST_ADDRESSES = 5


class Ec2(EC2Response):
    """moto's EC2 with what it lacks."""

    def allocate_address(self) -> ActionResult:
        """Refuse more than the quota ("Error codes for the Amazon EC2 API": AddressLimitExceeded)."""
        if len(self.ec2_backend.addresses) >= _MOST_ADDRESSES:
            raise EC2ClientError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
        return super().allocate_address()

    def create_nat_gateway(self) -> ActionResult:
        """Make a regional one for `AvailabilityMode` regional, else moto's."""
        if self._get_param("AvailabilityMode") != "regional":
            result = super().create_nat_gateway()
            made(result, "NatGateway").availability_mode = "zonal"
            return result
        vpc_id = self._get_param("VpcId")
        if not vpc_id:
            raise EC2ClientError("MissingParameter", "Regional NAT gateways require a VpcId.")
        self.ec2_backend.get_vpc(vpc_id)
        zones = self._get_param("AvailabilityZoneAddresses", [])
        tags = add_tag_specification(self._get_param("TagSpecifications", []))
        gateway = RegionalNatGateway(self.ec2_backend, vpc_id, zones, tags)
        self.ec2_backend.nat_gateways[gateway.id] = gateway
        return ActionResult({"NatGateway": gateway})

    def delete_nat_gateway(self) -> ActionResult:
        """Refuse an unknown id ("Error codes for the Amazon EC2 API": NatGatewayNotFound), and take
        its network interface along, or the route table of a regional one ("NAT gateway basics")."""
        name = self._get_param("NatGatewayId")
        gateway = self.ec2_backend.nat_gateways.get(name)
        if gateway is None or gateway.state == "deleted":
            raise EC2ClientError("NatGatewayNotFound", f"NAT gateway {name} was not found")
        if isinstance(gateway, RegionalNatGateway):
            self.ec2_backend.delete_route_table(gateway.route_table_id)
        else:
            self.ec2_backend.enis.pop(gateway._eni.id)
        return super().delete_nat_gateway()

    def create_vpc_endpoint(self) -> ActionResult:
        """The type defaults to Gateway ("CreateVpcEndpoint")."""
        result = super().create_vpc_endpoint()
        endpoint = made(result, "VpcEndpoint")
        endpoint.vpc_endpoint_type = endpoint.vpc_endpoint_type or "Gateway"
        return result

    def modify_vpc_endpoint(self) -> ActionResult:
        """A gateway endpoint's routes follow its route tables ("Gateway endpoints")."""
        result = super().modify_vpc_endpoint()
        ec2 = self.ec2_backend
        endpoint = ec2.describe_vpc_endpoints([self._get_param("VpcEndpointId")])[0]
        keep(endpoint, self.params, ("PrivateDnsEnabled", "IpAddressType"))
        prefix_list = endpoint.destination_prefix_list_id
        for table in self._get_param("AddRouteTableIds", []) if prefix_list else []:
            ec2.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list)
        for table in self._get_param("RemoveRouteTableIds", []) if prefix_list else []:
            ec2.delete_route(table, prefix_list)
        return result

    def delete_network_acl_entry(self) -> ActionResult:
        """Refuse an unknown rule ("Error codes for the Amazon EC2 API"); moto fails inside."""
        acl = self.ec2_backend.get_network_acl(self._get_param("NetworkAclId"))
        number, egress = self._get_param("RuleNumber"), self._get_param("Egress")
        known = {(entry.rule_number, entry.egress) for entry in acl.network_acl_entries}
        if (number, egress) not in known:
            text = f"The network acl entry '{number}' does not exist"
            raise EC2ClientError("InvalidNetworkAclEntry.NotFound", text)
        return super().delete_network_acl_entry()

    def create_launch_template(self) -> ActionResult:
        """The template's own tags are no part of its data ("CreateLaunchTemplate")."""
        result = super().create_launch_template()
        name = made(result, "LaunchTemplate")["LaunchTemplateId"]
        data = self.ec2_backend.get_launch_template(name).versions[0].data
        kept = [each for each in data.get("TagSpecifications", []) if each["ResourceType"] != "launch-template"]
        data.pop("TagSpecifications", None)
        if kept:
            data["TagSpecifications"] = kept
        return result

    def update_security_group_rule_descriptions_ingress(self) -> ActionResult:
        """Take rules by their ids too ("UpdateSecurityGroupRuleDescriptionsIngress")."""
        return self._describe_rules() or super().update_security_group_rule_descriptions_ingress()

    def update_security_group_rule_descriptions_egress(self) -> ActionResult:
        """Take rules by their ids too ("UpdateSecurityGroupRuleDescriptionsEgress")."""
        return self._describe_rules() or super().update_security_group_rule_descriptions_egress()

    def _describe_rules(self) -> ActionResult | None:
        descriptions = self._get_param("SecurityGroupRuleDescriptions")
        if not descriptions:
            return None
        group = self.ec2_backend.get_security_group_from_id(self._get_param("GroupId"))
        rules = {rule.id: rule for rule in (*group.ingress_rules, *group.egress_rules)}
        for each in descriptions:
            rule = rules[each["SecurityGroupRuleId"]]
            peer = rule.ip_range if rule.ip_range else rule.source_group
            peer["Description"] = each.get("Description", "")
        return ActionResult({"Return": True})


def _description(rule: SecurityGroupRule) -> str | None:
    """A rule whose source is a group has a description too ("SecurityGroupRule")."""
    text: str | None = (rule.ip_range or rule.source_group).get("Description")
    return text


def _terminate(instance: Any) -> Any:
    """The primary interface goes with its instance ("RunInstances": it is so unless one says otherwise)."""
    if 0 in instance.nics:
        instance.nics[0].delete_on_termination = True
    return _terminate_of_moto(instance)


_terminate_of_moto = Instance.terminate


def install() -> None:
    """Put the overlay in the place of moto's EC2."""
    Instance.terminate = _terminate
    put_in_place(urls, Ec2)
    SecurityGroupRule.description = property(_description)
