"""What a region needs once, before any other stack of it."""

from __future__ import annotations

from nested import api_gateway_account, artifact_bucket, detectors, image_replicas, registry_settings, zone_reference
from stackwright.compose import Blueprint, flat
from templates.account import STACKS


def blueprint() -> Blueprint:
    """Artifact bucket, API Gateway's log role, registry-wide settings and detectors; one stack for a region."""
    return flat(
        "region",
        artifact_bucket.template(),
        api_gateway_account.template(),
        registry_settings.template(),
        image_replicas.template(stacks=STACKS),
        zone_reference.template(),
        detectors.template(),
        description="Artifact bucket and settings of a region",
    )
