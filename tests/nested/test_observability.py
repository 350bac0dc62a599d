"""Observability: who is told what, by which metric, and what may publish to the topic."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import inputs, observability
from nested.parts import timing, watch
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {
    "ProjectName": "shop",
    "EnvironmentName": "prod",
    "ClusterName": "cluster-1",
    "ServiceName": "service-1",
    "LoadBalancerFullName": "app/balancer/1",
    "TargetGroupFullName": "targetgroup/tasks/1",
    "AlternateTargetGroupFullName": "targetgroup/tasks/2",
    "LogGroupName": "logs-1",
    "UnhealthyHostsAlarm": "unhealthy-1",
    "ServerErrorsAlarm": "errors-1",
    "NatGatewayOneId": "nat-1",
    "NatGatewayTwoId": "nat-2",
    "NatGatewayThreeId": "nat-3",
}
SERVICE = {"ClusterName": "cluster-1", "ServiceName": "service-1"}
TARGETS = [{"LoadBalancer": "app/balancer/1", "TargetGroup": f"targetgroup/tasks/{each}"} for each in (1, 2)]
TOPIC = ["${Notifications.Ref}"]
CAUSES = ("CpuIsFull", "MemoryIsFull", "LogErrors", "NatPortsUsedUpOne")
SYMPTOMS = ("SlowResponses", "LoadBalancerErrors", "TooFewTasks")


def resources(**parameters: str) -> dict[str, dict[str, Any]]:
    template = observability.template().to_dict()
    graph = resolve(template, {}, GIVEN | parameters, region="eu-west-1", stack_name="shop-prod-Observability-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def dimensions(metric: dict[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def queries(alarm: str) -> dict[str, dict[str, Any]]:
    return {each["Id"]: each for each in resources()[alarm]["Metrics"]}


def principals(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["Principal"].get("Service"): each for each in document["Statement"]}


@pytest.mark.parametrize(("alarm", "metric"), [("CpuIsFull", "CPUUtilization"), ("MemoryIsFull", "MemoryUtilization")])
def test_cpu_and_memory_are_the_services(alarm: str, metric: str) -> None:
    found = resources()[alarm]
    assert (found["Namespace"], found["MetricName"], found["Statistic"]) == ("AWS/ECS", metric, "Average")
    assert dimensions(found) == SERVICE


def of_groups(alarm: str, title: str) -> tuple[str, list[dict[str, str]]]:
    """Return name and dimensions of the metric that an alarm asks both target groups for."""
    found = [queries(alarm)[f"{title}Of{word}"]["MetricStat"]["Metric"] for word in ("Primary", "Alternate")]
    assert found[0]["MetricName"] == found[1]["MetricName"]
    return found[0]["MetricName"], [dimensions(each) for each in found]


def test_slow_is_what_one_request_in_twenty_is_of_many() -> None:
    assert resources(SlowResponseSeconds="3")["SlowResponses"]["Threshold"] == "3"
    found = queries("SlowResponses")
    assert of_groups("SlowResponses", "slow") == ("TargetResponseTime", TARGETS)
    assert of_groups("SlowResponses", "requests") == ("RequestCount", TARGETS)
    assert {found[f"slowOf{word}"]["MetricStat"]["Stat"] for word in ("Primary", "Alternate")} == {"p95"}
    few = "IF(FILL(requestsOfPrimary, 0) >= 200, FILL(slowOfPrimary, 0), 0)"
    assert found["slow"]["Expression"] == f"MAX([{few}, {few.replace('Primary', 'Alternate')}])"


def test_the_load_balancers_errors_count_while_targets_are_well_and_name_the_usual_cause() -> None:
    found = queries("LoadBalancerErrors")
    errors = found["errors"]["MetricStat"]["Metric"]
    assert (errors["MetricName"], dimensions(errors)) == ("HTTPCode_ELB_5XX_Count", {"LoadBalancer": "app/balancer/1"})
    assert of_groups("LoadBalancerErrors", "unhealthy") == ("UnHealthyHostCount", TARGETS)
    assert "(FILL(unhealthyOfPrimary, 0) + FILL(unhealthyOfAlternate, 0)) < 1" in found["failed"]["Expression"]
    assert "keep-alive" in resources()["LoadBalancerErrors"]["AlarmDescription"]
    assert timing.KEEP_ALIVE > timing.IDLE_TIMEOUT


def test_tasks_that_should_run_are_counted_against_those_that_do() -> None:
    found = queries("TooFewTasks")
    metrics = [found[each]["MetricStat"]["Metric"] for each in ("desired", "running")]
    assert [each["MetricName"] for each in metrics] == ["DesiredTaskCount", "RunningTaskCount"]
    assert {each["Namespace"] for each in metrics} == {"ECS/ContainerInsights"}
    assert all(dimensions(each) == SERVICE for each in metrics)
    assert found["missing"]["Expression"] == "desired - running"


def test_without_container_insights_nobody_counts_tasks() -> None:
    found = resources(ContainerInsights="disabled")
    assert "TooFewTasks" not in found
    assert "TooFewTasks" not in found["ServiceIsUnwell"]["AlarmRule"]


@pytest.mark.parametrize(
    ("nat_gateways", "zones", "watched"),
    [
        ("one", "3", ["nat-1"]),
        ("regional", "3", ["nat-1"]),
        ("per-zone", "2", ["nat-1", "nat-2"]),
        ("per-zone", "3", ["nat-1", "nat-2", "nat-3"]),
    ],
)
def test_each_nat_gateway_there_is_has_its_alarm(nat_gateways: str, zones: str, watched: list[str]) -> None:
    found = resources(NatGateways=nat_gateways, ZoneCount=zones)
    alarms = [each for each in found.values() if each.get("MetricName") == "ErrorPortAllocation"]
    assert [dimensions(each)["NatGatewayId"] for each in alarms] == watched
    assert {each["Namespace"] for each in alarms} == {"AWS/NATGateway"}


def test_errors_are_counted_by_the_level_the_application_logs() -> None:
    found = resources()
    (counted,) = found["ErrorsInLog"]["MetricTransformations"]
    assert found["ErrorsInLog"]["LogGroupName"] == "logs-1"
    assert all(f'$.level = "{level}"' in found["ErrorsInLog"]["FilterPattern"] for level in ("ERROR", "CRITICAL"))
    alarm = found["LogErrors"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (counted["MetricNamespace"], counted["MetricName"])


def test_what_callers_notice_is_one_message() -> None:
    found = resources()
    rule = found["ServiceIsUnwell"]["AlarmRule"]
    named = ["unhealthy-1", "errors-1", *(f"${{{each}.Ref}}" for each in SYMPTOMS)]
    assert sorted(rule.split(" OR ")) == sorted(f'ALARM("{each}")' for each in named)
    assert found["ServiceIsUnwell"]["AlarmActions"] == found["ServiceIsUnwell"]["OKActions"] == TOPIC
    assert not [each for each in SYMPTOMS if "AlarmActions" in found[each]]


@pytest.mark.parametrize("alarm", CAUSES)
def test_what_callers_do_not_notice_yet_is_told_by_itself(alarm: str) -> None:
    found = resources()[alarm]
    assert found["AlarmActions"] == found["OKActions"] == TOPIC


@pytest.mark.parametrize("alarm", [*CAUSES, *SYMPTOMS])
def test_a_gap_in_the_data_rings_nothing(alarm: str) -> None:
    expected = "ignore" if alarm == "TooFewTasks" else "notBreaching"
    assert resources()[alarm]["TreatMissingData"] == expected


def test_the_key_lets_in_who_publishes_and_nobody_else() -> None:
    found = resources()
    assert found["Notifications"]["KmsMasterKeyId"] == "${NotificationKey.Arn}"
    users = principals(found["NotificationKey"]["KeyPolicy"])
    publishers = principals(found["NotificationsPolicy"]["PolicyDocument"])
    services = {f"{each}.amazonaws.com" for each in ("cloudwatch", "events", "budgets")}
    assert publishers.keys() == services
    assert users.keys() - {None} == services
    assert all(set(users[each]["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"} for each in services)
    assert [each for each in services if "Condition" not in users[each]] == ["events.amazonaws.com"]


def test_an_address_is_subscribed_only_where_one_is_given() -> None:
    assert "EmailSubscription" not in resources()
    found = resources(AlarmEmail="ops@example.com")["EmailSubscription"]
    assert (found["Protocol"], found["Endpoint"]) == ("email", "ops@example.com")
    with pytest.raises(ResolveError, match="One e-mail address"):
        resources(AlarmEmail="ops at example.com")


def test_a_budget_is_made_only_where_one_is_given_and_counts_the_systems_tags() -> None:
    assert "Budget" not in resources()
    found = resources(MonthlyBudget="250")["Budget"]
    budget = found["Budget"]
    assert budget["BudgetLimit"] == {"Amount": "250", "Unit": "USD"}
    tags = {each["Tags"]["Key"]: each["Tags"]["Values"] for each in budget["FilterExpression"]["And"]}
    assert tags == {"Project": ["shop"], "Environment": ["prod"]}
    kinds = [each["Notification"]["NotificationType"] for each in found["NotificationsWithSubscribers"]]
    assert kinds == ["ACTUAL", "FORECASTED"]


def test_the_dashboard_is_json_whose_widgets_do_not_overlap() -> None:
    widgets = json.loads(resources()["Dashboard"]["DashboardBody"])["widgets"]
    fields = [(each["x"] + x, each["y"] + y) for each in widgets for x in range(12) for y in range(each["height"])]
    assert len(fields) == len(set(fields))
    assert all(each["x"] + each["width"] <= 24 for each in widgets)
    assert {each["properties"]["region"] for each in widgets} == {"eu-west-1"}
    assert {"service-1", "targetgroup/tasks/1"} <= {
        part for each in widgets for metric in each["properties"]["metrics"] for part in metric
    }


def test_limits_leave_scaling_its_turn() -> None:
    assert inputs.CPU_TARGET.default is not None
    assert inputs.CPU_HIGH.default is not None
    assert max(int(inputs.CPU_TARGET.default), int(inputs.CPU_HIGH.default)) < watch.CPU_LIMIT


def behind_an_api() -> dict[str, dict[str, Any]]:
    template = observability.template(api="rest").to_dict()
    fed = GIVEN | {"ApiName": "shop", "ApiStage": "prod", "LoadBalancerFullName": "net/balancer/1"}
    known = {name: value for name, value in fed.items() if name in template["Parameters"]}
    graph = resolve(template, {}, known, region="eu-west-1", stack_name="shop-prod-Observability-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_behind_an_api_slow_is_what_its_callers_wait() -> None:
    metrics = {each["Id"]: each for each in behind_an_api()["SlowResponses"]["Metrics"]}
    slow = metrics["slow"]["MetricStat"]
    assert (slow["Metric"]["MetricName"], slow["Stat"]) == ("Latency", "p95")
    assert dimensions(slow["Metric"]) == {"ApiName": "shop", "Stage": "prod"}
    # The API tells milliseconds, the parameter seconds.
    assert "FILL(slow, 0) / 1000" in metrics["seconds"]["Expression"]


def test_behind_an_api_no_metric_is_an_application_load_balancers() -> None:
    found = behind_an_api()
    assert "AWS/ApplicationELB" not in json.dumps(found)
    assert {"ServiceIsUnwell", "LoadBalancerPortsUsedUp"} <= found.keys()
    assert "LoadBalancerErrors" not in found
    rule = found["ServiceIsUnwell"]["AlarmRule"]
    assert "SlowResponses" in rule and "LoadBalancerPortsUsedUp" in rule and "errors-1" in rule


def test_behind_an_api_the_dashboard_shows_the_api_and_every_target_group() -> None:
    widgets = json.loads(behind_an_api()["Dashboard"]["DashboardBody"])["widgets"]
    shown = {each["properties"]["title"]: each["properties"]["metrics"] for each in widgets}
    assert shown["Requests"] == [["AWS/ApiGateway", "Count", "ApiName", "shop", "Stage", "prod"]]
    ((search,),) = shown["Targets"]
    assert search["expression"].startswith("SEARCH('{AWS/NetworkELB,LoadBalancer,TargetGroup} LoadBalancer=")
    assert "net/balancer/1" in search["expression"]
