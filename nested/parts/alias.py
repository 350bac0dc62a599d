"""Alias records: names that lead to what AWS gives a name of its own."""

from __future__ import annotations

from typing import Any

from troposphere.route53 import AliasTarget, RecordSetType


def alias(
    title: str, kind: str, name: Any, *, zone: Any, target: Any, target_zone: Any, **options: Any
) -> RecordSetType:
    """Return the record of this kind, A or AAAA, of a name in a zone; the target has a zone of its own."""
    return RecordSetType(
        title,
        Type=kind,
        Name=name,
        HostedZoneId=zone,
        AliasTarget=AliasTarget(
            DNSName=target,
            HostedZoneId=target_zone,
            # One answer only: with nothing to fail over to, an unhealthy target would take the name away.
            EvaluateTargetHealth=False,
        ),
        **options,
    )
