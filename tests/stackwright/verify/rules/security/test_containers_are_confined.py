from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/containers-are-confined"
DROPS = {"LinuxParameters": {"Capabilities": {"Drop": ["ALL"]}}}
CONFINED = {"Name": "app", "User": "10001", "ReadonlyRootFilesystem": "true", **DROPS}


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("own_image", [True, False])
def test_ours_are_confined(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"User": "0:0"}, "app.User: it runs as root"),
        ({"User": "root"}, "app.User: it runs as root"),
        ({"User": None}, "app.User: it runs as whom the image names"),
        ({"ReadonlyRootFilesystem": False}, "app.ReadonlyRootFilesystem: "),
        ({"ReadonlyRootFilesystem": None}, "app.ReadonlyRootFilesystem: "),
        ({"Privileged": True}, "app.Privileged: "),
        ({"LinuxParameters": {}}, "app.LinuxParameters.Capabilities.Drop: "),
        (
            {"LinuxParameters": {"Capabilities": {"Drop": ["ALL"], "Add": ["SYS_ADMIN"]}}},
            "app.LinuxParameters.Capabilities.Add: it can leave the container",
        ),
    ],
)
def test_a_container_that_may_more_is_found(change: dict[str, Any], place: str) -> None:
    def seed(stacks: STACKS) -> None:
        container = resource(stacks, "Service/TaskDefinition")["Properties"]["ContainerDefinitions"][0]
        container.update(change)
        for name in [name for name, value in change.items() if value is None]:
            del container[name]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"Service/TaskDefinition {place}")


@pytest.mark.parametrize("name", ["PidMode", "IpcMode", "NetworkMode"])
def test_what_a_task_shares_with_its_instance_is_found(name: str) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/TaskDefinition")["Properties"][name] = "host"

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"Service/TaskDefinition {name}: ")


def test_a_way_in_is_found() -> None:
    found = told(RULE, seeded(ExecuteCommand="on", ReadOnlyRootFilesystem="off"))
    assert [line.partition(": ")[0] for line in found] == [
        "Service/TaskDefinition app.ReadonlyRootFilesystem",
        "Service/Service EnableExecuteCommand",
    ]


def _task(*containers: Any, **properties: Any) -> Deployment:
    task = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": list(containers), **properties}}
    return alone({"Task": task, "Other": {"Type": "Custom::Data"}})


@pytest.mark.parametrize(("source", "found"), [("/var/run/docker.sock", 1), ("/", 1), ("/etc/", 1), ("/data", 0)])
def test_the_instances_own_folders_are_found(source: str, found: int) -> None:
    volumes = [{"Name": "a", "Host": {"SourcePath": source}}, {"Name": "b"}]
    assert len(told(RULE, _task(CONFINED, Volumes=volumes))) == found


@pytest.mark.parametrize(("privileged", "found"), [("true", 1), ("false", 0), (None, 0)])
def test_a_privileged_build_is_found(privileged: str | None, found: int) -> None:
    environment = {"PrivilegedMode": privileged} if privileged else {}
    project = {"Type": "AWS::CodeBuild::Project", "Properties": {"Environment": environment}}
    assert len(told(RULE, alone({"Build": project}))) == found


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


def test_what_has_to_be_so_or_is_not_known_is_no_finding() -> None:
    collector = {"Name": "logs", "User": "0", "ReadonlyRootFilesystem": True, "FirelensConfiguration": {"Type": "a"}}
    assert findings(RULE, _task(CONFINED, collector)) == []
    assert (
        findings(RULE, _task({"Name": "app"}, RuntimePlatform={"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}))
        == []
    )
    unknown = {"User": UNKNOWN, "ReadonlyRootFilesystem": UNKNOWN, "LinuxParameters": UNKNOWN, "Privileged": UNKNOWN}
    assert findings(RULE, _task(unknown, UNKNOWN, "odd", PidMode=UNKNOWN, Volumes=[UNKNOWN])) == []
    added = {"LinuxParameters": {"Capabilities": {"Drop": [UNKNOWN], "Add": ["NET_BIND_SERVICE"]}}}
    assert findings(RULE, _task({**CONFINED, **added}, PidMode="task", NetworkMode="bridge")) == []
