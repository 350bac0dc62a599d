"""Replication between registries: what is pushed is copied at once to each destination whose filters take it.

Settings of the repository are not copied. One that is not there is made by the destination's template, and without one
as AWS makes it: with tags that may move, and nothing that expires. A tag that may not move stays with what has it.
Source: "Private image replication in Amazon ECR" and "Templates to control repositories created during a pull through
cache, create on push, or replication action", Amazon ECR User Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.models import ECRBackend, ecr_backends

_ROOT = "ROOT"


def templates(registry: ECRBackend) -> dict[str, dict[str, Any]]:
    """Return the registry's repository creation templates by their prefix."""
    found: dict[str, dict[str, Any]] = registry.__dict__.setdefault("repository_creation_templates", {})
    return found


def copy(registry: ECRBackend, image: Any, tag: str) -> None:
    """Copy an image that was just pushed with this tag to where the registry's replication sends its repository."""
    name = image.repository_name
    for destination in _destinations(registry, name):
        if name not in destination.repositories:
            _make(destination, name)
        with suppress(ServiceException):  # the same image, or another one with a tag that may not move
            destination.put_image(name, image.image_manifest, tag, digest=image.get_image_digest())


def _destinations(registry: ECRBackend, repository: str) -> Iterator[ECRBackend]:
    rules = (registry.replication_config or {}).get("rules", [])
    for rule in rules:
        prefixes = [each["filter"] for each in rule.get("repositoryFilters") or []]
        if not prefixes or repository.startswith(tuple(prefixes)):
            yield from (ecr_backends[each["registryId"]][each["region"]] for each in rule["destinations"])


def _make(registry: ECRBackend, name: str) -> None:
    template = _template(registry, name)
    registry.create_repository(
        repository_name=name,
        registry_id=registry.account_id,
        encryption_config=template.get("encryptionConfiguration") or {"encryptionType": "AES256"},
        image_scan_config=None,
        image_tag_mutability=template.get("imageTagMutability", "MUTABLE"),
        image_tag_mutability_exclusion_filters=template.get("imageTagMutabilityExclusionFilters"),
        tags=template.get("resourceTags") or [],
    )
    if template.get("lifecyclePolicy"):
        registry.put_lifecycle_policy(registry.account_id, name, template["lifecyclePolicy"])


def _template(registry: ECRBackend, name: str) -> Mapping[str, Any]:
    """Return the template of the longest prefix that is a namespace of the name; that of ROOT takes all others."""
    known = {key: each for key, each in templates(registry).items() if "REPLICATION" in each["appliedFor"]}
    fitting = [key for key in known if key != _ROOT and name.startswith(f"{key.rstrip('/')}/")]
    return known.get(max(fitting, key=len, default=_ROOT), {})
