"""Alarms of every blueprint: what measures late can still make them go off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from templates import BLUEPRINTS

# Nothing of these is measured each minute and filled.
QUIET = {"account", "region", "pipeline", "fleet-account", "fleet"}

# Minutes of which a metric may be missing yet, that FILL has a value for; as long as these, it is a value of its own.
LATE = 2


def filled(blueprint: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each alarm of a minute's metrics that fills gaps."""
    made = BLUEPRINTS[blueprint]()
    for body in json.loads(json.dumps([made.root, *made.nested.values()])):
        for title, each in body["Resources"].items():
            queries = each["Properties"].get("Metrics", []) if each["Type"] == "AWS::CloudWatch::Alarm" else []
            periods = [query["MetricStat"]["Period"] for query in queries if "MetricStat" in query]
            if any("FILL(" in query.get("Expression", "") for query in queries) and min(periods) == 60:
                yield title, each["Properties"]


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_what_fills_gaps_wants_no_bad_data_points_in_a_row(blueprint: str) -> None:
    # "FILL", "Using math expressions with CloudWatch metrics", CloudWatch User Guide.
    found = list(filled(blueprint))
    assert bool(found) == (blueprint not in QUIET)
    strict = [title for title, each in found if each["EvaluationPeriods"] - each["DatapointsToAlarm"] < LATE]
    assert strict == []
