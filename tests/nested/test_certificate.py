"""The certificate covers the wildcard, proves itself by DNS and does not wait for ever."""

from __future__ import annotations

from nested import certificate
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered


def test_it_covers_the_name_and_everything_below_and_validates_in_the_zone() -> None:
    given = {"DomainName": "app.example.com"}
    graph = resolve(certificate.template().to_dict(), {}, given, region="us-east-1", stack_name="tls")
    properties = rendered(graph.resources["Certificate"].properties)
    assert properties["DomainName"] == "app.example.com"
    assert properties["SubjectAlternativeNames"] == ["*.app.example.com"]
    assert properties["ValidationMethod"] == "DNS"
    (option,) = properties["DomainValidationOptions"]
    assert option["DomainName"] == "app.example.com"
    assert "/stackwright/hosted-zone-id" in option["HostedZoneId"]


def test_its_name_fits_the_common_name_of_a_certificate() -> None:
    # RequestCertificate, AWS Certificate Manager API Reference.
    assert certificate.template().to_dict()["Parameters"]["DomainName"]["MaxLength"] == 64


def test_a_zone_that_is_not_delegated_fails_within_the_hour() -> None:
    assert 0 < certificate.template().timeout_minutes <= 60
