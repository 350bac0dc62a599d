"""The task: what runs with and without an image, with which rights, and where it logs to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested.parts import bootstrap, timing
from nested.parts.placing import Capacity
from stackwright.resolve.errors import ResolveError
from tests.support.services import REPOSITORY, deployed, properties

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:prod-4f2a9c1"


def definition(capacity: Capacity = "ec2", **given: Any) -> dict[str, Any]:
    return properties(deployed(capacity, **given), "TaskDefinition")


def container(**given: Any) -> dict[str, Any]:
    (found,) = definition(**given)["ContainerDefinitions"]
    result: dict[str, Any] = found
    return result


def statements(role: str, **given: str) -> list[dict[str, Any]]:
    policies = properties(deployed(**given), role).get("Policies", [])
    return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]


def test_without_an_image_the_bootstrap_container_stands_in() -> None:
    found = container(port=8080)
    assert found["Image"].startswith("public.ecr.aws/docker/library/python:3.13.")
    assert (found["EntryPoint"], found["Command"]) == (bootstrap.ENTRY_POINT, bootstrap.command([8080]))


def test_with_an_image_nothing_of_the_bootstrap_is_left() -> None:
    found = container(Image=IMAGE)
    assert found["Image"] == IMAGE
    assert not {"EntryPoint", "Command"} & set(found)


def test_the_bootstrap_container_passes_every_check_of_the_real_one() -> None:
    ours = {"Image", "EntryPoint", "Command"}
    assert {key: value for key, value in container().items() if key not in ours} == {
        key: value for key, value in container(Image=IMAGE).items() if key not in ours
    }


@pytest.mark.parametrize(("capacity", "compatibility"), [("ec2", "EC2"), ("fargate", "FARGATE")])
def test_the_definition_says_where_it_runs(capacity: Capacity, compatibility: str) -> None:
    found = definition(capacity, CpuArchitecture="ARM64", TaskCpu="512", TaskMemory="1024")
    assert (found["RequiresCompatibilities"], found["NetworkMode"]) == ([compatibility], "awsvpc")
    assert found["RuntimePlatform"] == {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"}
    assert (found["Cpu"], found["Memory"]) == ("512", "1024")


def test_revisions_that_a_deployment_can_go_back_to_stay_in_one_family() -> None:
    found = deployed().resources["TaskDefinition"]
    assert found.attributes["UpdateReplacePolicy"] == "Retain"
    assert found.properties["Family"] == "shop-prod-Service-1A2B"


def test_the_health_check_needs_no_curl_and_asks_the_port_and_path_of_the_build() -> None:
    check = container(port=8080, health_path="/ready")["HealthCheck"]
    assert check["Command"][:2] == ["CMD", "python"]
    assert "http://127.0.0.1:8080/ready" in check["Command"][-1]
    assert "curl" not in json.dumps(check)
    assert check["Interval"] == timing.CONTAINER_INTERVAL


@pytest.mark.parametrize("command", [["CMD", "/server", "--healthy"], ["CMD-SHELL", "wget -qO- localhost:3000/health"]])
def test_an_image_without_python_has_a_health_command_of_its_own(command: list[str]) -> None:
    own = container(health_command=command, Image=IMAGE)["HealthCheck"]
    assert own == container(Image=IMAGE)["HealthCheck"] | {"Command": command}
    assert container(health_command=command)["HealthCheck"] == container()["HealthCheck"]


def test_an_image_may_have_no_health_command_at_all() -> None:
    assert "HealthCheck" not in container(health_command=[], Image=IMAGE)
    assert container(health_command=[])["HealthCheck"] == container()["HealthCheck"]


@pytest.mark.parametrize("command", [["wget", "localhost"], ["CMD"], ["CMD-SHELL"]])
def test_a_health_command_that_ecs_would_not_understand_is_refused(command: list[str]) -> None:
    with pytest.raises(ValueError, match="begin with CMD or CMD-SHELL"):
        deployed(health_command=command)


def test_the_container_is_confined() -> None:
    found = container(Image=IMAGE)
    user, group = found["User"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert found["ReadonlyRootFilesystem"] is True
    assert found["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert [each["ContainerPath"] for each in found["LinuxParameters"]["Tmpfs"]] == ["/tmp"]
    assert "Privileged" not in found


def test_sigterm_reaches_the_application_with_time_to_end() -> None:
    found = container()
    assert found["LinuxParameters"]["InitProcessEnabled"] is True
    assert found["StopTimeout"] == timing.STOP_TIMEOUT


def test_the_application_learns_how_long_to_serve_on_and_when_it_is_killed() -> None:
    found = container()
    given = {each["Name"]: each["Value"] for each in found["Environment"]}
    assert int(given["DRAIN_TIME"]) == timing.DRAIN_TIME
    assert int(given["STOP_TIMEOUT"]) == found["StopTimeout"]


def test_ecs_exec_and_a_read_only_file_system_exclude_each_other() -> None:
    with pytest.raises(ResolveError, match="a session of ECS Exec writes into the container"):
        container(ExecuteCommand="on")
    assert container(ExecuteCommand="on", ReadOnlyRootFilesystem="off")["ReadonlyRootFilesystem"] is False


def test_a_file_system_that_can_be_written_to_opens_no_way_in() -> None:
    graph = deployed(ReadOnlyRootFilesystem="off")
    assert container(ReadOnlyRootFilesystem="off")["ReadonlyRootFilesystem"] is False
    assert properties(graph, "Service")["EnableExecuteCommand"] is False


def test_the_application_learns_its_port_and_how_long_to_keep_connections() -> None:
    given = {each["Name"]: each["Value"] for each in container(port=8080)["Environment"]}
    assert given["PORT"] == "8080"
    assert int(given["KEEP_ALIVE_TIMEOUT"]) > timing.IDLE_TIMEOUT
    assert container(port=8080)["PortMappings"] == [
        {"Name": "http", "ContainerPort": 8080, "Protocol": "tcp", "AppProtocol": "http"}
    ]


def test_logging_cannot_stall_the_application() -> None:
    options = container()["LogConfiguration"]["Options"]
    assert (options["mode"], options["max-buffer-size"]) == ("non-blocking", "25m")
    assert (options["awslogs-group"], options["awslogs-region"]) == ("${ApplicationLogs.Ref}", "eu-west-1")
    assert "awslogs-create-group" not in options


def test_logs_forget_and_outlive_their_stack() -> None:
    found = deployed(LogRetentionDays="7").resources["ApplicationLogs"]
    assert found.properties == {"RetentionInDays": "7"}
    assert found.attributes["DeletionPolicy"] == "RetainExceptOnCreate"


def test_ecs_may_pull_one_repository_and_write_one_log_group_for_a_task() -> None:
    token, layers, logs = statements("ExecutionRole")
    assert (token["Action"], token["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert layers["Resource"] == REPOSITORY
    assert (set(logs["Action"]), logs["Resource"]) == (
        {"logs:CreateLogStream", "logs:PutLogEvents"},
        "${ApplicationLogs.Arn}",
    )


def test_the_application_may_nothing_unless_a_session_needs_it() -> None:
    assert statements("TaskRole", ExecuteCommand="off") == []
    session, logs = statements("TaskRole", ExecuteCommand="on", ReadOnlyRootFilesystem="off")
    assert "ssmmessages:OpenDataChannel" in session["Action"]
    assert logs["Resource"] == "${ApplicationLogs.Arn}"


@pytest.mark.parametrize("role", ["ExecutionRole", "TaskRole"])
def test_roles_are_for_tasks_of_this_account_and_region(role: str) -> None:
    (statement,) = properties(deployed(), role)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:ecs:eu-west-1:123456789012:*"},
        "StringEquals": {"aws:SourceAccount": "123456789012"},
    }
