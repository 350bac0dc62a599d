"""What differs of CloudFront from region to region, from `data/cloudfront.json`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

# The name of the prefix list that a region knows CloudFront's servers by, and what it counts as among the rules of a
# security group ("AWS-managed prefix list weight", Amazon VPC User Guide).
ORIGIN_FACING = "com.amazonaws.global.cloudfront.origin-facing"
ORIGIN_FACING_WEIGHT = 55


def origin_facing() -> dict[str, str]:
    """Return the id of that prefix list by region."""
    return dict(_data()["origin_facing"])


def zones_without_vpc_origins() -> frozenset[str]:
    """Return the ids of the zones that CloudFront cannot reach a VPC in."""
    return frozenset(_data()["zones_without_vpc_origins"])


@cache
def _data() -> dict[str, Any]:
    text = files("stackwright").joinpath("data/cloudfront.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
