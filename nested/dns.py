"""Names: alias records that lead the domain name, and www in front of it, to the load balancer."""

from __future__ import annotations

from troposphere import Ref, Sub, Template
from troposphere.route53 import RecordSetType

from nested import inputs
from nested.parts.alias import alias
from nested.shape import gives, needs


def template() -> Template:
    """Emit the records' stack.

    Needs DomainName, HostedZoneId, LoadBalancerDnsName and LoadBalancerZoneId; gives ServiceUrl. The AAAA records
    answer nothing while the load balancer has IPv4 addresses only.
    """
    t = Template(Description="Alias records of the service's names")
    needs(t, inputs.DOMAIN_NAME, inputs.HOSTED_ZONE_ID)
    needs(t, inputs.LOAD_BALANCER_DNS_NAME, inputs.LOAD_BALANCER_ZONE_ID)
    for title, name in (("Apex", Ref(inputs.DOMAIN_NAME.name)), ("Www", Sub("www.${DomainName}"))):
        t.add_resource(_alias(f"{title}Ipv4Record", "A", name))
        t.add_resource(_alias(f"{title}Ipv6Record", "AAAA", name))
    gives(t, {inputs.SERVICE_URL: Sub("https://${DomainName}")})
    return t


def _alias(title: str, kind: str, name: Ref | Sub) -> RecordSetType:
    return alias(
        title,
        kind,
        name,
        zone=Ref(inputs.HOSTED_ZONE_ID.name),
        # "dualstack." is the name that answers in both families, whatever the load balancer has
        # ("Route53 Alias Record Targets", AWS CDK; the console writes it too).
        target=Sub("dualstack.${LoadBalancerDnsName}"),
        target_zone=Ref(inputs.LOAD_BALANCER_ZONE_ID.name),
    )
