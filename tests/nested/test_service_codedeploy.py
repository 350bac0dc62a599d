"""The service that CodeDeploy deploys: frozen once it is there, with a live revision beside it that follows all."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from functools import cache
from pathlib import Path
from ssl import _create_unverified_context as unverified
from typing import Any

import pytest

from nested import service_codedeploy
from nested.parts import frozen
from stackwright.ecs.appspec import parse
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GOLDEN = Path(__file__).parent / "golden"
FIXED = (frozen.TITLE, "Service", "ListenerRule", "TestListenerRule", "TargetGroup", "AlternateTargetGroup")
GIVEN = {
    "ProjectName": "shop",
    "EnvironmentName": "dev",
    "AppName": "shop",
    "AppVersion": "1.0.0",
    "VpcId": "vpc-0a1b2c3d4e5f60718",
    "PrivateSubnetIds": "subnet-0a1b2c3d4e5f60721,subnet-0a1b2c3d4e5f60722",
    "ClusterName": "cluster",
    "RepositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/app",
    "ListenerArn": "arn:listener",
    "TestListenerArn": "arn:test",
    "LoadBalancerSecurityGroupId": "sg-0a1b2c3d4e5f60731",
    "LoadBalancerFullName": "app/alb/1",
    "ListenerRulePriority": "10",
    "FargateBase": "1",
    "FargateWeight": "0",
    "FargateSpotWeight": "1",
}
# Everything of the system that a person may change on a day after the first.
CHANGED = {
    "ProjectName": "other",
    "EnvironmentName": "prod",
    "AppName": "other",
    "AppVersion": "2.0.0",
    "Image": "registry/app:2",
    "TaskCpu": "1024",
    "TaskMemory": "2048",
    "CpuArchitecture": "ARM64",
    "ReadOnlyRootFilesystem": "off",
    "LogRetentionDays": "7",
    "EphemeralStorage": "40",
    "FargateBase": "4",
    "FargateWeight": "9",
    "FargateSpotWeight": "2",
}


@cache
def template(protocol: str = "HTTP") -> dict[str, Any]:
    made: dict[str, Any] = service_codedeploy.template(protocol=protocol).to_dict()
    return json.loads(json.dumps(made))


def deployed(**parameters: str) -> Graph:
    return resolve(template(), {}, GIVEN | parameters, region="us-east-1", stack_name="s")


def properties(graph: Graph, title: str) -> Any:
    return rendered(graph.resources[title].properties)


@pytest.mark.parametrize("protocol", ["HTTP", "HTTPS"])
def test_what_is_fixed_is_the_same_to_the_byte_from_release_to_release(protocol: str) -> None:
    """Do not write this file anew: services that are there would fail their next update, and listeners move."""
    resources = template(protocol)["Resources"]
    text = json.dumps({title: resources[title] for title in FIXED}, indent=2, sort_keys=True) + "\n"
    assert (GOLDEN / f"service_codedeploy_{protocol.lower()}.json").read_text() == text


def test_no_later_change_reaches_what_is_fixed() -> None:
    before, after = deployed(), deployed(**CHANGED)
    for title in FIXED:
        assert properties(before, title) == properties(after, title), title


def test_every_parameter_is_fixed_or_among_those_changes() -> None:
    once = {"VpcId", "PrivateSubnetIds", "AssignPublicIp", "Image"}
    fed = {"ClusterName", "RepositoryArn", "ListenerArn", "TestListenerArn", "ListenerRulePriority"}
    fed |= {"LoadBalancerSecurityGroupId", "LoadBalancerFullName"}
    assert template()["Parameters"].keys() == CHANGED.keys() | once | fed


def test_the_live_revision_follows_them() -> None:
    live = properties(deployed(**CHANGED), "TaskDefinition")
    (container,) = live["ContainerDefinitions"]
    told = {each["Name"]: each["Value"] for each in container["Environment"]}
    assert (live["Cpu"], live["Memory"], container["Image"]) == ("1024", "2048", "registry/app:2")
    assert (told["VERSION"], told["ENVIRONMENT"], told["PORT"]) == ("2.0.0", "prod", "8080")
    assert {each["Key"]: each["Value"] for each in live["Tags"]} == {
        "Project": "other",
        "Environment": "prod",
        "Application": "other",
    }


@pytest.mark.parametrize(("public", "assigned"), [("on", "ENABLED"), ("off", "DISABLED")])
def test_the_appspec_deploys_the_live_revision_where_the_service_is(public: str, assigned: str) -> None:
    graph = deployed(AssignPublicIp=public)
    spec = parse(str(rendered(graph.outputs["AppSpec"])))
    assert spec.task_definition == "${TaskDefinition.Ref}"
    assert (spec.container, spec.port, spec.platform_version) == ("app", 8080, "1.4.0")
    service = properties(graph, "Service")
    assert spec.network == service["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert spec.network["AssignPublicIp"] == assigned
    assert spec.strategy == (
        {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 0},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 1},
    )


def test_an_application_load_balancer_speaks_no_tcp_to_its_targets() -> None:
    with pytest.raises(ValueError, match="speaks HTTP or HTTPS"):
        service_codedeploy.template(protocol="TCP")
    with pytest.raises(ValueError, match="not root"):
        service_codedeploy.template(port=80)


def test_target_groups_speak_the_protocol_of_the_build() -> None:
    for title in ("TargetGroup", "AlternateTargetGroup"):
        found = template("HTTPS")["Resources"][title]["Properties"]
        assert (found["Protocol"], found["HealthCheckProtocol"]) == ("HTTPS", "HTTPS")
    (container,) = template("HTTPS")["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert "https://127.0.0.1:8080/health" in str(container["HealthCheck"])


@pytest.mark.parametrize("protocol", ["HTTP", "HTTPS"])
def test_the_bootstrap_container_answers(protocol: str, tmp_path: Path) -> None:
    code = frozen.server(protocol).replace("/tmp/", f"{tmp_path}/")
    code = code.replace("server.serve_forever()", "print(server.server_address[1], flush=True)\nserver.serve_forever()")
    with subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", code],
        env={"PORT": "0", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdout
        port = running.stdout.readline().strip()
        with urllib.request.urlopen(
            f"{protocol.lower()}://127.0.0.1:{port}/health", timeout=10, context=unverified()
        ) as answer:
            assert (answer.status, answer.read()) == (200, b"No version is released yet.\n")
        running.terminate()
        assert running.wait(timeout=10) == 0
