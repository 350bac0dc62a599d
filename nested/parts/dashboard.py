"""Dashboard: the few graphs that one looks at first, from the callers inwards."""

from __future__ import annotations

import json
from typing import Any

from troposphere import Sub
from troposphere.cloudwatch import Dashboard

from nested import inputs
from nested.parts import api_metrics
from nested.parts.api_metrics import Kind

# "Dashboard body structure and syntax", CloudWatch API Reference: a grid of 24 columns.
_COLUMNS = 2
_WIDTH = 24 // _COLUMNS
_HEIGHT = 6

_LATENCIES = (api_metrics.LATENCY, api_metrics.INTEGRATION_LATENCY)
_BALANCER = ("LoadBalancer", "${LoadBalancerFullName}")
_GROUPS = ("${TargetGroupFullName}", "${AlternateTargetGroupFullName}")
_SERVICE = ("ClusterName", "${ClusterName}", "ServiceName", "${ServiceName}")


def dashboard(api: Kind | None) -> Dashboard:
    """Return the dashboard of a service behind an API of a kind, or behind an Application Load Balancer.

    Its texts are filled in from the template's parameters.
    """
    widgets = [*(_of_api(api) if api else _of_balancer()), *_of_service()]
    placed = [_placed(index, widget) for index, widget in enumerate(widgets)]
    return Dashboard("Dashboard", DashboardBody=Sub(json.dumps({"widgets": placed})))


def _of_balancer() -> list[dict[str, Any]]:
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
    ]


def _of_api(kind: Kind) -> list[dict[str, Any]]:
    names, api = api_metrics.OF[kind], f"${{{api_metrics.OF[kind].api.name}}}"
    stage = (names.api.name, api, "Stage", f"${{{inputs.API_STAGE.name}}}")
    latencies = [(api_metrics.NAMESPACE, each, *stage) for each in _LATENCIES]
    errors = [(api_metrics.NAMESPACE, each, *stage) for each in (names.server_errors, names.client_errors)]
    return [
        _graph("Requests", "Sum", (api_metrics.NAMESPACE, api_metrics.REQUESTS, *stage)),
        _graph("Errors", "Sum", *errors),
        _graph("Response time (ms), 95th percentile", "p95", *latencies),
        _searched("Targets", "Maximum", "HealthyHostCount", "UnHealthyHostCount"),
    ]


def _searched(title: str, stat: str, *metrics: str) -> dict[str, Any]:
    """Return a graph of these metrics of every target group that the load balancer has."""
    schema = "{AWS/NetworkELB,LoadBalancer,TargetGroup}"
    names = " OR ".join(metrics)
    search = f"SEARCH('{schema} LoadBalancer=\"${{LoadBalancerFullName}}\" MetricName=({names})', '{stat}', 60)"
    return _graph(title, stat, {"expression": search})


def _of_service() -> list[dict[str, Any]]:
    insights = "ECS/ContainerInsights"
    return [
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


def _graph(title: str, stat: str, *metrics: tuple[str, ...] | dict[str, str]) -> dict[str, Any]:
    shown = {"title": title, "stat": stat, "period": 60, "region": "${AWS::Region}", "view": "timeSeries"}
    return {"type": "metric", "properties": shown | {"metrics": [_metric(each) for each in metrics]}}


def _metric(given: tuple[str, ...] | dict[str, str]) -> list[Any]:
    return [given] if isinstance(given, dict) else list(given)


def _placed(index: int, widget: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(index, _COLUMNS)
    return {"x": column * _WIDTH, "y": row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT} | widget
