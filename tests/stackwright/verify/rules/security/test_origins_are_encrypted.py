from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, findings, seeded, told

RULE = "security/origins-are-encrypted"
OWN = {
    "AlternateDomainName": "app.example.com",
    "EdgeCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
}


def test_with_certificates_of_its_own_ours_is() -> None:
    assert findings(RULE, seeded(blueprint="fargate-cdn", **OWN)) == []


def test_without_it_is_found() -> None:
    (line,) = told(RULE, seeded(blueprint="fargate-cdn"))
    assert line.startswith("Cdn/HttpOriginOne VpcOriginEndpointConfig.OriginProtocolPolicy: ")


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        ({"CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}, 0),
        ({"CustomOriginConfig": {"OriginProtocolPolicy": "match-viewer"}}, 1),
        ({"CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}, 1),
        ({"S3OriginConfig": {}}, 0),
    ],
)
def test_servers_elsewhere_are_asked_over_tls(origin: dict[str, Any], found: int) -> None:
    config = {"Origins": [{"Id": "a", "DomainName": "shop.example.com", **origin}]}
    edge = {"Edge": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}}}
    assert len(told(RULE, alone(edge))) == found


def test_a_vpc_origin_that_says_nothing_does_as_viewers_do() -> None:
    resources = {
        "Origin": {"Type": "AWS::CloudFront::VpcOrigin", "Properties": {"VpcOriginEndpointConfig": {"Name": "a"}}},
        "Edge": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {"Origins": [{"Id": "a", "VpcOriginConfig": {"VpcOriginId": {"Ref": "Origin"}}}]}
            },
        },
    }
    assert len(told(RULE, alone(resources))) == 1
