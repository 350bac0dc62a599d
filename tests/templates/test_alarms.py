"""Alarms of every blueprint: what measures late can still make them go off."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested.parts import timing
from templates import BLUEPRINTS


def alarms(blueprint: str) -> dict[str, dict[str, Any]]:
    made = BLUEPRINTS[blueprint]()
    bodies = json.loads(json.dumps([made.root, *made.nested.values()]))
    found = {title: each for body in bodies for title, each in body["Resources"].items()}
    return {title: each["Properties"] for title, each in found.items() if each["Type"] == "AWS::CloudWatch::Alarm"}


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_what_fills_gaps_wants_no_bad_data_points_in_a_row(blueprint: str) -> None:
    assert timing.LATE_PERIODS > 0  # "FILL", "Using math expressions with CloudWatch metrics", CloudWatch User Guide
    for title, alarm in alarms(blueprint).items():
        queries = alarm.get("Metrics", [])
        periods = [each["MetricStat"]["Period"] for each in queries if "MetricStat" in each]
        filled = any("FILL(" in each.get("Expression", "") for each in queries)
        if filled and min(periods) == timing.ALARM_PERIOD:
            assert alarm["EvaluationPeriods"] >= alarm["DatapointsToAlarm"] + timing.LATE_PERIODS, title
