"""Certificate: TLS for the domain name and everything one level below it, validated by DNS.

The record that proves the domain stays in the zone when the certificate goes. It belongs to the account and the
name, not to the certificate: another certificate of the same name renews by it.
"""

from __future__ import annotations

from troposphere import Ref, Template

from nested import inputs
from nested.parts.certificates import certificate
from nested.shape import gives, needs

# Validation takes a few minutes once the zone is delegated, and CloudFormation waits for days where it is not
# ("DNS validation", AWS Certificate Manager User Guide: pending requests expire after 72 hours).
_TIMEOUT_MINUTES = 30


def template() -> Template:
    """Emit the certificate stack. Needs DomainName, HostedZoneId; gives CertificateArn.

    Its creation fails after half an hour: by then a delegated zone would have been validated.
    """
    t = Template(Description="TLS certificate, validated by DNS")
    t.timeout_minutes = _TIMEOUT_MINUTES
    needs(t, inputs.DOMAIN_NAME, inputs.HOSTED_ZONE_ID)
    made = t.add_resource(certificate("Certificate", inputs.DOMAIN_NAME))
    gives(t, {inputs.CERTIFICATE_ARN: Ref(made)})
    return t
