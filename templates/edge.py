"""What CloudFront needs in us-east-1, whatever the system's region."""

from __future__ import annotations

from nested import edge_alarms, edge_certificate, edge_firewall, edge_logs
from stackwright.compose import Blueprint, flat


def blueprint() -> Blueprint:
    """Certificate and web ACL of a distribution; once it is there, its access logs and alarms."""
    return flat(
        "edge",
        edge_alarms.template(),
        edge_certificate.template(),
        edge_firewall.template(),
        edge_logs.template(),
        description="What CloudFront needs in us-east-1",
    )
