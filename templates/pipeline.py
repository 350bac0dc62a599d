"""What delivers one of the systems, from its source to both of its environments."""

from __future__ import annotations

from nested import pipeline
from stackwright.compose import Blueprint, flat


def blueprint() -> Blueprint:
    """Pipeline of one system, whose stacks stand already; flat, because a person makes it and no role of ours."""
    return flat("pipeline", pipeline.template(), description="Delivery pipeline of one system")
