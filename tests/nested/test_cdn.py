"""The content network: what is kept, what the origin is told, and that nothing else reaches it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import cdn
from nested.parts import timing
from nested.parts.entrances import Entrance
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/lb/1"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:OriginSecret-a1B2c3"
EDGE = "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
REGIONAL = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
DOMAIN = {"AlternateDomainName": "app.example.com", "EdgeCertificateArn": EDGE}
ENTRANCES: list[Entrance] = ["vpc-origin", "prefix-list"]


def network(entrance: Entrance = "vpc-origin", **parameters: str) -> Graph:
    template = cdn.template(entrance=entrance).to_dict()
    fed = {"LoadBalancerDnsName": "lb-1.eu-west-1.elb.amazonaws.com", "CertificateArn": ""}
    fed |= {"LoadBalancerArn": BALANCER} if entrance == "vpc-origin" else {"OriginSecretArn": SECRET}
    return resolve(template, {}, fed | parameters, region="eu-west-1", stack_name="shop-prod-Cdn-1A2B")


def config(entrance: Entrance = "vpc-origin", **parameters: str) -> dict[str, Any]:
    found: dict[str, Any] = rendered(network(entrance, **parameters).resources["Distribution"].properties)
    made: dict[str, Any] = found["DistributionConfig"]
    return made


def behaviors(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"*": found["DefaultCacheBehavior"]} | {each["PathPattern"]: each for each in found["CacheBehaviors"]}


def vpc_origins(graph: Graph) -> dict[str, dict[str, Any]]:
    found = {path: each for path, each in graph.resources.items() if each.type == "AWS::CloudFront::VpcOrigin"}
    return {path: rendered(each.properties)["VpcOriginEndpointConfig"] for path, each in found.items()}


def test_only_static_files_are_kept() -> None:
    kept = {path: each["CachePolicyId"] for path, each in behaviors(config()).items()}
    assert kept == {"*": cdn.CACHING_DISABLED, "/static/*": cdn.CACHING_OPTIMIZED, "/api/*": cdn.CACHING_DISABLED}


def test_no_error_is_kept_for_the_next_one_who_asks() -> None:
    kept = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in config()["CustomErrorResponses"]}
    assert kept == dict.fromkeys((400, 403, 404, 405, 414, 500, 501, 502, 503, 504), 0)


@pytest.mark.parametrize("parameters", [{}, DOMAIN])
def test_a_behavior_that_keeps_forwards_neither_cookies_nor_who_asks(parameters: dict[str, str]) -> None:
    told = behaviors(config(**parameters))["/static/*"].get("OriginRequestPolicyId")
    assert told == (cdn.HOST_HEADER_ONLY if parameters else None)


def test_the_viewers_name_is_forwarded_only_where_it_is_ours() -> None:
    for path in ("*", "/api/*"):
        assert behaviors(config())[path]["OriginRequestPolicyId"] == cdn.ALL_VIEWER_EXCEPT_HOST_HEADER
        assert behaviors(config(**DOMAIN))[path]["OriginRequestPolicyId"] == cdn.ALL_VIEWER


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_every_behavior_has_security_headers_and_https(entrance: Entrance) -> None:
    for each in behaviors(config(entrance)).values():
        assert each["ResponseHeadersPolicyId"] == cdn.SECURITY_HEADERS
        assert (each["ViewerProtocolPolicy"], each["Compress"]) == ("redirect-to-https", True)
        assert each["TargetOriginId"] == config(entrance)["Origins"][0]["Id"]


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_no_policy_is_made_whose_name_another_stack_could_have(entrance: Entrance) -> None:
    kinds = {each.type for each in network(entrance).resources.values()}
    assert not [each for each in kinds if each.startswith("AWS::CloudFront::") and each.endswith("Policy")]


def test_what_is_dynamic_takes_every_method() -> None:
    allowed = {path: set(each["AllowedMethods"]) for path, each in behaviors(config()).items()}
    assert allowed["*"] == allowed["/api/*"] == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    assert allowed["/static/*"] == {"GET", "HEAD"}


def test_every_protocol_is_on_and_the_price_class_is_a_parameter() -> None:
    found = config(PriceClass="PriceClass_200")
    assert (found["HttpVersion"], found["IPV6Enabled"], found["Enabled"]) == ("http2and3", True, True)
    assert found["PriceClass"] == "PriceClass_200"


def test_without_a_domain_cloudfronts_name_and_certificate_serve() -> None:
    found = config()
    assert found["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert not {"Aliases", "WebACLId"} & set(found)
    graph = network()
    assert rendered(graph.outputs)["ServiceUrl"] == "https://${Distribution.DomainName}"
    assert not [each for each in graph.resources.values() if each.type == "AWS::Route53::RecordSet"]


def test_a_domain_comes_with_its_certificate_and_modern_tls() -> None:
    found = config(**DOMAIN)
    assert found["Aliases"] == ["app.example.com"]
    assert found["ViewerCertificate"] == {
        "AcmCertificateArn": EDGE,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    assert rendered(network(**DOMAIN).outputs)["ServiceUrl"] == "https://app.example.com"


def test_a_zone_gets_both_records_of_the_domain() -> None:
    graph = network(**DOMAIN, AlternateZoneId="Z0123")
    records = [rendered(each.properties) for each in graph.resources.values() if each.type == "AWS::Route53::RecordSet"]
    assert {(each["Type"], each["Name"], each["HostedZoneId"]) for each in records} == {
        (kind, "app.example.com", "Z0123") for kind in ("A", "AAAA")
    }
    target = {"DNSName": "${Distribution.DomainName}", "HostedZoneId": "Z2FDTNDATAQYW2", "EvaluateTargetHealth": False}
    assert all(each["AliasTarget"] == target for each in records)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"AlternateDomainName": "app.example.com"}, "given both or not at all"),
        ({"EdgeCertificateArn": EDGE}, "given both or not at all"),
        ({"CertificateArn": REGIONAL}, "CertificateArn needs AlternateDomainName"),
        ({"AlternateZoneId": "Z0123"}, "AlternateZoneId needs AlternateDomainName"),
        ({**DOMAIN, "EdgeCertificateArn": EDGE.replace("us-east-1", "eu-west-1")}, "in us-east-1"),
    ],
)
def test_what_cloudfront_could_not_serve_is_refused_at_the_root(parameters: dict[str, str], told: str) -> None:
    with pytest.raises(ResolveError, match=told):
        network(**parameters)


def test_a_web_acl_is_asked_where_there_is_one() -> None:
    acl = f"arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/{EDGE.rpartition('/')[2]}"
    assert config(WebAclArn=acl)["WebACLId"] == acl


def test_a_vpc_origin_leads_to_the_load_balancer_by_the_protocol_it_listens_for() -> None:
    for certificate, protocol in (({}, "http"), ({**DOMAIN, "CertificateArn": REGIONAL}, "https")):
        graph = network(**certificate)
        ((path, endpoint),) = vpc_origins(graph).items()
        assert (endpoint["Arn"], endpoint["OriginProtocolPolicy"]) == (BALANCER, f"{protocol}-only")
        assert (endpoint["HTTPPort"], endpoint["HTTPSPort"], endpoint["OriginSSLProtocols"]) == (80, 443, ["TLSv1.2"])
        (origin,) = rendered(graph.resources["Distribution"].properties)["DistributionConfig"]["Origins"]
        assert origin["VpcOriginConfig"]["VpcOriginId"] == f"${{{path}.Ref}}"


def test_what_would_change_a_vpc_origin_in_use_makes_another_one() -> None:
    encrypted = {**DOMAIN, "CertificateArn": REGIONAL}
    deployments = [(certificate, slot) for certificate in ({}, encrypted) for slot in ("one", "two")]
    found = [vpc_origins(network(**certificate, VpcOriginSlot=slot)) for certificate, slot in deployments]
    assert [len(each) for each in found] == [1, 1, 1, 1]
    paths = {path for each in found for path in each}
    assert len(paths) == 4
    assert len({endpoint["Name"] for each in found for endpoint in each.values()}) == 4


def test_a_public_origin_is_told_the_secret_by_reference_only() -> None:
    (origin,) = config("prefix-list")["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == "X-Origin-Verify"
    assert header["HeaderValue"] == f"${{secretsmanager:{SECRET}:SecretString.Value}}"
    assert "VpcOriginConfig" not in origin
    raw = json.dumps(cdn.template(entrance="prefix-list").to_dict())
    assert raw.count("{{resolve:secretsmanager:${OriginSecretArn}:SecretString}}") == 1


def test_a_public_origin_is_asked_by_the_protocol_it_listens_for() -> None:
    for parameters, policy in (({}, "http-only"), ({**DOMAIN, "CertificateArn": REGIONAL}, "https-only")):
        (origin,) = config("prefix-list", **parameters)["Origins"]
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == policy
        assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_cloudfront_closes_connections_first_and_gives_up_last(entrance: Entrance) -> None:
    (origin,) = config(entrance)["Origins"]
    how = origin["VpcOriginConfig" if entrance == "vpc-origin" else "CustomOriginConfig"]
    assert how["OriginKeepaliveTimeout"] < timing.IDLE_TIMEOUT < how["OriginReadTimeout"] <= 120


def test_a_load_balancer_that_is_open_to_all_is_no_origin() -> None:
    with pytest.raises(ValueError, match="CloudFront does not get in by"):
        cdn.template(entrance="internet")
