"""Content network: a CloudFront distribution in front of the load balancer, and the only way to it.

What is dynamic is never kept; files below /static/ are. AWS's managed policies say what is kept and what the origin is
told: their ids are the same in every account. Managed is the policy of the security headers, too, which every behavior
names: one of our own would need a name that is unique in the account, and this one leaves alone what the application
sets itself, `nosniff` apart. Logs, alarms, web ACL and certificate are of us-east-1, and so of the edge blueprint.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from troposphere import And, Condition, Equals, GetAtt, If, Not, NoValue, Ref, Sub, Template
from troposphere.cloudfront import (
    CacheBehavior,
    CustomErrorResponse,
    CustomOriginConfig,
    DefaultCacheBehavior,
    Distribution,
    DistributionConfig,
    Origin,
    OriginCustomHeader,
    ViewerCertificate,
    VpcOrigin,
    VpcOriginConfig,
    VpcOriginEndpointConfig,
)
from troposphere.route53 import RecordSetType

from nested import inputs
from nested.parts import cloudfront, timing
from nested.parts.alias import alias
from nested.parts.entrances import Entrance
from nested.parts.rules import both_or_neither, given, must
from nested.shape import gives, needs

# "Use managed cache policies", Amazon CloudFront Developer Guide.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"

# "Use managed origin request policies", Amazon CloudFront Developer Guide.
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
HOST_HEADER_ONLY = "bf0718e1-ba1e-49d1-88b1-f726733018ae"

# "Use managed response headers policies", Amazon CloudFront Developer Guide: HSTS for a year, nosniff, SAMEORIGIN,
# strict-origin-when-cross-origin.
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"

# "Supported protocols and ciphers between viewers and CloudFront", Amazon CloudFront Developer Guide.
VIEWER_TLS = "TLSv1.2_2021"
ORIGIN_TLS = "TLSv1.2"

# AliasTarget, Amazon Route 53 API Reference: the zone of every distribution.
DISTRIBUTION_ZONE = "Z2FDTNDATAQYW2"

STATIC = "/static/*"
API = "/api/*"

# "Control how long CloudFront caches errors", Amazon CloudFront Developer Guide: ten seconds, whatever a cache policy
# says. These are what it may be told not to keep (CustomErrorResponse, Amazon CloudFront API Reference).
ERRORS = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)

_ORIGIN = "load-balancer"
_READS = ["GET", "HEAD"]
_EVERYTHING = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]

_DOMAIN = "HasDomain"
_CERTIFICATE = "HasEdgeCertificate"
_RECORDS = "HasRecords"
_WEB_ACL = "HasWebAcl"
_ENCRYPTED = "HasCertificate"
_SECOND = "IsSecondSlot"


def template(*, entrance: Entrance = "vpc-origin") -> Template:
    """Emit the distribution's stack, for a load balancer built with the same `entrance`.

    Needs LoadBalancerDnsName and, by entrance, LoadBalancerArn or OriginSecretArn; the price class; and, empty where
    there is none, an own name with its hosted zone and certificates (EdgeCertificateArn for viewers, CertificateArn for
    the load balancer) and a web ACL. Gives DistributionId, DistributionDomainName and ServiceUrl.
    Raises ValueError for an entrance that is not CloudFront's.
    """
    if entrance not in ("vpc-origin", "prefix-list"):
        raise ValueError(f"CloudFront does not get in by {entrance}, or is not alone in it")
    t = Template(Description="CloudFront distribution in front of the load balancer")
    _declare(t)
    _add_rules(t)
    origin = _vpc_origin(t) if entrance == "vpc-origin" else _public_origin(t)
    distribution = t.add_resource(_distribution(origin))
    name = GetAtt(distribution, "DomainName")
    t.add_resource([_record(kind, name) for kind in ("A", "AAAA")])
    own, theirs = Sub("https://${AlternateDomainName}"), Sub("https://${Distribution.DomainName}")
    gives(
        t,
        {
            inputs.DISTRIBUTION_ID: Ref(distribution),
            inputs.DISTRIBUTION_DOMAIN_NAME: name,
            inputs.SERVICE_URL: If(_DOMAIN, own, theirs),
        },
    )
    return t


def _declare(t: Template) -> None:
    needs(t, inputs.LOAD_BALANCER_DNS_NAME, inputs.CERTIFICATE_ARN, inputs.PRICE_CLASS, inputs.EDGE_CERTIFICATE_ARN)
    needs(t, inputs.WEB_ACL_ARN, inputs.ALTERNATE_DOMAIN_NAME, inputs.ALTERNATE_ZONE_ID)
    t.add_condition(_DOMAIN, given(inputs.ALTERNATE_DOMAIN_NAME))
    t.add_condition(_CERTIFICATE, given(inputs.EDGE_CERTIFICATE_ARN))
    t.add_condition(_RECORDS, And(Condition(_DOMAIN), given(inputs.ALTERNATE_ZONE_ID)))
    t.add_condition(_WEB_ACL, given(inputs.WEB_ACL_ARN))
    t.add_condition(_ENCRYPTED, given(inputs.CERTIFICATE_ARN))


def _add_rules(t: Template) -> None:
    domain = given(inputs.ALTERNATE_DOMAIN_NAME)
    text = "AlternateDomainName and EdgeCertificateArn are given both or not at all: viewers are shown the certificate"
    both = both_or_neither(inputs.ALTERNATE_DOMAIN_NAME, inputs.EDGE_CERTIFICATE_ARN)
    t.add_rule("DomainHasCertificate", must(both, text))
    text = (
        "CertificateArn needs AlternateDomainName: CloudFront takes the certificate for the name that viewers ask for"
    )
    t.add_rule("OriginHasDomain", must(domain, text, when=given(inputs.CERTIFICATE_ARN)))
    text = "AlternateZoneId needs AlternateDomainName: without a name there is nothing to write into the zone"
    t.add_rule("RecordsHaveDomain", must(domain, text, when=given(inputs.ALTERNATE_ZONE_ID)))


def _vpc_origin(t: Template) -> Origin:
    """Add the VPC origins, one of which is there, and return the origin by way of it.

    None is ever changed: CloudFront refuses that while a distribution uses it, even for a tag (aws/aws-cdk#35765). So
    what changes with a certificate, or with the stack's tags and VpcOriginSlot, is another one.
    """
    needs(t, inputs.LOAD_BALANCER_ARN, inputs.VPC_ORIGIN_SLOT)
    t.add_condition(_SECOND, Equals(Ref(inputs.VPC_ORIGIN_SLOT.name), "two"))
    for protocol, slot in product(("Http", "Https"), ("One", "Two")):
        title = f"{protocol}Origin{slot}"
        encrypted = Condition(_ENCRYPTED) if protocol == "Https" else Not(Condition(_ENCRYPTED))
        second = Condition(_SECOND) if slot == "Two" else Not(Condition(_SECOND))
        t.add_condition(f"Has{title}", And(encrypted, second))
        t.add_resource(_endpoint(title, protocol.lower()))
    used = If(_ENCRYPTED, _in_slot("HttpsOrigin"), _in_slot("HttpOrigin"))
    return _origin(VpcOriginConfig=VpcOriginConfig(VpcOriginId=used, **_timeouts()))


def _endpoint(title: str, protocol: str) -> VpcOrigin:
    return VpcOrigin(
        title,
        Condition=f"Has{title}",
        VpcOriginEndpointConfig=VpcOriginEndpointConfig(
            # Of the account and not of the region.
            Name=Sub(f"${{AWS::StackName}}-${{AWS::Region}}-{title}"),
            Arn=Ref(inputs.LOAD_BALANCER_ARN.name),
            HTTPPort=80,
            HTTPSPort=443,
            OriginProtocolPolicy=f"{protocol}-only",
            OriginSSLProtocols=[ORIGIN_TLS],
        ),
    )


def _in_slot(title: str) -> If:
    return If(_SECOND, Ref(f"{title}Two"), Ref(f"{title}One"))


def _public_origin(t: Template) -> Origin:
    needs(t, inputs.ORIGIN_SECRET_ARN)
    config = CustomOriginConfig(
        HTTPPort=80,
        HTTPSPort=443,
        OriginProtocolPolicy=If(_ENCRYPTED, "https-only", "http-only"),
        OriginSSLProtocols=[ORIGIN_TLS],
        **_timeouts(),
    )
    header = OriginCustomHeader(HeaderName=cloudfront.HEADER, HeaderValue=cloudfront.secret_value())
    return _origin(CustomOriginConfig=config, OriginCustomHeaders=[header])


def _timeouts() -> dict[str, int]:
    return {"OriginKeepaliveTimeout": timing.ORIGIN_KEEP_ALIVE, "OriginReadTimeout": timing.ORIGIN_READ}


def _origin(**how: Any) -> Origin:
    return Origin(Id=_ORIGIN, DomainName=Ref(inputs.LOAD_BALANCER_DNS_NAME.name), **how)


def _distribution(origin: Origin) -> Distribution:
    config = DistributionConfig(
        Comment=Sub("${AWS::StackName}"),
        Enabled=True,
        HttpVersion="http2and3",
        IPV6Enabled=True,
        PriceClass=Ref(inputs.PRICE_CLASS.name),
        Aliases=If(_DOMAIN, [Ref(inputs.ALTERNATE_DOMAIN_NAME.name)], NoValue),
        ViewerCertificate=_viewer_certificate(),
        WebACLId=If(_WEB_ACL, Ref(inputs.WEB_ACL_ARN.name), NoValue),
        Origins=[origin],
        DefaultCacheBehavior=DefaultCacheBehavior(**_dynamic()),
        CacheBehaviors=[
            CacheBehavior(PathPattern=STATIC, **_static()),
            # As by default, whatever becomes of the default.
            CacheBehavior(PathPattern=API, **_dynamic()),
        ],
        # One caller's error would be the next one's answer.
        CustomErrorResponses=[CustomErrorResponse(ErrorCode=each, ErrorCachingMinTTL=0) for each in ERRORS],
    )
    return Distribution("Distribution", DistributionConfig=config)


def _viewer_certificate() -> ViewerCertificate:
    return ViewerCertificate(
        AcmCertificateArn=If(_CERTIFICATE, Ref(inputs.EDGE_CERTIFICATE_ARN.name), NoValue),
        MinimumProtocolVersion=If(_CERTIFICATE, VIEWER_TLS, NoValue),
        SslSupportMethod=If(_CERTIFICATE, "sni-only", NoValue),
        CloudFrontDefaultCertificate=If(_CERTIFICATE, NoValue, True),
    )


def _dynamic() -> dict[str, Any]:
    """Return a behavior that keeps nothing and tells the origin everything.

    The viewers' name only where it is an own one: the load balancer's certificate is for it, and nothing else knows
    what to do with a name of CloudFront's.
    """
    return {
        "AllowedMethods": _EVERYTHING,
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": If(_DOMAIN, ALL_VIEWER, ALL_VIEWER_EXCEPT_HOST_HEADER),
        **_every_behavior(),
    }


def _static() -> dict[str, Any]:
    """Return a behavior that keeps files, and tells the origin nothing about who asked."""
    return {
        "AllowedMethods": _READS,
        "CachePolicyId": CACHING_OPTIMIZED,
        "OriginRequestPolicyId": If(_DOMAIN, HOST_HEADER_ONLY, NoValue),
        **_every_behavior(),
    }


def _every_behavior() -> dict[str, Any]:
    return {
        "TargetOriginId": _ORIGIN,
        "ViewerProtocolPolicy": "redirect-to-https",
        "ResponseHeadersPolicyId": SECURITY_HEADERS,
        "Compress": True,
    }


def _record(kind: str, target: GetAtt) -> RecordSetType:
    zone, name = Ref(inputs.ALTERNATE_ZONE_ID.name), Ref(inputs.ALTERNATE_DOMAIN_NAME.name)
    title = {"A": "Ipv4Record", "AAAA": "Ipv6Record"}[kind]
    return alias(title, kind, name, zone=zone, target=target, target_zone=DISTRIBUTION_ZONE, Condition=_RECORDS)
