"""What an account needs once before a fleet has stacks in it."""

from __future__ import annotations

from nested import fleet_execution_role
from stackwright.compose import Blueprint, flat


def blueprint() -> Blueprint:
    """Role that a fleet's administrator account works with in this one; one stack for an account."""
    return flat("fleet-account", fleet_execution_role.template(), description="Execution role of a fleet")
