"""Alarms of a deployment: they know no service, and silence is no complaint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.events import matches
from support.services import deployed, properties

from nested.parts import alarms, timing

ALL = {"UnhealthyHosts": alarms.unhealthy_hosts(), "ServerErrors": alarms.server_errors()}
GROUPS = ("TargetGroup", "AlternateTargetGroup")


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
    assert found["DatapointsToAlarm"] == timing.ALARM_PERIODS
    assert timing.ALARM_PERIODS > 1


def measured(alarm: str, title: str) -> dict[str, str]:
    """Return the metric's name by target group, of what an alarm adds up under a title."""
    queries = {each["Id"]: each for each in of(alarm)["Metrics"]}
    found = {}
    for group in GROUPS:
        metric = queries[f"{title}Of{group}"]["MetricStat"]["Metric"]
        balancer, own = metric["Dimensions"]
        assert balancer == {"Name": "LoadBalancer", "Value": {"Ref": "LoadBalancerFullName"}}
        assert own == {"Name": "TargetGroup", "Value": {"Fn::GetAtt": [group, "TargetGroupFullName"]}}
        found[group] = metric["MetricName"]
    assert queries[title]["Expression"] == f"FILL({title}OfTargetGroup, 0) + FILL({title}OfAlternateTargetGroup, 0)"
    return found


@pytest.mark.parametrize(
    ("alarm", "title", "metric"),
    [
        ("UnhealthyHosts", "unhealthy", "UnHealthyHostCount"),
        ("ServerErrors", "errors", "HTTPCode_Target_5XX_Count"),
        ("ServerErrors", "requests", "RequestCount"),
    ],
)
def test_both_target_groups_count_whichever_has_the_traffic(alarm: str, title: str, metric: str) -> None:
    assert measured(alarm, title) == dict.fromkeys(GROUPS, metric)


def test_one_unhealthy_target_is_enough() -> None:
    found = of("UnhealthyHosts")
    assert {each["MetricStat"]["Stat"] for each in found["Metrics"] if "MetricStat" in each} == {"Maximum"}
    assert found["Threshold"] == 1


def test_server_errors_count_as_a_share_of_requests() -> None:
    assert "100 * errors / requests" in of("ServerErrors")["Metrics"][0]["Expression"]


@pytest.mark.parametrize("name", ALL)
def test_an_alarm_judges_one_value(name: str) -> None:
    assert [each["Id"] for each in of(name)["Metrics"] if each["ReturnData"]] == [of(name)["Metrics"][0]["Id"]]


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"])
def test_every_alarm_of_the_stack_is_one_that_a_deployment_rolls_back_on(strategy: str) -> None:
    graph = deployed(DeploymentStrategy=strategy)
    watched = properties(graph, "Service")["DeploymentConfiguration"]["Alarms"]
    alarms = {path for path, each in graph.resources.items() if each.type == "AWS::CloudWatch::Alarm"}
    assert watched["AlarmNames"] == [f"${{{each}.Ref}}" for each in (*ALL, "FailedTasks") if each in alarms]
    assert watched["Enable"] is watched["Rollback"] is True
    assert ("FailedTasks" in alarms) == (strategy != "ROLLING")


def failure(**detail: Any) -> dict[str, Any]:
    """The event of a stopped task of the service, from the page "Amazon ECS task state change events"."""
    arn = "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-prod-Service-1A2B:7"
    stopped = {"taskDefinitionArn": arn, "lastStatus": "STOPPED", "desiredStatus": "STOPPED"}
    return {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": stopped | detail}


@pytest.mark.parametrize(
    ("detail", "counts"),
    [
        ({"stopCode": "TaskFailedToStart", "stoppedReason": "CannotPullContainerError: not found"}, True),
        ({"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}, True),
        ({"stopCode": "ServiceSchedulerInitiated", "stoppedReason": "Task failed ELB health checks in (x)"}, True),
        ({"stopCode": "ServiceSchedulerInitiated", "stoppedReason": "Task failed container health checks"}, True),
        ({"stopCode": "ServiceSchedulerInitiated", "stoppedReason": "Scaling activity initiated by (x)"}, False),
        ({"stopCode": "UserInitiated", "stoppedReason": "Task stopped by user"}, False),
        ({"stopCode": "EssentialContainerExited", "lastStatus": "RUNNING"}, False),
        (
            {"stopCode": "EssentialContainerExited", "taskDefinitionArn": "arn:aws:ecs:x:1:task-definition/other:7"},
            False,
        ),
    ],
)
def test_a_task_that_fails_is_counted_and_one_that_has_to_go_is_not(detail: dict[str, Any], counts: bool) -> None:
    pattern = properties(deployed(DeploymentStrategy="BLUE_GREEN"), "FailedTask")["EventPattern"]
    assert matches(failure(**detail), pattern) is counts


def test_the_alarm_counts_what_its_rule_matches() -> None:
    graph = deployed(DeploymentStrategy="CANARY")
    alarm = properties(graph, "FailedTasks")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Events", "MatchedEvents", "Sum")
    assert alarm["Dimensions"] == [{"Name": "RuleName", "Value": "${FailedTask.Ref}"}]
    # The circuit breaker's count, in whose place it is.
    assert alarm["Threshold"] == 2
