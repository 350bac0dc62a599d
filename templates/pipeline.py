"""What delivers one of the systems, from its source to both of its environments."""

from __future__ import annotations

from nested import inputs, notifications, pipeline
from stackwright.compose import Blueprint, flat


def blueprint() -> Blueprint:
    """Pipeline of one system, whose stacks stand already; flat, because a person makes it and no role of ours."""
    tells = notifications.template(version=None, pipeline=inputs.PIPELINE_NAME)
    return flat("pipeline", pipeline.template(), tells, description="Delivery pipeline of one system")
