"""Names, zones and certificates."""

from __future__ import annotations

from nested.shape import Input

_DOMAIN = "Domain"
DOMAIN_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"

DOMAIN_NAME = Input(
    "DomainName",
    "String",
    _DOMAIN,
    "Domain name",
    "Name the service answers to, and www in front of it; the certificate covers it and everything one level below.",
    pattern=DOMAIN_PATTERN,
    # RequestCertificate, AWS Certificate Manager API Reference: a certificate's first name is its common name.
    max_length=64,
    constraint="A lower-case domain name without a final dot, at most 64 characters, for example app.example.com.",
    shared=True,
)
HOSTED_ZONE_NAME = Input(
    "HostedZoneName",
    "String",
    _DOMAIN,
    "Name of the hosted zone",
    "Domain that is delegated to this account; the names of its services are this one or lie below it.",
    pattern=DOMAIN_PATTERN,
    max_length=253,
    constraint="A lower-case domain name without a final dot, for example example.com.",
    shared=True,
)
HOSTED_ZONE_ID = Input(
    "HostedZoneId",
    "AWS::SSM::Parameter::Value<AWS::Route53::HostedZone::Id>",
    _DOMAIN,
    "Hosted zone (SSM parameter)",
    "SSM parameter that holds the id of the public hosted zone the name lives in; the account blueprint writes it.",
    default="/stackwright/hosted-zone-id",
    shared=True,
)
ELSEWHERE_ZONE_ID = Input(
    "ElsewhereZoneId",
    "String",
    _DOMAIN,
    "Hosted zone of another region's account stack",
    "Id of the hosted zone, where the account blueprint was deployed to another region than this; else empty.",
    default="",
    pattern="^[A-Z0-9]{0,32}$",
    constraint="The id of a hosted zone, for example Z0123456789ABCDEFGHIJ, or nothing.",
    shared=True,
)
ZONE_ID = Input(
    "ZoneId",
    "AWS::Route53::HostedZone::Id",
    _DOMAIN,
    "Hosted zone",
    "Id of the public hosted zone.",
    public=True,
)
NAME_SERVERS = Input(
    "NameServers",
    "CommaDelimitedList",
    _DOMAIN,
    "Name servers",
    "Enter these at the domain's registrar: until then no certificate can be validated.",
    public=True,
)
CERTIFICATE_ARN = Input(
    "CertificateArn",
    "String",
    _DOMAIN,
    "Certificate",
    "ARN of the ACM certificate, in the load balancer's region; empty only where plain HTTP is allowed.",
    default="",
    shared=True,
)
CERTIFICATE_NAME = Input(
    "CertificateName",
    "String",
    _DOMAIN,
    "Name in the certificate",
    "Name that the load balancer's certificate covers: an API asks for it and checks it. Empty without CertificateArn.",
    default="",
    pattern="^$|" + DOMAIN_PATTERN,
    max_length=253,
    constraint="A lower-case domain name without a final dot, for example app.example.com, or nothing.",
    shared=True,
)
FAILOVER_ROLE = Input(
    "FailoverRole",
    "String",
    _DOMAIN,
    "Role in a failover",
    "PRIMARY: this region answers while it is well; SECONDARY: while the primary one is not. One of each for a name.",
    default="PRIMARY",
    allowed=("PRIMARY", "SECONDARY"),
    shared=True,
)
SERVICE_URL = Input("ServiceUrl", "String", _DOMAIN, "Service URL", "Where the service answers.", public=True)
