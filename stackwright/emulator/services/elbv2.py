"""Elastic Load Balancing beyond moto."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.elb import urls
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.responses import ELBV2Response

from stackwright.emulator.services import apigateway, linked_roles
from stackwright.emulator.services.overlay import keep, made

_INBOUND = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
_WITHOUT_GROUPS = (
    "Security groups cannot be associated with a Network Load Balancer that was created without any security groups"
)
_NO_ROLE = "User is not authorized to perform: iam:CreateServiceLinkedRole on resource:"


class Elbv2(ELBV2Response):
    """moto's load balancers with what they drop."""

    def create_load_balancer(self) -> ActionResult:
        """Refuse the first of a fresh account ("Elastic Load Balancing service-linked role")."""
        role = linked_roles.arn(self.current_account, linked_roles.LOAD_BALANCING)
        if not linked_roles.found(self.current_account, linked_roles.LOAD_BALANCING):
            raise ELBClientError("AccessDenied", f"{_NO_ROLE} {role}")
        result = super().create_load_balancer()
        (balancer,) = made(result, "LoadBalancers")
        balancer.grouped = bool(balancer.security_groups)
        if balancer.type == "network":
            self._name_as_network(balancer)
        return result

    def _name_as_network(self, balancer: Any) -> None:
        """ARNs tell the kinds apart ("Resource types defined by AWS Elastic Load Balancing V2"); moto's do not."""
        backend, before = self.elbv2_backend, balancer.arn
        balancer.arn = before.replace(":loadbalancer/app/", ":loadbalancer/net/")
        backend.load_balancers[balancer.arn] = backend.load_balancers.pop(before)
        backend.tagging_service.copy_tags(before, balancer.arn)
        backend.tagging_service.delete_all_tags_for_resource(before)

    def create_target_group(self) -> ActionResult:
        """The role is there with the first target group too ("Elastic Load Balancing service-linked role")."""
        linked_roles.found(self.current_account, linked_roles.LOAD_BALANCING)
        return super().create_target_group()

    def set_security_groups(self) -> ActionResult:
        """Keep whether the rules hold for PrivateLink traffic too ("SetSecurityGroups").

        Refuse groups for a Network Load Balancer that was made without ("Security groups for your Network Load
        Balancer").
        """
        known = self.elbv2_backend.load_balancers.get(self._get_param("LoadBalancerArn"))
        if known is not None and known.type == "network" and not known.grouped:
            raise ELBClientError("InvalidConfigurationRequest", _WITHOUT_GROUPS)
        result = super().set_security_groups()
        balancer = self.elbv2_backend.load_balancers[self._get_param("LoadBalancerArn")]
        keep(balancer, self.params, (_INBOUND,))
        return result

    def delete_load_balancer(self) -> ActionResult:
        """Refuse while deletion protection is on, or a VPC link leads to it ("DeleteLoadBalancer")."""
        arn = self._get_param("LoadBalancerArn")
        balancer = self.elbv2_backend.load_balancers.get(arn)
        if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
            reason = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ELBClientError("OperationNotPermitted", reason)
        if apigateway.linked(self.current_account, self.region, arn):
            reason = f"Load balancer '{arn}' cannot be deleted because it is currently associated with another service"
            raise ELBClientError("ResourceInUse", reason)
        return super().delete_load_balancer()


def install() -> None:
    """Put the overlay in the place of moto's load balancers, which its other one dispatches to."""
    urls.ELBV2Response = Elbv2
