"""Whether an image can be pulled: one of the account's own registry has to be there, others count as present."""

from __future__ import annotations

import re
from typing import Any

from moto.ecr.models import ecr_backends

_OWN = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]+))?"
)


def unpullable(image: str) -> str:
    """Return why the image cannot be pulled in the words of a stopped task, "" if it can.

    Source: "CannotPullContainer task errors in Amazon ECS", Amazon ECS Developer Guide.
    """
    own = _OWN.fullmatch(image)
    if own is None or _pushed(own.groupdict()):
        return ""
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )


def _pushed(named: dict[str, Any]) -> bool:
    repositories = ecr_backends[named["account"]][named["region"]].repositories
    repository = repositories.get(named["repository"])
    images = repository.images if repository else []
    digest, tag = named["digest"], named["tag"] or "latest"
    return any(image.get_image_digest() == digest if digest else tag in image.image_tags for image in images)
