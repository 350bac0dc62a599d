"""Load balancer: an internal Network Load Balancer, which API Gateway reaches by a VPC link and nobody else at all.

Its security group lets nothing in: a VPC link comes by PrivateLink, which the group's rules do not hold for here, and
has no group and no address of its own that a rule could name. It lets out what the stacks of targets say. Groups that
are not there when such a load balancer is made can never be added ("Security groups for your Network Load Balancer").
Listeners and target groups belong to the services: see `parts.endpoints`. No access log: there is one for listeners
that speak TLS only ("Access logs for your Network Load Balancer"), so the API keeps it.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, GetAtt, If, Ref, Template
from troposphere.ec2 import SecurityGroup
from troposphere.elasticloadbalancingv2 import LoadBalancer, LoadBalancerAttributes

from nested import inputs
from nested.parts.egress import nowhere
from nested.shape import gives, needs


def template() -> Template:
    """Emit the load balancer stack.

    Needs the VPC, its private subnets and DeletionProtection; gives LoadBalancerArn for listeners and VPC links,
    LoadBalancerSecurityGroupId for targets to admit, LoadBalancerDnsName and LoadBalancerFullName.
    """
    t = Template(Description="Internal Network Load Balancer behind API Gateway")
    needs(t, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS, inputs.DELETION_PROTECTION)
    t.add_condition("Protected", Equals(Ref(inputs.DELETION_PROTECTION.name), "on"))
    t.add_resource([_security_group(), _load_balancer()])
    gives(
        t,
        {
            inputs.LOAD_BALANCER_ARN: Ref("LoadBalancer"),
            inputs.LOAD_BALANCER_SECURITY_GROUP_ID: GetAtt("SecurityGroup", "GroupId"),
            inputs.LOAD_BALANCER_DNS_NAME: GetAtt("LoadBalancer", "DNSName"),
            inputs.LOAD_BALANCER_FULL_NAME: GetAtt("LoadBalancer", "LoadBalancerFullName"),
        },
    )
    return t


def _security_group() -> SecurityGroup:
    return SecurityGroup(
        "SecurityGroup",
        GroupDescription="Load balancer: in by PrivateLink only, out to its targets only",
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupEgress=[nowhere("Nowhere; the stacks of targets add theirs")],
    )


def _load_balancer() -> LoadBalancer:
    return LoadBalancer(
        "LoadBalancer",
        Type="network",
        Scheme="internal",
        IpAddressType="ipv4",
        Subnets=Ref(inputs.PRIVATE_SUBNET_IDS.name),
        SecurityGroups=[GetAtt("SecurityGroup", "GroupId")],
        # "Update the security settings", User Guide for Network Load Balancers.
        EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic="off",
        LoadBalancerAttributes=[LoadBalancerAttributes(Key=key, Value=value) for key, value in _attributes().items()],
    )


def _attributes() -> dict[str, Any]:
    return {
        "deletion_protection.enabled": If("Protected", "true", "false"),
        # Off by default: each zone's address would reach the tasks of its zone only, and fail where there is none.
        "load_balancing.cross_zone.enabled": "true",
        # Lets an operator, or AWS, move traffic away from an impaired zone.
        "zonal_shift.config.enabled": "true",
    }
