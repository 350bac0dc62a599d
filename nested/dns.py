"""Names: alias records that lead the domain name, and www in front of it, to the load balancer.

With `routing` the same names lead to load balancers in two regions. Records of one name are all simple or all of one
policy, so each policy's records have logical ids of their own: a stack that has one kind cannot silently become the
other, Route 53 refuses the new records beside the old ones and everything stays as it was.
Source: "ChangeResourceRecordSets", Amazon Route 53 API Reference.
"""

from __future__ import annotations

from typing import Any, Literal

from troposphere import GetAtt, Ref, Sub, Template, route53

from nested import inputs
from nested.parts.alias import alias
from nested.shape import gives, needs

Routing = Literal["simple", "failover", "latency"]

# Seconds between two requests of one health checker, and how many of them fail before most of them call it unhealthy.
# The shorter interval that Route 53 offers, 10, costs extra and is heard by the tasks three times as often.
_CHECK_INTERVAL = 30
_CHECK_FAILURES = 3


def template(*, routing: Routing = "simple", health_path: str = "/health", www: bool = True) -> Template:
    """Emit the records' stack, without `www` for the domain name alone: a given certificate need not cover more.

    Needs DomainName, HostedZoneId, LoadBalancerDnsName and LoadBalancerZoneId; gives ServiceUrl. The AAAA records
    answer nothing while the load balancer has IPv4 addresses only.
    With `routing` failover or latency the records are one of two or more that stacks in different regions make, told
    apart by the region, each answered while the load balancer answers on `health_path`: with failover those of the
    FailoverRole PRIMARY, and SECONDARY's while they are unhealthy; with latency those of the nearest region.
    """
    t = Template(Description="Alias records of the service's names")
    needs(t, inputs.DOMAIN_NAME, inputs.HOSTED_ZONE_ID)
    needs(t, inputs.LOAD_BALANCER_DNS_NAME, inputs.LOAD_BALANCER_ZONE_ID)
    if routing == "failover":
        needs(t, inputs.FAILOVER_ROLE)
    if routing != "simple":
        t.add_resource(_health_check(health_path))
    names = {"Apex": Ref(inputs.DOMAIN_NAME.name)} | ({"Www": Sub("www.${DomainName}")} if www else {})
    for title, name in names.items():
        t.add_resource(_alias(f"{title}Ipv4", "A", name, routing))
        t.add_resource(_alias(f"{title}Ipv6", "AAAA", name, routing))
    gives(t, {inputs.SERVICE_URL: Sub("https://${DomainName}")})
    return t


def _health_check(path: str) -> route53.HealthCheck:
    """Return the check of the load balancer itself, from outside.

    EvaluateTargetHealth would not do: it counts a target group without targets as unhealthy, and never asks.
    """
    config = route53.HealthCheckConfig(
        Type="HTTPS",
        FullyQualifiedDomainName=Ref(inputs.LOAD_BALANCER_DNS_NAME.name),
        Port=443,
        ResourcePath=path,
        EnableSNI=True,
        RequestInterval=_CHECK_INTERVAL,
        FailureThreshold=_CHECK_FAILURES,
    )
    return route53.HealthCheck("EndpointHealth", HealthCheckConfig=config)


def _alias(title: str, kind: str, name: Ref | Sub, routing: Routing) -> route53.RecordSetType:
    policy = "" if routing == "simple" else routing.title()
    return alias(
        f"{title}{policy}Record",
        kind,
        name,
        zone=Ref(inputs.HOSTED_ZONE_ID.name),
        # "dualstack." is the name that answers in both families, whatever the load balancer has
        # ("Route53 Alias Record Targets", AWS CDK; the console writes it too).
        target=Sub("dualstack.${LoadBalancerDnsName}"),
        target_zone=Ref(inputs.LOAD_BALANCER_ZONE_ID.name),
        **_policy(routing),
    )


def _policy(routing: Routing) -> dict[str, Any]:
    if routing == "simple":
        return {}
    region = Ref("AWS::Region")
    which = {"Failover": Ref(inputs.FAILOVER_ROLE.name)} if routing == "failover" else {"Region": region}
    return {"SetIdentifier": region, "HealthCheckId": GetAtt("EndpointHealth", "HealthCheckId"), **which}
