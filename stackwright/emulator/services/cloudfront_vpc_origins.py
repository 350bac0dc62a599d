"""What a VPC origin needs first. Source: "Restrict access with VPC origins", CloudFront Developer Guide."""

from __future__ import annotations

import re
from typing import Any

from moto.cloudfront.exceptions import CloudFrontException
from moto.cloudfront.models import CloudFrontBackend
from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends

_ARN = re.compile(
    r"arn:aws:(?:elasticloadbalancing:(?P<at>[a-z0-9-]+):(?P<of>\d{12}):loadbalancer/(?:app|net)/\S+"
    r"|ec2:(?P<in>[a-z0-9-]+):\d{12}:instance/(?P<instance>i-[0-9a-f]+))"
)


def refuse_endpoint(backend: CloudFrontBackend, config: dict[str, Any]) -> None:
    """Refuse an endpoint that is no load balancer or instance of the account, or whose VPC has no internet gateway."""
    arn = config["Arn"]
    found = _ARN.fullmatch(arn)
    vpc = found and _vpc(backend.account_id, arn, found)
    if not found or not vpc:
        raise CloudFrontException("InvalidArgument", f"The specified VPC origin endpoint does not exist: {arn}")
    gateways = ec2_backends[backend.account_id][found["at"] or found["in"]].internet_gateways.values()
    if not any(each.vpc and each.vpc.id == vpc for each in gateways):
        said = f"The VPC of the specified VPC origin endpoint has no internet gateway attached: {vpc}"
        raise CloudFrontException("InvalidArgument", said)


def _vpc(account: str, arn: str, found: re.Match[str]) -> str:
    """Return the id of the VPC that the endpoint is in, "" for one that is not there."""
    if found["instance"]:
        instances = ec2_backends[account][found["in"]].all_instances()
        return next((str(each.vpc_id) for each in instances if each.id == found["instance"]), "")
    balancer = elbv2_backends[account][found["at"]].load_balancers.get(arn)
    return str(balancer.vpc_id) if balancer else ""
