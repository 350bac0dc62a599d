"""Metrics of an API: which names the two kinds of API Gateway have for the same things.

Source: "Amazon API Gateway dimensions and metrics" and "Monitor CloudWatch metrics for HTTP APIs in API Gateway",
Amazon API Gateway Developer Guide. Both count the whole stage without anybody asking; times are in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from troposphere import Ref
from troposphere.cloudwatch import MetricDataQuery, MetricDimension

from nested import inputs
from nested.parts import judging
from nested.shape import Input

NAMESPACE = "AWS/ApiGateway"
REQUESTS = "Count"
LATENCY = "Latency"
INTEGRATION_LATENCY = "IntegrationLatency"

Kind = Literal["rest", "http"]


@dataclass(frozen=True)
class Names:
    """What tells one API from another, and what its errors are called."""

    api: Input
    server_errors: str
    client_errors: str


OF: dict[Kind, Names] = {
    "rest": Names(inputs.API_NAME, "5XXError", "4XXError"),
    "http": Names(inputs.API_ID, "5xx", "4xx"),
}


def needed(kind: Kind) -> tuple[Input, Input]:
    """Return what a template needs to know of an API for its metrics."""
    return OF[kind].api, inputs.API_STAGE


def dimensions(kind: Kind) -> list[MetricDimension]:
    """Return the dimensions of the API's stage."""
    api = OF[kind].api.name
    return [
        MetricDimension(Name=api, Value=Ref(api)),
        MetricDimension(Name="Stage", Value=Ref(inputs.API_STAGE.name)),
    ]


def query(kind: Kind, title: str, metric: str, stat: str, period: int = judging.PERIOD) -> MetricDataQuery:
    """Return a query for one metric of the API's stage, for an expression to use."""
    return judging.query(title, NAMESPACE, metric, dimensions(kind), stat, period)
