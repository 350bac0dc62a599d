"""What viewers reach first, and how it reaches the load balancer."""

from __future__ import annotations

from nested.shape import Input

_DISTRIBUTION = "Distribution"

ALTERNATE_DOMAIN_NAME = Input(
    "AlternateDomainName",
    "String",
    _DISTRIBUTION,
    "Own domain name",
    "Name that the service answers to, with EdgeCertificateArn. Empty: CloudFront's own name and certificate.",
    default="",
    pattern=r"^$|^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
    max_length=253,
    constraint="A lower-case domain name without a final dot, for example app.example.com, or nothing.",
    shared=True,
)
DISTRIBUTION_ID = Input(
    "DistributionId",
    "String",
    _DISTRIBUTION,
    "Distribution",
    "Id of the CloudFront distribution.",
    public=True,
)
