"""Web ACL of a load balancer: AWS WAF asks about every request before the load balancer does anything with it.

A distribution has one of its own, in us-east-1 (`edge_firewall`): behind it a second one would see CloudFront's
addresses and be charged again.
"""

from __future__ import annotations

from troposphere import Equals, Not, Ref, Template
from troposphere.wafv2 import WebACLAssociation

from nested import inputs
from nested.parts import firewall
from nested.shape import needs


def template() -> Template:
    """Emit the web ACL and what it protects. There is none where Firewall is off: the stack is left out.

    Needs LoadBalancerArn, Firewall, RequestLimit and FirewallLogsRetentionDays; gives nothing.
    """
    t = Template(Description="Web ACL of a load balancer")
    needs(t, inputs.LOAD_BALANCER_ARN, inputs.FIREWALL, inputs.REQUEST_LIMIT, inputs.FIREWALL_LOGS_RETENTION_DAYS)
    t.only_if = Not(Equals(Ref(inputs.FIREWALL.name), "off")).to_dict()
    firewall.add_to(t, scope="REGIONAL")
    t.add_resource(
        WebACLAssociation("Protection", ResourceArn=Ref(inputs.LOAD_BALANCER_ARN.name), WebACLArn=firewall.arn())
    )
    return t
