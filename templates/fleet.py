"""`fargate-alb` in many regions or accounts."""

from __future__ import annotations

from nested import fleet
from stackwright.compose import Blueprint, flat
from templates import fargate_alb


def blueprint() -> Blueprint:
    """Stack set of the published `fargate-alb`: the same root everywhere, released region by region."""
    root = fargate_alb.blueprint().root
    return flat("fleet", fleet.template(root=root), description="Container service on Fargate in many regions")
