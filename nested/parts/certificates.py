"""Certificates of ACM for a domain name and everything one level below it, validated by DNS."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, Sub, Tags
from troposphere.certificatemanager import Certificate, DomainValidationOption

from nested import inputs
from nested.shape import Input


def certificate(title: str, name: Input, **options: Any) -> Certificate:
    """Return the certificate of the name that this parameter has; the template needs it, and HostedZoneId."""
    domain = Ref(name.name)
    # The wildcard is proved by the record of the name itself, so one option serves both.
    validation = DomainValidationOption(DomainName=domain, HostedZoneId=Ref(inputs.HOSTED_ZONE_ID.name))
    return Certificate(
        title,
        DomainName=domain,
        SubjectAlternativeNames=[Sub(f"*.${{{name.name}}}")],
        ValidationMethod="DNS",
        DomainValidationOptions=[validation],
        Tags=Tags(Name=domain),
        **options,
    )
