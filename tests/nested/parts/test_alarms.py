"""Alarms of a deployment: they know no service, and silence is no complaint."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import service
from nested.parts import alarms, timing

ALL = {"UnhealthyHosts": alarms.unhealthy_hosts(), "ServerErrors": alarms.server_errors()}
DIMENSIONS = [
    {"Name": "LoadBalancer", "Value": {"Ref": "LoadBalancerFullName"}},
    {"Name": "TargetGroup", "Value": {"Fn::GetAtt": ["TargetGroup", "TargetGroupFullName"]}},
]


def of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = ALL[name].to_dict()["Properties"]
    return found


@pytest.mark.parametrize("name", ALL)
def test_an_alarm_needs_no_service_and_takes_no_data_for_good(name: str) -> None:
    found = of(name)
    assert found["TreatMissingData"] == "notBreaching"
    assert '"Service"' not in json.dumps(found)
    assert "AlarmName" not in found


@pytest.mark.parametrize("name", ALL)
def test_an_alarm_rings_for_what_lasts(name: str) -> None:
    found = of(name)
    assert found["EvaluationPeriods"] == found["DatapointsToAlarm"] == timing.ALARM_PERIODS
    assert timing.ALARM_PERIODS > 1


def test_unhealthy_targets_of_this_group_count() -> None:
    found = of("UnhealthyHosts")
    assert (found["Namespace"], found["MetricName"]) == ("AWS/ApplicationELB", "UnHealthyHostCount")
    assert (found["Statistic"], found["Threshold"]) == ("Maximum", 1)
    assert found["Dimensions"] == DIMENSIONS


def test_server_errors_count_as_a_share_of_requests() -> None:
    rate, *sums = of("ServerErrors")["Metrics"]
    assert rate["ReturnData"] is True
    assert "100 * FILL(errors, 0) / requests" in rate["Expression"]
    metrics = {each["Id"]: each["MetricStat"]["Metric"] for each in sums}
    assert {name: each["MetricName"] for name, each in metrics.items()} == {
        "errors": "HTTPCode_Target_5XX_Count",
        "requests": "RequestCount",
    }
    assert all(each["Dimensions"] == DIMENSIONS for each in metrics.values())
    assert not any(each["ReturnData"] for each in sums)


def test_every_alarm_of_the_stack_is_one_that_a_deployment_rolls_back_on() -> None:
    resources = service.template().to_dict()["Resources"]
    watched = resources["Service"]["Properties"]["DeploymentConfiguration"]["Alarms"]["AlarmNames"]
    kinds = {name for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    assert {each["Ref"] for each in watched} == kinds == set(ALL)
