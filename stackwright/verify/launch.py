"""What instances are launched from: the launch templates or the launch configuration of an Auto Scaling group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackwright.resolve.graph import Graph, Resource

LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
LAUNCH_CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"

_NAMED_BY = ("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName")


def launches(graph: Graph, group: Resource) -> list[Resource]:
    """Return the launch templates, or the launch configuration, that a group's instances come from.

    An override of an instance type may have a template of its own.
    """
    named = [group.properties.get(each) for each in _NAMED_BY]
    return [each for each in graph.mentioned(named) if each.type in (LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION)]


def launch_data(resource: Resource) -> tuple[str, Mapping[str, Any]]:
    """Return what a launch template, a launch configuration or an instance says of the launch, and the way there."""
    inside = resource.properties.get("LaunchTemplateData")
    return ("LaunchTemplateData.", inside) if isinstance(inside, Mapping) else ("", resource.properties)
