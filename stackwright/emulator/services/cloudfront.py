"""CloudFront beyond moto: a configuration is kept as given, and refused where AWS refuses it.

moto keeps of a distribution what it knows and has neither policies nor VPC origins. Errors have the words of the
"Amazon CloudFront API Reference"; where that has a code only, those that people report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudfront import models, urls
from moto.cloudfront.exceptions import CloudFrontException
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult

from stackwright.emulator.services import cloudfront_kept as kept
from stackwright.emulator.services.cloudfront_refusals import refuse
from stackwright.emulator.services.overlay import put_in_place

_BASE = "{0}/2020-05-31"
_ABSENT: Mapping[str, Any] = {
    "Aliases": {"Quantity": 0},
    "DefaultRootObject": "",
    "OriginGroups": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"},
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "Staging": False,
}


class Config:
    """A distribution's configuration, whole; what was left out as CloudFront answers it ("DistributionConfig")."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.caller_reference = config["CallerReference"]
        self.__dict__.update({**_ABSENT, **config})


class CloudFront(kept.Kept, CloudFrontResponse):
    """moto's CloudFront with its refusals, and with versions that If-Match has to name."""

    def create_distribution(self) -> ActionResult:
        """Refuse what cannot be ("CreateDistribution")."""
        refuse(self.backend, self._get_param("DistributionConfig"))
        return super().create_distribution()

    def create_distribution_with_tags(self) -> ActionResult:
        """Refuse what cannot be ("CreateDistributionWithTags")."""
        refuse(self.backend, self._get_param("DistributionConfigWithTags.DistributionConfig"))
        return super().create_distribution_with_tags()

    def update_distribution(self) -> ActionResult:
        """Refuse what cannot be, and another reference than the first ("UpdateDistribution")."""
        distribution = self._matching()
        config = self._get_param("DistributionConfig")
        if config["CallerReference"] != distribution.distribution_config.caller_reference:
            raise CloudFrontException("IllegalUpdate", "The update contains modifications that are not allowed.")
        refuse(self.backend, config, distribution.id)
        distribution.etag = models.random_id()
        return super().update_distribution()

    def delete_distribution(self) -> ActionResult:
        """Refuse while it is enabled ("DeleteDistribution")."""
        if self._matching().distribution_config.Enabled:
            said = "The distribution you are trying to delete has not been disabled."
            raise CloudFrontException("DistributionNotDisabled", said)
        return super().delete_distribution()

    def _matching(self) -> Any:
        """Return the distribution; If-Match has to be there and its version ("UpdateDistribution", errors)."""
        distribution, etag = self.backend.get_distribution(self._get_param("Id"))
        kept.check_version(self._get_param("IfMatch"), etag)
        return distribution


def install() -> None:
    """Put the overlay in the place of moto's CloudFront, on the paths that it lacks too."""
    models.DistributionConfig = Config
    put_in_place(urls, CloudFront)
    for kind in kept.KINDS:
        for path in ("", "/(?P<id>[^/]+)", "/(?P<id>[^/]+)/config"):
            urls.url_paths[f"{_BASE}/{kind.path}{path}$"] = CloudFront.dispatch
