"""What is rendered deploys without us: every system in both environments, by versions 1 and 2 of the stock AWS CLI; and
every value of it reaches the services."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support import existing_network
from support.account_numbers import account_id
from support.accounts import REGION, Account, Project
from support.sent import observed

from stackwright.emulator.server import LocalAws

LIFTED = {"DeletionProtection": "off", "ScaleInProtection": "off"}  # in prod these stop a deletion
NESTED = "AWS::CloudFormation::Stack"

REDEPLOYED = {"fargate-alb", "fargate-cdn"}  # these have a log group of rotations, with the same retention

# Blueprint, environment, version of the CLI, and whether the stack lives its whole life or is only made and deleted.
CASES = [
    ("ec2-alb", "dev", "1", "life"),
    ("ec2-alb", "prod", "2", "life"),
    ("fargate-alb", "dev", "2", "creation"),
    ("fargate-alb", "prod", "1", "life"),
    ("fargate-cdn", "dev", "2", "life"),
    ("fargate-cdn", "prod", "1", "creation"),
    ("ec2-api", "dev", "1", "life"),
    ("ec2-api", "prod", "2", "creation"),
    ("fargate-bluegreen", "dev", "1", "creation"),
    ("fargate-bluegreen", "prod", "2", "life"),
]
# What the versions do differently does not depend on the blueprint.
EACH_VERSION, VERSION_2 = CASES[:2], CASES[1:2]
# Blueprints of one template, with the file that each has for prod or for a system.
FLAT = [("edge", "prod"), ("pipeline", "ec2-alb")]


@dataclass(frozen=True)
class Cli:
    """One AWS CLI, pointed at one account of the local AWS."""

    program: Path
    account: Account
    models: Path

    def run(self, *arguments: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            [self.program, "--endpoint-url", self.account.endpoint, *arguments],
            cwd=folder,
            env=self.account.environment | {"AWS_DATA_PATH": str(self.models), "AWS_PAGER": ""},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@dataclass(frozen=True)
class Shop:
    """An environment published to an account of its own, and the command that was printed for it."""

    blueprint: str
    environment: str
    project: Project
    cli: Cli
    printed: list[str]
    lives: bool
    aws: LocalAws

    @property
    def stack(self) -> str:
        return f"{self.blueprint}-{self.environment}"

    @property
    def template(self) -> str:
        return f"build/{self.blueprint}/packaged.json"


def _programs() -> Iterator[Path]:
    beside_python = str(Path(sys.executable).parent)
    for folder in [beside_python, *os.environ["PATH"].split(os.pathsep)]:
        if (Path(folder) / "aws").is_file():
            yield Path(folder) / "aws"


def _program(version: str) -> Path:
    for program in _programs():
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
        if f"{said.stdout}{said.stderr}".startswith(f"aws-cli/{version}."):
            return program
    pytest.skip(f"no AWS CLI of version {version} on the PATH; Debian's package awscli is version 2")


def _point_s3_at(endpoint: str, models: Path) -> None:
    """Write endpoint rules for S3 that know one endpoint.

    Up to 2.12 version 2 knows no AWS_ENDPOINT_URL, and its `package` gives --endpoint-url to no client of its own.
    """
    variable = {"ref": "Bucket"}
    to_bucket = {
        "conditions": [{"fn": "isSet", "argv": [variable]}],
        "endpoint": {"url": f"{endpoint}/{{Bucket}}", "properties": {}, "headers": {}},
        "type": "endpoint",
    }
    to_service = {
        "conditions": [],
        "endpoint": {"url": endpoint, "properties": {}, "headers": {}},
        "type": "endpoint",
    }
    parameters = {"Bucket": {"required": False, "documentation": "", "type": "String"}}
    rules = {"version": "1.0", "parameters": parameters, "rules": [to_bucket, to_service]}
    file = models / "s3" / "2006-03-01" / "endpoint-rule-set-1.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(rules))


@pytest.fixture(scope="module", params=CASES, ids=" ".join)
def shop(
    request: pytest.FixtureRequest,
    copied: Callable[[Path, Account], Project],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    blueprint, environment, version, extent = request.param
    program = _program(version)
    folder = tmp_path_factory.mktemp(environment)
    with LocalAws() as aws:
        project = copied(folder, Account(account_id(), aws.endpoint))
        yield _published(project, aws, program, blueprint, environment, extent)


def _published(project: Project, aws: LocalAws, program: Path, blueprint: str, environment: str, extent: str) -> Shop:
    folder = project.folder
    _point_s3_at(project.account.endpoint, folder / "models")
    if blueprint == existing_network.BLUEPRINT:
        existing_network.given(project, environment)
    project.run("deploy", "account", environment, "--local", "--yes")
    project.run("build", blueprint)
    said = project.run("publish", blueprint, environment, "--local").stdout
    (printed,) = [line for line in said.splitlines() if line.startswith("aws cloudformation deploy ")]
    cli = Cli(program, project.account, folder / "models")
    return Shop(blueprint, environment, project, cli, shlex.split(printed)[1:], extent == "life", aws)


# The first tests of a case are one story, in the order in which they stand.


def test_published_root_deploys_by_the_printed_command(shop: Shop) -> None:
    _created(shop, shop.stack, shop.template)


def test_every_value_reached_the_service(shop: Shop) -> None:
    for blueprint in ("account", "region", shop.blueprint):
        one = observed(shop.aws, shop.project, blueprint, shop.environment)
        assert {each.path for each in one.own} == one.calls.keys(), "nothing more is made, and nothing less"
        assert (one.silent, one.lost) == (set(), {})


def test_it_changes_and_goes(shop: Shop) -> None:
    if shop.lives:
        _changed(shop, shop.stack, shop.template)
    _deleted(shop, shop.stack, shop.template)


@pytest.mark.parametrize("shop", EACH_VERSION, ids=" ".join, indirect=True)
def test_unpublished_root_is_packaged_and_deployed(shop: Shop) -> None:
    found = shop.project.account.client("ssm").get_parameter(Name="/stackwright/artifact-bucket")
    bucket = found["Parameter"]["Value"]
    packaged = shop.project.folder / "packaged-by-the-cli.json"
    shop.cli.run(
        *("cloudformation", "package", "--template-file", f"build/{shop.blueprint}/root.json", "--use-json"),
        *("--s3-bucket", bucket, "--output-template-file", str(packaged), "--region", REGION),
        folder=shop.project.folder,
    )
    assert "nested/" not in packaged.read_text()
    by_bucket = replace(shop, printed=[*shop.printed, "--s3-bucket", bucket])  # indented, it is too large for a text
    stack = f"{shop.blueprint}-{shop.environment}-packaged"
    _created(by_bucket, stack, str(packaged))
    _deleted(by_bucket, stack, str(packaged))


@pytest.mark.parametrize(("blueprint", "file"), FLAT, ids=["edge", "pipeline"])
@pytest.mark.parametrize("shop", VERSION_2, ids=" ".join, indirect=True)
def test_what_is_flat_deploys_with_its_parameter_file_as_it_is(shop: Shop, blueprint: str, file: str) -> None:
    shop.project.run("build", blueprint)
    stack = ("--stack-name", f"{blueprint}-{file}")
    deploy = ("cloudformation", "deploy", *stack, "--template-file", f"build/{blueprint}/root.json")
    given = ("--parameter-overrides", f"file://params/{blueprint}/{file}.json", "--region", REGION)
    command = (*deploy, *given, "--capabilities", "CAPABILITY_IAM")
    assert "Successfully created/updated stack" in shop.cli.run(*command, folder=shop.project.folder)
    assert "No changes to deploy" in shop.cli.run(*command, folder=shop.project.folder)
    shop.cli.run("cloudformation", "delete-stack", *stack)
    shop.cli.run("cloudformation", "wait", "stack-delete-complete", *stack)


def _created(shop: Shop, stack: str, template: str) -> None:
    assert "Successfully created/updated stack" in _deploy(shop, stack, template)
    created = _described(shop.project.account, stack)
    assert created["StackStatus"] == "CREATE_COMPLETE"
    assert {each["Key"] for each in created["Tags"]} >= {"Project", "Environment", "Blueprint"}


def _changed(shop: Shop, stack: str, template: str) -> None:
    """Run again without a change, and with one parameter changed."""
    account = shop.project.account
    before = _resource_events(account, stack)
    _deploy(shop, stack, template)
    assert _resource_events(account, stack) == before

    _deploy(shop, stack, template, LogRetentionDays="14")
    updated = _described(account, stack)
    assert updated["StackStatus"] == "UPDATE_COMPLETE"
    assert _retention(account, updated) == 14
    redeploys = {"RedeploymentLogs"} if shop.blueprint in REDEPLOYED else set()
    assert {logical for logical, _ in _resource_events(account, stack) - before} == {"ApplicationLogs", *redeploys}


def _deleted(shop: Shop, stack: str, template: str) -> None:
    """Delete it, once what stops that in prod is lifted."""
    number = _described(shop.project.account, stack)["StackId"]
    lifted = {name: off for name, off in LIFTED.items() if f"{name}=on" in shop.printed}
    if lifted:
        _deploy(shop, stack, template, **lifted)
        _release_instances(shop.cli)
    shop.cli.run("cloudformation", "delete-stack", "--stack-name", stack)
    shop.cli.run("cloudformation", "wait", "stack-delete-complete", "--stack-name", stack)
    assert _described(shop.project.account, number)["StackStatus"] == "DELETE_COMPLETE"


def _deploy(shop: Shop, stack: str, template: str, **changed: str) -> str:
    """Run the printed command with this stack name and template, and with these parameters changed."""
    words = list(shop.printed)
    words[words.index("--stack-name") + 1] = stack
    words[words.index("--template-file") + 1] = template
    for name, value in changed.items():
        (place,) = [at for at, word in enumerate(words) if word.startswith(f"{name}=")]
        words[place] = f"{name}={value}"
    return shop.cli.run(*words, folder=shop.project.folder)


def _release_instances(cli: Cli) -> None:
    """Unprotect the instances that are: turning protection off in the group holds for new ones only."""
    instances = json.loads(cli.run("autoscaling", "describe-auto-scaling-instances", "--output", "json"))
    for each in instances["AutoScalingInstances"]:
        if each["ProtectedFromScaleIn"]:
            cli.run(
                *("autoscaling", "set-instance-protection", "--no-protected-from-scale-in"),
                *("--auto-scaling-group-name", each["AutoScalingGroupName"], "--instance-ids", each["InstanceId"]),
            )


def _described(account: Account, stack: str) -> Mapping[str, Any]:
    (found,) = account.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return dict(found)


def _retention(account: Account, stack: Mapping[str, Any]) -> int:
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    found = account.client("logs").describe_log_groups(logGroupNamePrefix=outputs["LogGroupName"])
    (group,) = found["logGroups"]
    return int(group["retentionInDays"])


def _resource_events(account: Account, stack: str) -> set[tuple[str, str]]:
    """Logical id and event id of everything that happened to a resource that is no stack."""
    client = account.client("cloudformation")
    resources = client.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return {
        (each["LogicalResourceId"], each["EventId"])
        for resource in resources
        for each in client.describe_stack_events(StackName=resource["PhysicalResourceId"])["StackEvents"]
        if each["ResourceType"] != NESTED
    }
