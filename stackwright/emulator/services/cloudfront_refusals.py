"""Which distributions CloudFront refuses. Source: "CreateDistribution", CloudFront API Reference, and those below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.acm.models import acm_backends
from moto.cloudfront.exceptions import CloudFrontException, OriginDoesNotExist
from moto.cloudfront.models import CloudFrontBackend
from moto.wafv2.models import GLOBAL_REGION, wafv2_backends

from stackwright.emulator.services.cloudfront_kept import KINDS, mentioned, things

_REGION = "us-east-1"
_NAMES_PAGE = (
    "For more details, see: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html"
    "#alternate-domain-names-requirements"
)
_NO_CERTIFICATE = (
    "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that "
    f"validates your authorization to use the domain name. {_NAMES_PAGE}"
)
_NOT_COVERED = (
    "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're "
    f"trying to add. {_NAMES_PAGE}"
)
_BAD_CERTIFICATE = (
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid "
    "certificate chain."
)
_BAD_ACL = (
    "A web ACL ID specified is not valid. To specify a web ACL created using the latest version of AWS WAF, use the "
    "ACL ARN, for example arn:aws:wafv2:us-east-1:123456789012:global/webacl/ExampleWebACL/"
    "473e64fd-f30b-4765-81a0-62ad96dd167a."
)
_ORIGIN_KINDS = ("CustomOriginConfig", "VpcOriginConfig", "S3OriginConfig")
_METHODS = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"},
)

# "Use managed cache policies", "Use managed origin request policies", "Use managed response headers policies".
MANAGED = {
    "CachePolicyId": (
        "2e54312d-136d-493c-8eb9-b001f22f67d2",
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
        "08627262-05a9-4f76-9ded-b50ca2e3a84f",
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    ),
    "OriginRequestPolicyId": (
        "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "33f36d7e-f396-46d9-90e0-52428a34d9dc",
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "59781a5b-3903-41f3-afcb-af62929ccde1",
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
        "775133bc-15f2-49f9-abea-afb2e0bf67d2",
        "bf0718e1-ba1e-49d1-88b1-f726733018ae",
        "acba4595-bd28-49b8-b9fe-13317c0390fa",
    ),
    "ResponseHeadersPolicyId": (
        "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
        "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "60669652-455b-4ae9-85a4-c4c02393f86c",
    ),
}


def refuse(backend: CloudFrontBackend, config: dict[str, Any], number: str = "") -> None:
    """Refuse a configuration; `number` is the id of the distribution that it is for, if there is one yet."""
    _quantities(config)
    _origins(config)
    for behavior in _behaviors(config):
        _behavior(config, behavior)
    _references(backend, config)
    _certificate(backend, config)
    _web_acl(backend, config)
    _aliases(backend, config, number)


def _items(config: dict[str, Any], member: str) -> list[Any]:
    return list((config.get(member) or {}).get("Items") or [])


def _behaviors(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield config["DefaultCacheBehavior"]
    yield from _items(config, "CacheBehaviors")


def _quantities(config: Any) -> None:
    """Every Quantity is the number of its Items ("InconsistentQuantities")."""
    if isinstance(config, dict):
        if "Quantity" in config and config["Quantity"] != len(config.get("Items") or []):
            said = "The value of Quantity and the size of Items don't match."
            raise CloudFrontException("InconsistentQuantities", said)
        config = list(config.values())
    if isinstance(config, list):
        for item in config:
            _quantities(item)


def _origins(config: dict[str, Any]) -> None:
    for origin in _items(config, "Origins"):
        if sum(bool(origin.get(kind) is not None) for kind in _ORIGIN_KINDS) != 1:
            said = "Exactly one of CustomOriginConfig, VpcOriginConfig and S3OriginConfig must be specified"
            raise CloudFrontException("InvalidArgument", said)


def _behavior(config: dict[str, Any], behavior: dict[str, Any]) -> None:
    known = {each["Id"] for member in ("Origins", "OriginGroups") for each in _items(config, member)}
    if behavior["TargetOriginId"] not in known:
        raise OriginDoesNotExist
    methods = set(_items(behavior, "AllowedMethods"))
    if methods and methods not in _METHODS:
        raise CloudFrontException(
            "InvalidArgument", "The parameter AllowedMethods contains methods that are not valid."
        )
    _caching(behavior)


def _caching(behavior: dict[str, Any]) -> None:
    """A cache policy or the older members, never both ("CacheBehavior")."""
    older = [name for name in ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL") if behavior.get(name) is not None]
    policy = behavior.get("CachePolicyId")
    if policy and older:
        said = f"The parameter {older[0]} cannot be used when a cache policy is associated to the cache behavior."
        raise CloudFrontException("InvalidArgument", said)
    if not policy and "ForwardedValues" not in older:
        raise CloudFrontException("InvalidArgument", "The parameter ForwardedValues is required.")
    if not policy and behavior.get("OriginRequestPolicyId"):
        said = "The parameter OriginRequestPolicyId cannot be used without a cache policy."
        raise CloudFrontException("InvalidArgument", said)


def _references(backend: CloudFrontBackend, config: dict[str, Any]) -> None:
    """What is referred to has to be there, of the account or managed by AWS."""
    for kind in KINDS:
        known = {*things(backend, kind), *MANAGED.get(kind.by, ())}
        if set(mentioned(config, kind.by)) - known:
            raise kind.error(kind.absent)


def _certificate(backend: CloudFrontBackend, config: dict[str, Any]) -> None:
    """Every alias needs a certificate of us-east-1 that names it ("Requirements for using alternate domain names")."""
    aliases = _items(config, "Aliases")
    arn = (config.get("ViewerCertificate") or {}).get("ACMCertificateArn")
    if not arn and aliases and not (config.get("ViewerCertificate") or {}).get("IAMCertificateId"):
        raise CloudFrontException("InvalidViewerCertificate", _NO_CERTIFICATE)
    if not arn:
        return
    certificate = acm_backends[backend.account_id][_REGION]._certificates.get(arn)
    if certificate is None or certificate.status != "ISSUED":
        raise CloudFrontException("InvalidViewerCertificate", _BAD_CERTIFICATE)
    names = {certificate.common_name, *certificate.sans}
    if not all({alias, f"*.{alias.partition('.')[2]}"} & names for alias in aliases):
        raise CloudFrontException("InvalidViewerCertificate", _NOT_COVERED)


def _web_acl(backend: CloudFrontBackend, config: dict[str, Any]) -> None:
    """A web ACL of WAFv2 is of scope CLOUDFRONT ("DistributionConfig", WebACLId)."""
    acl = config.get("WebACLId")
    if acl and acl not in wafv2_backends[backend.account_id][GLOBAL_REGION].wacls:
        raise CloudFrontException("InvalidWebACLId", _BAD_ACL)


def _aliases(backend: CloudFrontBackend, config: dict[str, Any], number: str) -> None:
    others = [vars(each.distribution_config) for key, each in backend.distributions.items() if key != number]
    taken = {alias for each in others for alias in _items(each, "Aliases")}
    if taken & set(_items(config, "Aliases")):
        said = "One or more of the CNAMEs you provided are already associated with a different resource."
        raise CloudFrontException("CNAMEAlreadyExists", said)
