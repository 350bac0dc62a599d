"""A certificate that a person names, which somebody else requested or imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError
from stackwright.preflight.check import Check, Point, fails, holds, moot

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

CERTIFICATE, DOMAIN = "CertificateArn", "DomainName"
MEND = "name an issued certificate of this account and region in the parameter file"


def _ask(subject: Subject) -> Iterator[Point]:
    arn = subject.parameters.get(CERTIFICATE, "") if CERTIFICATE in subject.declared else ""
    if not arn:
        yield moot("the parameters name no certificate")
        return
    if arn.split(":")[3:4] != [subject.aws.region]:
        yield fails(f"{CERTIFICATE} {arn} is not in {subject.aws.region}", mend=MEND)
        return
    try:
        found = subject.aws.call("acm", "describe_certificate", CertificateArn=arn)["Certificate"]
    except AwsError as error:
        if not error.absent and error.code != "ValidationException":
            raise
        yield fails(f"{CERTIFICATE} {arn} is not there", mend=MEND)
        return
    yield _judged(arn, found, subject.parameters.get(DOMAIN, "") if DOMAIN in subject.declared else "")


def _judged(arn: str, found: Mapping[str, Any], domain: str) -> Point:
    names = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if found["Status"] != "ISSUED":
        return fails(f"{CERTIFICATE} {arn} is {found['Status']}", mend="wait until it is issued, or name another")
    if domain and not any(covers(name, domain) for name in names):
        shown = ", ".join(dict.fromkeys(names))
        return fails(f"{CERTIFICATE} is for {shown}, not for {domain}", mend=f"name one that covers {domain}")
    return holds(f"{arn}, for {found['DomainName']}")


def covers(name: str, domain: str) -> bool:
    """Tell whether a certificate's name covers a domain; a star stands for one label."""
    if name.startswith("*."):
        return domain.partition(".")[2] == name[2:]
    return name == domain


CHECK = Check(
    number=22,
    name="given-certificate",
    claim="The certificate that the parameters name is issued, in this region, and covers the domain name",
    why="A listener takes no certificate of another region or one that is pending, and browsers none of another name",
    source='"HTTPS listeners for your Application Load Balancer" in the Elastic Load Balancing User Guide',
    ask=_ask,
)
