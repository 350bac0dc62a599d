from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/modern-tls"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_blueprint_speaks_modern_tls(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize("policy", ["ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-0-2021-06", None])
def test_an_old_policy_or_none_is_found(policy: str | None) -> None:
    def seed(stacks: STACKS) -> None:
        given = resource(stacks, "LoadBalancer/HttpsListener")["Properties"]
        del given["SslPolicy"]
        if policy:
            given["SslPolicy"] = policy

    (line,) = told(RULE, seeded(seed))
    problem = f"{policy or 'ELBSecurityPolicy-2016-08'} speaks TLS older than 1.2, or ciphers of that time"
    assert line == f"LoadBalancer/HttpsListener SslPolicy: {problem}"


def test_a_listener_without_certificate_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "LoadBalancer/HttpsListener")["Properties"]["Certificates"]

    (line,) = told(RULE, seeded(seed))
    assert line == "LoadBalancer/HttpsListener Certificates: there is no certificate to speak TLS with"


def _alone(type_: str, **properties: Any) -> Deployment:
    return alone({"It": {"Type": type_, "Properties": properties}, "Other": {"Type": "Custom::Policy"}})


@pytest.mark.parametrize(
    "policy",
    [
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
        "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
        "ELBSecurityPolicy-TLS-1-2-2017-01",
        "ELBSecurityPolicy-FS-1-2-Res-2020-10",
        {"Fn::GetAtt": ["Other", "Policy"]},
    ],
)
def test_other_policies_that_are_as_good(policy: Any) -> None:
    certificates = [{"CertificateArn": "arn"}]
    listener = {"Protocol": "TLS", "Port": 443, "SslPolicy": policy, "Certificates": certificates}
    assert findings(RULE, _alone("AWS::ElasticLoadBalancingV2::Listener", **listener)) == []


def test_a_listener_without_tls_is_no_finding() -> None:
    assert findings(RULE, _alone("AWS::ElasticLoadBalancingV2::Listener", Protocol="TCP", Port=443)) == []


@pytest.mark.parametrize(
    ("certificate", "found"),
    [
        ({"AcmCertificateArn": "arn", "MinimumProtocolVersion": "TLSv1.2_2021"}, 0),
        ({"AcmCertificateArn": "arn", "MinimumProtocolVersion": "TLSv1.3_2025"}, 0),
        # It decides itself, and takes TLS 1.0.
        ({"CloudFrontDefaultCertificate": True}, 1),
        ({"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1.2_2021"}, 1),
        ({"AcmCertificateArn": "arn", "MinimumProtocolVersion": "TLSv1.1_2016"}, 1),
        ({"AcmCertificateArn": "arn"}, 1),
    ],
)
def test_what_viewers_speak_with_cloudfront(certificate: dict[str, Any], found: int) -> None:
    edge = _alone("AWS::CloudFront::Distribution", DistributionConfig={"ViewerCertificate": certificate})
    assert len(told(RULE, edge)) == found


@pytest.mark.parametrize(("policy", "found"), [("https-only", 1), ("http-only", 0)])
def test_what_cloudfront_speaks_with_origins(policy: str, found: int) -> None:
    origin = {"CustomOriginConfig": {"OriginProtocolPolicy": policy, "OriginSSLProtocols": ["TLSv1", "TLSv1.2"]}}
    own = {"AcmCertificateArn": "arn", "MinimumProtocolVersion": "TLSv1.2_2021"}
    edge = _alone("AWS::CloudFront::Distribution", DistributionConfig={"ViewerCertificate": own, "Origins": [origin]})
    assert len(told(RULE, edge)) == found


@pytest.mark.parametrize(("policy", "found"), [("TLS_1_0", 1), ("TLS_1_2", 0), ({"Ref": "AWS::NoValue"}, 0)])
def test_domains_of_api_gateway(policy: Any, found: int) -> None:
    assert len(told(RULE, _alone("AWS::ApiGateway::DomainName", SecurityPolicy=policy))) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, 1),
        ({"SecurityPolicy": "TLS_1_0"}, 1),
        ({"SecurityPolicy": "SecurityPolicy_TLS13_1_2_2021_06"}, 0),
        ({"SecurityPolicy": {"Fn::GetAtt": ["Other", "Policy"]}}, 0),
        ({"DisableExecuteApiEndpoint": "true"}, 0),
        ({"EndpointConfiguration": {"Types": ["PRIVATE"]}}, 0),
    ],
)
def test_an_api_begins_at_tls_1_0_unless_told_otherwise(given: dict[str, Any], found: int) -> None:
    assert len(told(RULE, _alone("AWS::ApiGateway::RestApi", **given))) == found


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        (None, 1),
        ({"Reference-Security-Policy": "ELBSecurityPolicy-2016-08"}, 1),
        ({"Protocol-TLSv1": "true", "Protocol-TLSv1.2": "true"}, 1),
        ({"Reference-Security-Policy": "ELBSecurityPolicy-TLS-1-2-2017-01"}, 0),
        ({"Protocol-TLSv1.2": True, "Protocol-TLSv1": False}, 0),
    ],
)
def test_a_classic_load_balancer_needs_a_policy_of_its_own(attributes: dict[str, Any] | None, found: int) -> None:
    listeners = [{"Protocol": "HTTPS", "LoadBalancerPort": "443", "InstancePort": "80", "PolicyNames": ["Ours"]}]
    pairs = [{"Name": name, "Value": value} for name, value in (attributes or {}).items()]
    policy = {"PolicyName": "Ours", "PolicyType": "SSLNegotiationPolicyType", "Attributes": pairs}
    given = {"Listeners": listeners, "Policies": [policy] if attributes else []}
    old = {"Type": "AWS::ElasticLoadBalancing::LoadBalancer", "Properties": given}
    assert len(told(RULE, alone({"Old": old}))) == found
