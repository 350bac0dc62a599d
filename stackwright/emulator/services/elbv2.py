"""Elastic Load Balancing beyond moto."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.elb import urls
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.responses import ELBV2Response

from stackwright.emulator.services import linked_roles
from stackwright.emulator.services.overlay import keep

_INBOUND = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
_NO_ROLE = "User is not authorized to perform: iam:CreateServiceLinkedRole on resource:"


class Elbv2(ELBV2Response):
    """moto's load balancers with what they drop."""

    def create_load_balancer(self) -> ActionResult:
        """Refuse the first of a fresh account ("Elastic Load Balancing service-linked role")."""
        role = linked_roles.arn(self.current_account, linked_roles.LOAD_BALANCING)
        if not linked_roles.found(self.current_account, linked_roles.LOAD_BALANCING):
            raise ELBClientError("AccessDenied", f"{_NO_ROLE} {role}")
        return super().create_load_balancer()

    def create_target_group(self) -> ActionResult:
        """The role is there with the first target group too ("Elastic Load Balancing service-linked role")."""
        linked_roles.found(self.current_account, linked_roles.LOAD_BALANCING)
        return super().create_target_group()

    def set_security_groups(self) -> ActionResult:
        """Keep whether the rules hold for PrivateLink traffic too ("SetSecurityGroups")."""
        result = super().set_security_groups()
        balancer = self.elbv2_backend.load_balancers[self._get_param("LoadBalancerArn")]
        keep(balancer, self.params, (_INBOUND,))
        return result

    def delete_load_balancer(self) -> ActionResult:
        """Refuse while deletion protection is on ("DeleteLoadBalancer")."""
        arn = self._get_param("LoadBalancerArn")
        balancer = self.elbv2_backend.load_balancers.get(arn)
        if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
            reason = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ELBClientError("OperationNotPermitted", reason)
        return super().delete_load_balancer()


def install() -> None:
    """Put the overlay in the place of moto's load balancers, which its other one dispatches to."""
    urls.ELBV2Response = Elbv2
