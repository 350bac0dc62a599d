"""Edge firewall: the web ACL that CloudFront asks about every request. It has to be in us-east-1."""

from __future__ import annotations

from troposphere import Equals, If, Not, Ref, Template

from nested import inputs
from nested.parts import firewall, us_east_1
from nested.shape import gives, needs

_CONDITION = "HasFirewall"


def template() -> Template:
    """Emit the web ACL. Needs Firewall, which says whether there is one, and its limits; gives WebAclArn."""
    t = Template(Description="Web ACL of a CloudFront distribution")
    us_east_1.only_there(t)
    needs(t, inputs.FIREWALL, inputs.REQUEST_LIMIT, inputs.FIREWALL_LOGS_RETENTION_DAYS)
    t.add_condition(_CONDITION, Not(Equals(Ref(inputs.FIREWALL.name), "off")))
    firewall.add_to(t, scope="CLOUDFRONT", condition=_CONDITION)
    gives(t, {inputs.WEB_ACL_ARN: If(_CONDITION, firewall.arn(), "")})
    return t
