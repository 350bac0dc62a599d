"""Web ACL of a load balancer or an API: AWS WAF asks about every request before either does anything with it.

A distribution has one of its own, in us-east-1 (`edge_firewall`): behind it a second one would see CloudFront's
addresses and be charged again.
"""

from __future__ import annotations

from typing import Literal

from troposphere import Equals, Not, Ref, Template
from troposphere.wafv2 import WebACLAssociation

from nested import inputs
from nested.parts import firewall
from nested.shape import Input, needs

Protected = Literal["load balancer", "API"]

_ARNS: dict[Protected, Input] = {"load balancer": inputs.LOAD_BALANCER_ARN, "API": inputs.API_STAGE_ARN}


def template(*, protects: Protected = "load balancer") -> Template:
    """Emit the web ACL and what it protects. There is none where Firewall is off: the stack is left out.

    Needs LoadBalancerArn or ApiStageArn, Firewall, RequestLimit and FirewallLogsRetentionDays; gives nothing. An HTTP
    API cannot have one ("Resources that you can protect with AWS WAF", AWS WAF Developer Guide).
    """
    arn = _ARNS[protects]
    t = Template(Description=f"Web ACL of {'an API' if protects == 'API' else 'a load balancer'}")
    needs(t, arn, inputs.FIREWALL, inputs.REQUEST_LIMIT, inputs.FIREWALL_LOGS_RETENTION_DAYS)
    t.only_if = Not(Equals(Ref(inputs.FIREWALL.name), "off")).to_dict()
    firewall.add_to(t, scope="REGIONAL")
    t.add_resource(WebACLAssociation("Protection", ResourceArn=Ref(arn.name), WebACLArn=firewall.arn()))
    return t
