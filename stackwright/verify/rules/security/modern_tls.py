"""Where TLS ends, nothing older than TLS 1.2 is spoken: load balancers, CloudFront, API Gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, on
from stackwright.verify.forwarding import LISTENER
from stackwright.verify.interfaces import CLASSIC
from stackwright.verify.reach import DISTRIBUTION, REST_API
from stackwright.verify.rule import Finding, Rule

REST_DOMAIN = "AWS::ApiGateway::DomainName"
MINIMUM = "DistributionConfig.ViewerCertificate.MinimumProtocolVersion"

# "Security policies for your Application Load Balancer" and "... Network Load Balancer", 2025-09: of every family, the
# names that begin so offer TLS 1.2 or 1.3 at least. CloudFormation's own default is of 2016 and begins at TLS 1.0.
_POLICIES = re.compile(r"ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-")
DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
CLASSIC_POLICY = "ELBSecurityPolicy-TLS-1-2-2017-01"
REFERENCE = "Reference-Security-Policy"
RECOMMENDED = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

# "Supported protocols and ciphers between viewers and CloudFront", Amazon CloudFront Developer Guide.
_VIEWER = re.compile(r"TLSv1\.[23]_")
# "Supported security policies", Amazon API Gateway Developer Guide: what an API's own endpoint has unless told
# otherwise. Domains have TLS 1.2, and so have private APIs.
OLD_OF_APIS = "TLS_1_0"
_OLD_TO_ORIGINS = ("SSLv3", "TLSv1", "TLSv1.1")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each place that ends TLS and speaks older versions, or has no certificate to speak it with."""
    for listener in deployment.of(LISTENER):
        if listener.properties.get("Protocol") in ("HTTPS", "TLS"):
            yield from _listener(listener)
    for balancer in deployment.of(CLASSIC):
        yield from _classic(balancer)
    for distribution in deployment.of(DISTRIBUTION):
        yield from _viewers(distribution)
        yield from _origins(distribution)
    for domain in deployment.of(REST_DOMAIN):
        yield from _api_gateway(domain, default="TLS_1_2", mend="set it to TLS_1_2 or above")
    for api in deployment.of(REST_API):
        if "PRIVATE" not in listed(at(api.properties, "EndpointConfiguration.Types")):
            yield from _own_endpoint(api)


def _listener(listener: Resource) -> Iterator[Finding]:
    policy = listener.properties.get("SslPolicy", DEFAULT_POLICY)
    if not is_symbolic(policy) and not _POLICIES.match(str(policy)):
        problem = f"{policy} speaks TLS older than 1.2, or ciphers of that time"
        yield _finding(listener, "SslPolicy", listener.properties.get("SslPolicy"), problem, f"set it to {RECOMMENDED}")
    if not listed(listener.properties.get("Certificates")):
        yield _finding(
            listener, "Certificates", None, "there is no certificate to speak TLS with", "name one of the region"
        )


def _classic(balancer: Resource) -> Iterator[Finding]:
    """Source: "Predefined SSL security policies for Classic Load Balancers", User Guide for Classic Load Balancers."""
    policies = [each for each in listed(balancer.properties.get("Policies")) if isinstance(each, Mapping)]
    modern = [each.get("PolicyName") for each in policies if _is_modern(each)]
    for index, each in enumerate(listed(balancer.properties.get("Listeners"))):
        names = listed(at(each, "PolicyNames"))
        spoken = at(each, "Protocol") in ("HTTPS", "SSL") and not any(is_symbolic(name) for name in names)
        if spoken and not any(name in modern for name in names):
            mend = f"give it an SSLNegotiationPolicyType with {REFERENCE} {CLASSIC_POLICY}"
            problem = "no policy of it keeps to TLS 1.2"
            yield _finding(balancer, f"Listeners.{index}.PolicyNames", names, problem, mend)


def _is_modern(policy: Mapping[str, Value]) -> bool:
    """Tell whether a policy keeps to TLS 1.2, or may do so: one that lists protocols is its author's."""
    pairs = {str(at(each, "Name")): at(each, "Value") for each in listed(policy.get("Attributes"))}
    given = pairs.get(REFERENCE)
    if given is None:
        return not any(on(pairs.get(f"Protocol-{each}")) for each in ("SSLv3", "TLSv1", "TLSv1.1"))
    return given == CLASSIC_POLICY or is_symbolic(given)


def _viewers(distribution: Resource) -> Iterator[Finding]:
    own = at(distribution.properties, "DistributionConfig.ViewerCertificate")
    named = at(own, "AcmCertificateArn") or at(own, "IamCertificateId")
    given = at(own, "MinimumProtocolVersion", "TLSv1")
    if not named and not is_symbolic(own):
        # "ViewerCertificate", CloudFront API Reference: it decides itself, whatever the template says.
        problem = "with CloudFront's own certificate viewers may speak TLS 1.0"
        mend = "give it a domain name with a certificate of its own"
        yield _finding(distribution, MINIMUM.rpartition(".")[0], own, problem, mend)
    elif not is_symbolic(given) and not _VIEWER.match(str(given)):
        yield _finding(
            distribution, MINIMUM, given, "viewers may speak TLS older than 1.2", "set it to TLSv1.2_2021 or above"
        )


def _origins(distribution: Resource) -> Iterator[Finding]:
    for index, each in enumerate(listed(at(distribution.properties, "DistributionConfig.Origins"))):
        config = at(each, "CustomOriginConfig")
        spoken = listed(at(config, "OriginSSLProtocols"))
        old = [version for version in spoken if version in _OLD_TO_ORIGINS]
        if old and at(config, "OriginProtocolPolicy") != "http-only":
            name = f"DistributionConfig.Origins.{index}.CustomOriginConfig.OriginSSLProtocols"
            yield _finding(
                distribution, name, spoken, "CloudFront may speak older TLS to the origin", "list TLSv1.2 only"
            )


def _own_endpoint(api: Resource) -> Iterator[Finding]:
    disabled = api.properties.get("DisableExecuteApiEndpoint")
    if not on(disabled) and not is_symbolic(disabled):
        mend = "set it and EndpointAccessMode to one of TLS 1.2 or above, or leave the API its domain only"
        yield from _api_gateway(api, default=OLD_OF_APIS, mend=mend)


def _api_gateway(resource: Resource, *, default: str, mend: str) -> Iterator[Finding]:
    given = resource.properties.get("SecurityPolicy")
    if (given or default) == OLD_OF_APIS:
        yield _finding(resource, "SecurityPolicy", given, "clients may speak TLS 1.0", mend)


def _finding(resource: Resource, name: str, value: object, problem: str, mend: str) -> Finding:
    return Finding(resource.path, name, value, problem, mend)


RULE = Rule(
    claim="Wherever TLS ends, version 1.2 is the oldest that is spoken.",
    why="Older versions can be broken, and every audit fails on them; who leaves the policy out gets that of 2016.",
    source="Security policies for your Application Load Balancer (User Guide for Application Load Balancers)",
    about=(LISTENER, CLASSIC, DISTRIBUTION, REST_API, REST_DOMAIN),
    check=check,
)
