"""fargate-cdn as its environments deploy it, by either entrance: what its document asks for."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nested.parts.entrances import Entrance
from stackwright.compose import Blueprint
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from stackwright.verify.deployment import Deployment
from stackwright.verify.reach import DISTRIBUTION, ways
from stackwright.verify.rules import rules
from templates import fargate_cdn

ENVIRONMENTS = ("dev", "prod")
ENTRANCES: list[Entrance] = ["vpc-origin", "prefix-list"]
REGIONS = ("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1", "ap-southeast-2")
CERTIFICATES = {
    "AlternateDomainName": "app.example.com",
    "EdgeCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
}
# What somebody lives with on purpose, by either entrance: the last two while it has no certificates.
ACCEPTED = {"availability/survives-zone-loss", "security/modern-tls", "security/origins-are-encrypted"}


@cache
def composed(entrance: Entrance) -> Blueprint:
    return fargate_cdn.blueprint(entrance=entrance)


@cache
def given(environment: str) -> dict[str, Any]:
    file = Path(__file__).parents[2] / "params" / "fargate-cdn" / f"{environment}.json"
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def deployed(
    environment: str = "prod", entrance: Entrance = "vpc-origin", *, region: str = "us-east-1", **parameters: str
) -> Graph:
    values = given(environment)["Parameters"] | parameters
    values = {name: each for name, each in values.items() if name in composed(entrance).root["Parameters"]}
    made = composed(entrance)
    return resolve(made.root, made.nested, values, region=region, stack_name=f"fargate-cdn-{environment}")


def of_type(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [rendered(each.properties) for each in graph.resources.values() if each.type == f"AWS::{kind}"]


def test_latest_may_move_and_no_other_tag() -> None:
    (registry,) = of_type(deployed(), "ECR::Repository")
    assert registry["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    (moving,) = registry["ImageTagMutabilityExclusionFilters"]
    assert moving["ImageTagMutabilityExclusionFilterValue"] == "latest"


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_the_internet_gets_to_the_tasks_by_cloudfront_and_by_nothing_else(entrance: Entrance, region: str) -> None:
    graph = deployed(entrance=entrance, region=region)
    from_internet = [each for each in ways(graph) if each.source == "internet"]
    assert {graph.resources[each.hops[0].path].type for each in from_internet} == {DISTRIBUTION}
    others = {each.source for each in ways(graph)} - {"internet"}
    assert len(others) == (1 if entrance == "prefix-list" else 0)


def test_by_a_vpc_origin_a_request_gets_through_to_the_tasks() -> None:
    through = [str(each) for each in ways(deployed()) if each.target == "Service/Service"]
    assert through == [
        "internet -> Cdn/Distribution (tcp 443) -> Cdn/HttpOriginOne -> LoadBalancer/LoadBalancer (tcp 80) -> "
        "LoadBalancer/HttpListener (tcp 80) -> Service/TargetGroup -> Service/TaskSecurityGroup (tcp 3000) -> "
        "Service/Service (tcp 3000)"
    ]


def test_by_the_other_entrance_nobody_is_served_who_does_not_send_the_secret() -> None:
    graph = deployed(entrance="prefix-list")
    (rule,) = of_type(graph, "ElasticLoadBalancingV2::ListenerRule")
    _, header = rule["Conditions"]
    (distribution,) = of_type(graph, "CloudFront::Distribution")
    (sent,) = distribution["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"]
    assert header["Field"] == "http-header"
    assert header["HttpHeaderConfig"] == {"HttpHeaderName": sent["HeaderName"], "Values": [sent["HeaderValue"]]}
    assert "secretsmanager:${LoadBalancer/OriginSecret.Ref}" in sent["HeaderValue"]
    (listener,) = of_type(graph, "ElasticLoadBalancingV2::Listener")
    assert listener["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"] == "404"


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("parameters", [{}, CERTIFICATES], ids=["plain", "own-domain"])
def test_either_entrance_is_proven(entrance: Entrance, environment: str, parameters: dict[str, str]) -> None:
    made = composed(entrance)
    deployment = Deployment(deployed(environment, entrance, **parameters), made.root, made.nested, {"Project": "a"})
    found = {name for name, rule in rules().items() if rule.applies(deployment) and list(rule.check(deployment))}
    assert found <= (ACCEPTED if not parameters else {"availability/survives-zone-loss"})
    assert environment == "dev" or "availability/survives-zone-loss" not in found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_two_to_six_tasks_by_cpu_and_memory(environment: str) -> None:
    graph = deployed(environment)
    (target,) = of_type(graph, "ApplicationAutoScaling::ScalableTarget")
    assert (target["MinCapacity"], target["MaxCapacity"]) == ("2", "6")
    policies = [
        each["TargetTrackingScalingPolicyConfiguration"]
        for each in of_type(graph, "ApplicationAutoScaling::ScalingPolicy")
    ]
    assert {
        each["PredefinedMetricSpecification"]["PredefinedMetricType"]: each["TargetValue"] for each in policies
    } == {"ECSServiceAverageCPUUtilization": "70", "ECSServiceAverageMemoryUtilization": "80"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tasks_are_of_a_quarter_cpu_checked_confined_and_have_roles_of_their_own(environment: str) -> None:
    (definition,) = of_type(deployed(environment), "ECS::TaskDefinition")
    assert (definition["Cpu"], definition["Memory"]) == ("256", "512")
    assert definition["ExecutionRoleArn"] != definition["TaskRoleArn"]
    (container,) = definition["ContainerDefinitions"]
    assert container["HealthCheck"]["Command"][0] == "CMD"
    assert container["ReadonlyRootFilesystem"] is True
    assert int(container["User"].partition(":")[0]) > 0


def test_a_session_in_a_container_that_cannot_be_written_to_is_refused_at_the_root() -> None:
    with pytest.raises(ResolveError, match="a session of ECS Exec writes into the container"):
        deployed(ExecuteCommand="on")
    (definition,) = of_type(deployed(ExecuteCommand="on", ReadOnlyRootFilesystem="off"), "ECS::TaskDefinition")
    assert definition["ContainerDefinitions"][0]["ReadonlyRootFilesystem"] is False


def test_off_hours_are_a_matter_of_parameters() -> None:
    hours = {"OffHoursBegin": "cron(0 20 ? * MON-FRI *)", "OffHoursEnd": "cron(0 7 ? * MON-FRI *)"}
    (target,) = of_type(
        deployed("dev", OffHoursMinTasks="0", OffHoursMaxTasks="0", **hours), "ApplicationAutoScaling::ScalableTarget"
    )
    begin, end = (each["ScalableTargetAction"] for each in target["ScheduledActions"])
    assert (begin, end) == ({"MinCapacity": "0", "MaxCapacity": "0"}, {"MinCapacity": "2", "MaxCapacity": "6"})


@pytest.mark.parametrize(("environment", "count"), [("dev", 1), ("prod", 2)])
def test_nat_gateways_are_one_or_one_per_zone(environment: str, count: int) -> None:
    assert len(of_type(deployed(environment), "EC2::NatGateway")) == count


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_a_certificate_leaves_target_group_and_service_as_they_are(entrance: Entrance) -> None:
    plain, encrypted = deployed(entrance=entrance), deployed(entrance=entrance, **CERTIFICATES)
    assert plain.resources["Service/TargetGroup"] == encrypted.resources["Service/TargetGroup"]
    assert plain.resources["Service/Service"].properties == encrypted.resources["Service/Service"].properties


def test_the_distribution_comes_after_the_load_balancer_and_goes_before_it() -> None:
    graph = deployed()
    assert "LoadBalancer/LoadBalancer" in graph.resources["Cdn/HttpOriginOne"].depends_on
    assert "Cdn/HttpOriginOne" in graph.resources["Cdn/Distribution"].depends_on


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_stack_tags_name_project_environment_and_blueprint(environment: str) -> None:
    tags = given(environment)["Tags"]
    assert tags == {"Project": "high-availability-app", "Environment": environment, "Blueprint": "fargate-cdn"}
    assert given(environment)["Parameters"]["ProjectName"] == tags["Project"]


def test_no_parameter_file_names_an_image() -> None:
    assert not [each for each in ENVIRONMENTS if "Image" in given(each)["Parameters"]]
