"""An Auto Scaling group launches where it has the fewest instances; moto puts all of them into the first subnet."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances


def _balanced(group: Any, count: int, tags: dict[str, str]) -> None:
    """Launch one by one, each in the subnet with the fewest ("Amazon EC2 Auto Scaling benefits": balance zones)."""
    subnets = [each.strip() for each in (group.vpc_zone_identifier or "").split(",") if each.strip()]
    if len(subnets) < 2:
        _launch(group, count, tags)
        return
    identifier = group.vpc_zone_identifier
    try:
        for _ in range(count):
            used = [state.instance.subnet_id for state in group.active_instances()]
            group.vpc_zone_identifier = min(subnets, key=used.count)
            _launch(group, 1, tags)
    finally:
        group.vpc_zone_identifier = identifier


def install() -> None:
    """Put the balance in the place of moto's launch."""
    FakeAutoScalingGroup.replace_autoscaling_group_instances = _balanced
