"""Elastic Load Balancing beyond moto."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.elb import urls
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.responses import ELBV2Response

from stackwright.emulator.services.overlay import keep

_INBOUND = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"


class Elbv2(ELBV2Response):
    """moto's load balancers with what they drop."""

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
