"""ECR beyond moto: a registry that is named is the one of that account."""

from __future__ import annotations

from moto.ecr import urls
from moto.ecr.models import ECRBackend, ecr_backends
from moto.ecr.responses import ECRResponse

from stackwright.emulator.services.overlay import put_in_place


class Ecr(ECRResponse):
    """moto's ECR, which looks for every registry in the caller's account."""

    @property
    def ecr_backend(self) -> ECRBackend:
        """The registry of `registryId`, by default the caller's ("DescribeImages")."""
        return ecr_backends[self._get_param("registryId") or self.current_account][self.region]


def install() -> None:
    """Put the overlay in the place of moto's ECR."""
    put_in_place(urls, Ecr)
