"""Dashboard: the few graphs that one looks at first, from the callers inwards."""

from __future__ import annotations

import json
from typing import Any

from troposphere import Sub
from troposphere.cloudwatch import Dashboard

# "Dashboard body structure and syntax", CloudWatch API Reference: a grid of 24 columns.
_COLUMNS = 2
_WIDTH = 24 // _COLUMNS
_HEIGHT = 6

_BALANCER = ("LoadBalancer", "${LoadBalancerFullName}")
_GROUPS = ("${TargetGroupFullName}", "${AlternateTargetGroupFullName}")
_SERVICE = ("ClusterName", "${ClusterName}", "ServiceName", "${ServiceName}")


def dashboard() -> Dashboard:
    """Return the dashboard; its texts are filled in from the template's parameters."""
    widgets = [_placed(index, widget) for index, widget in enumerate(_widgets())]
    return Dashboard("Dashboard", DashboardBody=Sub(json.dumps({"widgets": widgets})))


def _widgets() -> list[dict[str, Any]]:
    insights = "ECS/ContainerInsights"
    return [
        _graph("Requests", "Sum", *_of_groups("RequestCount")),
        _graph(
            "Server errors",
            "Sum",
            *_of_groups("HTTPCode_Target_5XX_Count"),
            ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", *_BALANCER),
        ),
        _graph("Response time (s), 95th percentile", "p95", *_of_groups("TargetResponseTime")),
        _graph(
            "Targets",
            "Maximum",
            *_of_groups("HealthyHostCount"),
            *_of_groups("UnHealthyHostCount"),
        ),
        _graph(
            "CPU and memory (%)",
            "Average",
            ("AWS/ECS", "CPUUtilization", *_SERVICE),
            ("AWS/ECS", "MemoryUtilization", *_SERVICE),
        ),
        _graph(
            "Tasks",
            "Average",
            (insights, "DesiredTaskCount", *_SERVICE),
            (insights, "RunningTaskCount", *_SERVICE),
        ),
        _graph("Errors in the log", "Sum", ("${AWS::StackName}", "LogErrors")),
    ]


def _of_groups(metric: str) -> list[tuple[str, ...]]:
    """Return the metric of both target groups: a deployment moves the requests from the one to the other."""
    return [("AWS/ApplicationELB", metric, *_BALANCER, "TargetGroup", group) for group in _GROUPS]


def _graph(title: str, stat: str, *metrics: tuple[str, ...]) -> dict[str, Any]:
    shown = {"title": title, "stat": stat, "period": 60, "region": "${AWS::Region}", "view": "timeSeries"}
    return {"type": "metric", "properties": shown | {"metrics": [list(each) for each in metrics]}}


def _placed(index: int, widget: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(index, _COLUMNS)
    return {"x": column * _WIDTH, "y": row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT} | widget
