"""ACM beyond moto: a certificate is issued when its validation records are there, and not before."""

from __future__ import annotations

from typing import Any

from moto import settings
from moto.acm import urls
from moto.acm.responses import AWSCertificateManagerResponse
from moto.cloudfront.models import cloudfront_backends
from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult, EmptyResult
from moto.route53.models import route53_backends

from stackwright.emulator.services.overlay import put_in_place

_NEVER = 10**9  # seconds

# A hosted zone that carries this tag with "false" is one that no parent zone refers to: its records are not found.
DELEGATED = "stackwright:delegated"


class InUse(AWSError):
    """What somebody shows cannot be deleted."""

    TYPE = "ResourceInUseException"


class Acm(AWSCertificateManagerResponse):
    """moto's ACM, which issues whatever waited a minute, made to look for the records."""

    def describe_certificate(self) -> ActionResult:
        """Look for the records first ("AWS Certificate Manager DNS validation")."""
        self._look()
        return super().describe_certificate()

    def list_certificates(self) -> ActionResult:
        """Look for the records first ("AWS Certificate Manager DNS validation")."""
        self._look()
        return super().list_certificates()

    def delete_certificate(self) -> ActionResult:
        """Refuse while a distribution shows it ("DeleteCertificate")."""
        arn = self._get_param("CertificateArn")
        distributions = cloudfront_backends[self.current_account]["aws"].distributions.values()
        shown = (each.distribution_config.ViewerCertificate.get("ACMCertificateArn") for each in distributions)
        if arn in shown:
            raise InUse(f"Certificate {arn} in account {self.current_account} is in use.")
        return super().delete_certificate()

    def update_certificate_options(self) -> ActionResult:
        """moto has no such action ("UpdateCertificateOptions")."""
        certificate = self.acm_backend.get_certificate(self._get_param("CertificateArn"))
        certificate.cert_options.update(self._get_param("Options"))
        return EmptyResult()

    def _look(self) -> None:
        written = _written(self.current_account)
        for certificate in self.acm_backend._certificates.values():
            if certificate.status != "PENDING_VALIDATION":
                continue
            options = certificate.describe()["Certificate"].get("DomainValidationOptions", [])
            if all(_record(option) in written for option in options):
                certificate.status = "ISSUED"


def _record(option: dict[str, Any]) -> tuple[str, str]:
    record = option["ResourceRecord"]
    return record["Name"].rstrip("."), record["Value"].rstrip(".")


def _written(account: str) -> set[tuple[str, str]]:
    """Return name and value of every CNAME of every delegated zone of the account."""
    route53 = route53_backends[account]["aws"]
    return {
        (record.name.rstrip("."), str(value).rstrip("."))
        for name, zone in route53.zones.items()
        if route53.resource_tags.get(name, {}).get(DELEGATED) != "false"
        for record in zone.rrsets
        if record.type == "CNAME"
        for value in record.records
    }


def install() -> None:
    """Put the overlay in the place of moto's ACM, and take its timer away."""
    put_in_place(urls, Acm)
    settings.ACM_VALIDATION_WAIT = _NEVER
