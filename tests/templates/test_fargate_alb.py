"""fargate-alb as its environments deploy it: what its document asks for, and what a parameter changes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.guarantees import findings, seeded

from stackwright.compose import Blueprint
from stackwright.ecs.fargate import has_size
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import fargate_alb

ENVIRONMENTS = ("dev", "prod")
REGIONS = ("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1", "ap-southeast-2")
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"


@cache
def composed() -> Blueprint:
    return fargate_alb.blueprint()


@cache
def given(environment: str) -> dict[str, Any]:
    file = Path(__file__).parents[2] / "params" / "fargate-alb" / f"{environment}.json"
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def deployed(environment: str, region: str = "us-east-1", **parameters: str) -> Graph:
    values = given(environment)["Parameters"] | parameters
    name = f"fargate-alb-{environment}"
    return resolve(composed().root, composed().nested, values, region=region, stack_name=name)


def of_type(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [rendered(each.properties) for each in graph.resources.values() if each.type == f"AWS::{kind}"]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_public_and_a_private_subnet_in_each_of_two_zones(environment: str, region: str) -> None:
    subnets = of_type(deployed(environment, region), "EC2::Subnet")
    assert len(subnets) == 4
    assert len({each["AvailabilityZone"] for each in subnets}) == 2


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tasks_are_of_a_quarter_cpu_in_private_subnets(environment: str) -> None:
    graph = deployed(environment)
    (definition,) = of_type(graph, "ECS::TaskDefinition")
    assert (definition["Cpu"], definition["Memory"]) == ("256", "512")
    assert has_size(int(definition["Cpu"]), int(definition["Memory"]))
    assert definition["RequiresCompatibilities"] == ["FARGATE"]
    (service,) = of_type(graph, "ECS::Service")
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["Subnets"] == ["${Vpc/PrivateSubnetOne.Ref}", "${Vpc/PrivateSubnetTwo.Ref}"]
    assert network["AssignPublicIp"] == "DISABLED"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_health_is_asked_for_every_thirty_seconds(environment: str) -> None:
    groups = of_type(deployed(environment), "ElasticLoadBalancingV2::TargetGroup")
    assert [(each["HealthCheckPath"], each["HealthCheckIntervalSeconds"]) for each in groups] == [("/health", 30)] * 2


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_two_to_eight_tasks_by_an_alarm_at_each_end(environment: str) -> None:
    graph = deployed(environment)
    (target,) = of_type(graph, "ApplicationAutoScaling::ScalableTarget")
    assert (target["MinCapacity"], target["MaxCapacity"]) == ("2", "8")
    scaling = [each for path, each in graph.resources.items() if path.startswith("Scaling/")]
    alarms = [rendered(each.properties) for each in scaling if each.type == "AWS::CloudWatch::Alarm"]
    assert sorted((each["Threshold"], *each["AlarmActions"]) for each in alarms) == [
        ("10", "${Scaling/RemoveTask.Ref}"),
        ("80", "${Scaling/AddTask.Ref}"),
    ]


def test_in_prod_no_task_can_be_interrupted_and_in_dev_one_cannot() -> None:
    strategies = {}
    for environment in ENVIRONMENTS:
        (service,) = of_type(deployed(environment), "ECS::Service")
        strategies[environment] = {
            each["CapacityProvider"]: (each.get("Base"), each["Weight"]) for each in service["CapacityProviderStrategy"]
        }
    assert strategies["prod"]["FARGATE_SPOT"] == (None, "0")
    assert strategies["dev"] == {"FARGATE": ("1", "0"), "FARGATE_SPOT": (None, "1")}


@pytest.mark.parametrize(("environment", "count"), [("dev", 1), ("prod", 2)])
def test_nat_gateways_are_one_or_one_per_zone(environment: str, count: int) -> None:
    assert len(of_type(deployed(environment), "EC2::NatGateway")) == count


def test_no_instance_is_ever_launched() -> None:
    for kind in ("AutoScaling::AutoScalingGroup", "ECS::CapacityProvider", "EC2::LaunchTemplate"):
        assert of_type(deployed("prod"), kind) == []


def test_it_serves_in_the_clear_until_it_has_a_certificate() -> None:
    (listener,) = of_type(deployed("prod"), "ElasticLoadBalancingV2::Listener")
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    graph = deployed("prod", CertificateArn=CERTIFICATE)
    protocols = {each["Protocol"]: each for each in of_type(graph, "ElasticLoadBalancingV2::Listener")}
    assert protocols["HTTPS"]["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert [each["Type"] for each in protocols["HTTP"]["DefaultActions"]] == ["redirect"]


@pytest.mark.parametrize(("certificate", "listener"), [("", "HttpListener"), (CERTIFICATE, "HttpsListener")])
def test_the_services_rule_hangs_on_the_listener_that_serves(certificate: str, listener: str) -> None:
    (rule,) = of_type(deployed("prod", CertificateArn=certificate), "ElasticLoadBalancingV2::ListenerRule")
    assert rule["ListenerArn"] == f"${{LoadBalancer/{listener}.Ref}}"


def test_a_certificate_leaves_the_target_group_as_it_is() -> None:
    plain, encrypted = (deployed("prod", CertificateArn=each) for each in ("", CERTIFICATE))
    assert plain.resources["Service/TargetGroup"] == encrypted.resources["Service/TargetGroup"]
    assert plain.resources["Service/Service"].properties == encrypted.resources["Service/Service"].properties


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"TaskMemory": "768"}, "512, 1024 or 2048 MiB"),
        ({"FargateWeight": "0", "FargateSpotWeight": "0"}, "or no task has a place"),
    ],
)
def test_what_fargate_has_not_is_refused_at_the_root(parameters: dict[str, str], told: str) -> None:
    with pytest.raises(ResolveError, match=told):
        deployed("prod", **parameters)
    assert not any("Rules" in each for each in composed().nested.values())


def test_the_weights_are_ruled_on_once() -> None:
    assert [name for name in composed().root["Rules"] if name.endswith("SomeCapacityHasWeight")] == [
        "ClusterSomeCapacityHasWeight"
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_it_reads_nothing_from_outside_until_an_environment_says_where(environment: str) -> None:
    def read(**parameters: str) -> list[str]:
        (definition,) = of_type(deployed(environment, **parameters), "ECS::TaskDefinition")
        return [each["Name"] for each in definition["ContainerDefinitions"][0].get("Secrets", [])]

    assert read() == []
    assert read(SecretId="shop/prod-a1B2c3", ParameterPath="/shop/prod") == ["DATABASE_URL", "LOG_LEVEL"]


def test_what_it_reads_from_outside_breaks_no_promise() -> None:
    given = {"SecretId": "shop/prod-a1B2c3", "ParameterPath": "/shop/prod", "KmsKeyId": f"mrk-{'0' * 32}"}
    deployment = seeded(blueprint="fargate-alb", **given)
    for name in ("actions-exist-and-fit", "actions-are-scoped", "secrets-by-reference", "roles-are-separate"):
        assert findings(f"security/{name}", deployment) == [], name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_stack_tags_name_project_environment_and_blueprint(environment: str) -> None:
    tags = given(environment)["Tags"]
    assert tags == {"Project": "high-availability-app", "Environment": environment, "Blueprint": "fargate-alb"}
    assert given(environment)["Parameters"]["ProjectName"] == tags["Project"]


def test_no_parameter_file_names_an_image() -> None:
    assert not [each for each in ENVIRONMENTS if "Image" in given(each)["Parameters"]]
    assert composed().root["Parameters"]["Image"]["Default"] == ""


def test_ranges_of_all_environments_are_apart() -> None:
    files = (Path(__file__).parents[2] / "params").glob("*/*.json")
    contents = [json.loads(file.read_text())["Parameters"] for file in files if file.stem in ENVIRONMENTS]
    ranges = [each["VpcCidr"] for each in contents if "VpcCidr" in each]
    assert len(set(ranges)) == len(ranges) >= 6
