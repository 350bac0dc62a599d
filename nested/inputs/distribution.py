"""What viewers reach first, and how it reaches the load balancer."""

from __future__ import annotations

from nested.inputs.domain import DOMAIN_PATTERN
from nested.shape import Input

_DISTRIBUTION = "Distribution"

PRICE_CLASS = Input(
    "PriceClass",
    "String",
    _DISTRIBUTION,
    "Price class",
    "From where CloudFront answers. PriceClass_100: North America, Europe and Israel. PriceClass_200: more. "
    "PriceClass_All: everywhere.",
    default="PriceClass_100",
    allowed=("PriceClass_100", "PriceClass_200", "PriceClass_All"),
    shared=True,
)
ALTERNATE_DOMAIN_NAME = Input(
    "AlternateDomainName",
    "String",
    _DISTRIBUTION,
    "Own domain name",
    "Name that the service answers to, with EdgeCertificateArn. Empty: CloudFront's own name and certificate.",
    default="",
    pattern="^$|" + DOMAIN_PATTERN,
    # The first name of a certificate, as in `domain`.
    max_length=64,
    constraint="A lower-case domain name without a final dot, at most 64 characters, or nothing.",
    shared=True,
)
ALTERNATE_ZONE_ID = Input(
    "AlternateZoneId",
    "String",
    _DISTRIBUTION,
    "Hosted zone of the own domain name",
    "Id of the public hosted zone that gets the records of AlternateDomainName. Empty: somebody else writes them.",
    default="",
    pattern="^[A-Z0-9]{0,32}$",
    constraint="The id of a hosted zone, for example Z0123456789ABCDEFGHIJ, or nothing.",
    shared=True,
)
VPC_ORIGIN_SLOT = Input(
    "VpcOriginSlot",
    "String",
    _DISTRIBUTION,
    "VPC origin in use",
    "Change it together with the stack's tags: a VPC origin in use cannot be changed, so that another is made.",
    default="one",
    allowed=("one", "two"),
    shared=True,
)
ORIGIN_FACING_PREFIX_LIST_ID = Input(
    "OriginFacingPrefixListId",
    "String",
    _DISTRIBUTION,
    "CloudFront's prefix list",
    "The region's com.amazonaws.global.cloudfront.origin-facing. Empty: the one that is known for the region.",
    default="",
    pattern="^$|^pl-[0-9a-f]{8,17}$",
    constraint="The id of a prefix list, for example pl-3b927c52, or nothing.",
    shared=True,
)
ORIGIN_SECRET_ARN = Input(
    "OriginSecretArn",
    "String",
    _DISTRIBUTION,
    "Secret of CloudFront and its origin",
    "Secret in Secrets Manager that CloudFront sends along and the service's rule asks for.",
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
DISTRIBUTION_DOMAIN_NAME = Input(
    "DistributionDomainName",
    "String",
    _DISTRIBUTION,
    "Distribution's domain name",
    "Name that CloudFront gave the distribution; records of an own name point to it.",
    public=True,
)
