"""What a VPC origin needs first. Source: "Restrict access with VPC origins", CloudFront Developer Guide."""

from __future__ import annotations

import re
from typing import Any

from moto.cloudfront.exceptions import CloudFrontException
from moto.cloudfront.models import CloudFrontBackend
from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends

from stackwright.cloudfront import zones_without_vpc_origins

_ARN = re.compile(
    r"arn:aws:(?:elasticloadbalancing:(?P<at>[a-z0-9-]+):(?P<of>\d{12}):loadbalancer/(?:app|net)/\S+"
    r"|ec2:(?P<in>[a-z0-9-]+):\d{12}:instance/(?P<instance>i-[0-9a-f]+))"
)


def refuse_endpoint(backend: CloudFrontBackend, config: dict[str, Any]) -> None:
    """Refuse what is no load balancer or instance of the account, or lies where there are no VPC origins.

    That is a VPC without an internet gateway, and a few zones.
    """
    arn = config["Arn"]
    found = _ARN.fullmatch(arn)
    vpc = found and _vpc(backend.account_id, arn, found)
    if not found or not vpc:
        raise CloudFrontException("InvalidArgument", f"The specified VPC origin endpoint does not exist: {arn}")
    gateways = ec2_backends[backend.account_id][found["at"] or found["in"]].internet_gateways.values()
    if not any(each.vpc and each.vpc.id == vpc for each in gateways):
        said = f"The VPC of the specified VPC origin endpoint has no internet gateway attached: {vpc}"
        raise CloudFrontException("InvalidArgument", said)
    elsewhere = _zones(backend.account_id, arn, found) & zones_without_vpc_origins()
    if elsewhere:
        said = (
            f"VPC origins are not supported in the Availability Zones of the endpoint: {', '.join(sorted(elsewhere))}"
        )
        raise CloudFrontException("InvalidArgument", said)


def _vpc(account: str, arn: str, found: re.Match[str]) -> str:
    """Return the id of the VPC that the endpoint is in, "" for one that is not there."""
    if found["instance"]:
        instances = ec2_backends[account][found["in"]].all_instances()
        return next((str(each.vpc_id) for each in instances if each.id == found["instance"]), "")
    balancer = elbv2_backends[account][found["at"]].load_balancers.get(arn)
    return str(balancer.vpc_id) if balancer else ""


def _zones(account: str, arn: str, found: re.Match[str]) -> set[str]:
    """Return the ids of the zones that a load balancer is in; of an instance none is asked."""
    if found["instance"]:
        return set()
    subnets: Any = elbv2_backends[account][found["at"]].load_balancers[arn].subnets
    return {each.availability_zone_id for each in subnets}
