"""Images that crash, take too much or never answer: what the terminal says, and that nothing is lost by them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.account_numbers import account_id
from support.accounts import Account, Project

from stackwright.emulator.server import LocalAws

STACK = "ec2-alb-dev"
DEPLOY = ("deploy", "ec2-alb", "dev", "--local", "--yes")
OCI = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class System:
    """`ec2-alb` of an account of its own, on a local AWS of this process."""

    project: Project
    local: LocalAws

    def push(self, repository: str, tag: str, **behaviour: str) -> str:
        """Put an image that behaves as annotated; return what `--image` takes."""
        ecr = self.project.account.client("ecr")
        told = {f"stackwright.local/{name.replace('_', '-')}": value for name, value in behaviour.items()}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": OCI, "annotations": {"tag": tag, **told}})
        ecr.put_image(repositoryName=repository, imageManifest=manifest, imageTag=tag)
        (found,) = ecr.describe_repositories(repositoryNames=[repository])["repositories"]
        return f"{found['repositoryUri']}:{tag}"

    def refused(self, image: str) -> list[str]:
        """Deploy an image that must fail; return the lines the terminal said."""
        return self.project.run(*DEPLOY, "--image", image, status=1).stderr.strip().splitlines()

    def running(self) -> tuple[int, set[str]]:
        """Return how many tasks run, and their images."""
        ecs = self.project.account.client("ecs")
        cluster = {each["OutputKey"]: each["OutputValue"] for each in self.stack()["Outputs"]}["ClusterName"]
        arns = ecs.list_tasks(cluster=cluster)["taskArns"]
        tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
        return len(tasks), {container["image"] for task in tasks for container in task["containers"]}

    def stack(self) -> dict[str, Any]:
        found: dict[str, Any] = self.project.account.client("cloudformation").describe_stacks(StackName=STACK)[
            "Stacks"
        ][0]
        return found


@pytest.fixture
def system(local: LocalAws, tmp_path: Path, make_project: Callable[[Path], Project]) -> Iterator[System]:
    folder = make_project(tmp_path).folder
    yield System(Project(folder, Account(account_id(), local.endpoint)), local)
    local.delays.clear()


LOG = [f"line {number}" for number in range(1, 13)] + ["KeyError: 'DATABASE_URL'"]


def test_an_image_that_crashes_is_told_with_its_exit_code_and_log_and_the_one_before_stays(system: System) -> None:
    system.project.run(*DEPLOY)
    (repository,) = system.project.account.client("ecr").describe_repositories()["repositories"]
    name = repository["repositoryName"]
    good = system.push(name, "dev-one")
    system.project.run(*DEPLOY, "--image", good)
    count, images = system.running()
    assert count > 0 and images == {good}

    lines = system.refused(system.push(name, "dev-crash", exit_code="1", log="\n".join(LOG)))
    assert lines[-3] == f"error: {STACK} ended in UPDATE_ROLLBACK_COMPLETE"
    assert lines[-2].startswith("Service/Service (ECS service): ") and "Circuit Breaker was triggered" in lines[-2]
    assert lines[-1].startswith("next: all is as it was before")
    assert "what ECS says of Service/Service:" in lines
    assert any(line.endswith(" stopped: Essential container in task exited") for line in lines)
    assert "    container app: exit code 1" in lines
    assert [line for line in lines if "log of app" in line] == [f"  log of app: {each}" for each in LOG[-10:]]
    assert system.running() == (count, images)

    lines = system.refused(system.push(name, "dev-sick", healthy="false"))
    assert any(line.endswith(" stopped: Task failed container health checks") for line in lines)

    lines = system.refused(system.push(name, "dev-silent", reachable="false"))
    assert any("Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:" in line for line in lines)
    assert any("is unhealthy in (target-group" in line for line in lines)

    lines = system.refused(system.push(name, "dev-hungry", memory="100000"))
    reason = "OutOfMemoryError: Container killed due to memory usage"
    assert f"    container app: exit code 137, {reason}" in lines

    mended = system.push(name, "dev-two")
    assert "UPDATE_COMPLETE" in system.project.run(*DEPLOY, "--image", mended).stderr
    assert system.running() == (count, {mended})


def test_a_first_deployment_that_crashes_is_told_so_and_made_again_with_a_good_image(system: System) -> None:
    system.project.account.client("ecr").create_repository(repositoryName="elsewhere")
    system.local.delays["AWS::ECS::Service"] = 2.0  # a service takes its time to go, and its log group waits for that
    lines = system.refused(system.push("elsewhere", "dev-crash", exit_code="1", log="\n".join(LOG)))
    system.local.delays.clear()
    assert lines[-3] == f"error: {STACK} ended in ROLLBACK_COMPLETE"
    assert lines[-2].startswith("Service/Service (ECS service): ")
    assert "    container app: exit code 1" in lines
    assert f"  log of app: {LOG[-1]}" in lines
    good = system.push("elsewhere", "dev-one")
    assert "deletes this first try" in lines[-1]
    assert "CREATE_COMPLETE" in system.project.run(*DEPLOY, "--image", good).stderr
    assert system.stack()["StackStatus"] == "CREATE_COMPLETE"
    assert system.running()[1] == {good}


def test_a_certificate_that_waits_for_its_zone_is_told_with_the_record(system: System) -> None:
    for bootstrap in ("account", "region"):
        system.project.run("deploy", bootstrap, "dev", "--local", "--yes")
    route53 = system.project.account.client("route53")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    tag = {"ResourceType": "hostedzone", "ResourceId": zone["Id"].rpartition("/")[2]}
    route53.change_tags_for_resource(**tag, AddTags=[{"Key": "stackwright:delegated", "Value": "false"}])
    lines = system.project.run(*DEPLOY, "--waive", "zone-delegated", status=1).stderr.strip().splitlines()
    assert lines[-3] == f"error: {STACK} ended in ROLLBACK_COMPLETE"
    assert lines[-2].startswith("Certificate (nested stack): Stack creation time exceeded the specified timeout; ")
    assert "Certificate/Certificate was waiting: Content of DNS Record is: {Name: _" in lines[-2]
    route53.change_tags_for_resource(**tag, RemoveTagKeys=["stackwright:delegated"])
    assert "CREATE_COMPLETE" in system.project.run(*DEPLOY).stderr
