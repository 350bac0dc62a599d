"""The service of two ports: one task, two target groups, and what a deployment of it rolls back on."""

from __future__ import annotations

from typing import Any

import pytest

from nested import service_nlb
from nested.parts import bootstrap, endpoints, timing
from nested.parts.endpoints import BACKEND, FRONTEND, Endpoint
from nested.parts.placing import Capacity
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from tests.support.services import FED, ON_EC2

GIVEN = {
    "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/lb/1",
    "LoadBalancerFullName": "net/lb/1",
    "ApiName": "shop-api",
    "ApiStage": "prod",
}
NOT_OF_ALB = ("ListenerArn", "ListenerRulePriority")


def resources(capacity: Capacity = "ec2", **parameters: str) -> dict[str, dict[str, Any]]:
    fed = {key: value for key, value in FED.items() if key not in NOT_OF_ALB} | GIVEN
    fed |= ON_EC2 if capacity == "ec2" else {}
    template = service_nlb.template(capacity=capacity).to_dict()
    graph = resolve(template, {}, fed | parameters, region="eu-west-1", stack_name="shop-prod-Service-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_one_task_listens_on_both_ports_and_is_told_of_them() -> None:
    (container,) = resources()["TaskDefinition"]["ContainerDefinitions"]
    assert [(each["Name"], each["ContainerPort"]) for each in container["PortMappings"]] == [
        ("frontend", 8080),
        ("backend", 8000),
    ]
    given = {each["Name"]: each["Value"] for each in container["Environment"]}
    assert (given["PORT"], given["BACKEND_PORT"]) == ("8080", "8000")


def test_the_service_is_behind_both_target_groups() -> None:
    assert [(each["ContainerPort"], each["TargetGroupArn"]) for each in resources()["Service"]["LoadBalancers"]] == [
        (8080, "${FrontendTargetGroup.Ref}"),
        (8000, "${BackendTargetGroup.Ref}"),
    ]


@pytest.mark.parametrize(
    ("name", "listens", "port", "path"), [("Frontend", 80, 8080, "/"), ("Backend", 8000, 8000, "/status")]
)
def test_each_endpoint_has_its_listener_and_its_checks(name: str, listens: int, port: int, path: str) -> None:
    found = resources()
    listener, group = found[f"{name}Listener"], found[f"{name}TargetGroup"]
    assert (listener["Protocol"], listener["Port"]) == ("TCP", listens)
    assert listener["DefaultActions"] == [{"Type": "forward", "TargetGroupArn": f"${{{name}TargetGroup.Ref}}"}]
    assert (group["TargetType"], group["Protocol"], group["Port"]) == ("ip", "TCP", port)
    assert (group["HealthCheckProtocol"], group["HealthCheckPath"]) == ("HTTP", path)
    counts = (group["HealthyThresholdCount"], group["UnhealthyThresholdCount"])
    assert (group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"], *counts) == (30, 5, 2, 2)


@pytest.mark.parametrize("name", ["Frontend", "Backend"])
def test_nothing_of_a_target_group_stands_in_the_way_of_a_zonal_shift(name: str) -> None:
    attributes = {each["Key"]: each["Value"] for each in resources()[f"{name}TargetGroup"]["TargetGroupAttributes"]}
    assert attributes["target_health_state.unhealthy.connection_termination.enabled"] == "false"


@pytest.mark.parametrize("name", ["Frontend", "Backend"])
def test_target_groups_follow_no_parameter_but_the_vpc(name: str) -> None:
    body = service_nlb.template().to_dict()["Resources"][f"{name}TargetGroup"]["Properties"]
    assert {key for key, value in body.items() if "Ref" in str(value)} == {"VpcId"}


def test_tasks_see_the_load_balancer_and_admit_its_group_at_each_port_and_nothing_else() -> None:
    found = resources()
    for each in (FRONTEND, BACKEND):
        attributes = {one["Key"]: one["Value"] for one in found[f"{each.name}TargetGroup"]["TargetGroupAttributes"]}
        assert attributes["preserve_client_ip.enabled"] == "false"
        inward, outward = found[f"{each.name}FromLoadBalancer"], found[f"{each.name}ToTasks"]
        assert (inward["GroupId"], inward["SourceSecurityGroupId"]) == ("${TaskSecurityGroup.GroupId}", "sg-0a1b2c3d")
        assert (outward["GroupId"], outward["DestinationSecurityGroupId"]) == (
            "sg-0a1b2c3d",
            "${TaskSecurityGroup.GroupId}",
        )
        assert {(rule["FromPort"], rule["ToPort"]) for rule in (inward, outward)} == {(each.port, each.port)}
    assert "SecurityGroupIngress" not in found["TaskSecurityGroup"]


def test_the_service_waits_for_listeners_and_both_ways_through_the_groups() -> None:
    body = service_nlb.template().to_dict()["Resources"]
    waits = set(body["Service"]["DependsOn"])
    assert waits == {
        f"{name}{what}" for name in ("Frontend", "Backend") for what in ("Listener", "FromLoadBalancer", "ToTasks")
    }
    assert waits <= body.keys()


def test_a_sound_start_is_in_service_before_the_grace_is_over() -> None:
    assert resources()["Service"]["HealthCheckGracePeriodSeconds"] == endpoints.GRACE
    assert endpoints.GRACE >= timing.CONTAINER_START + endpoints.HEALTHY_COUNT * endpoints.INTERVAL
    assert endpoints.UNHEALTHY_COUNT * endpoints.INTERVAL < timing.ALARM_PERIOD * timing.ALARM_PERIODS


def test_a_deployment_rolls_back_on_unhealthy_targets_of_either_endpoint_and_on_the_apis_errors() -> None:
    found = resources()
    assert found["Service"]["DeploymentConfiguration"]["Alarms"]["AlarmNames"] == [
        "${UnhealthyHosts.Ref}",
        "${ServerErrors.Ref}",
    ]
    metrics = {each["Id"]: each for each in found["UnhealthyHosts"]["Metrics"]}
    assert metrics["unhealthy"]["Expression"] == "FILL(unhealthyOfFrontend, 0) + FILL(unhealthyOfBackend, 0)"
    groups = [_by(metrics[f"unhealthyOf{name}"])["TargetGroup"] for name in ("Frontend", "Backend")]
    assert groups == ["${FrontendTargetGroup.TargetGroupFullName}", "${BackendTargetGroup.TargetGroupFullName}"]
    errors = {each["Id"]: each for each in found["ServerErrors"]["Metrics"]}
    assert errors["errors"]["MetricStat"]["Metric"]["MetricName"] == "5XXError"
    assert _by(errors["errors"]) == {"ApiName": "shop-api", "Stage": "prod"}
    assert all(found[each]["TreatMissingData"] == "notBreaching" for each in ("UnhealthyHosts", "ServerErrors"))


def _by(query: dict[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"]}


def test_an_http_api_counts_by_its_id_and_in_its_own_words() -> None:
    template = service_nlb.template(api="http")
    assert "ApiId" in template.parameters
    assert "ApiName" not in template.parameters
    assert '"MetricName": "5xx"' in template.to_json()


def test_no_more_tasks_than_desired_means_no_rebalancing() -> None:
    assert resources(MaximumPercent="100")["Service"]["AvailabilityZoneRebalancing"] == "DISABLED"


def test_it_runs_on_fargate_too() -> None:
    assert resources("fargate")["TaskDefinition"]["RequiresCompatibilities"] == ["FARGATE"]


def test_the_bootstrap_container_listens_on_whatever_ports_the_endpoints_have() -> None:
    many = (Endpoint("Web", 80, 3000, "/", "WEB_PORT"), Endpoint("Admin", 81, 3001, "/up", "ADMIN_PORT"))
    body = service_nlb.template(endpoints=many).to_dict()["Resources"]["TaskDefinition"]["Properties"]
    (container,) = body["ContainerDefinitions"]
    assert container["Command"]["Fn::If"][:2] == ["NoImage", bootstrap.command([3000, 3001])]


def test_a_port_that_only_root_may_listen_on_is_refused() -> None:
    with pytest.raises(ValueError, match="port 80: the container's user is not root"):
        service_nlb.template(endpoints=(Endpoint("Web", 80, 80, "/", "PORT"),))
