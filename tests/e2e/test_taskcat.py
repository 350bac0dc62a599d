"""The published systems in several regions at once, by taskcat: its own interpreter, on the local AWS."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import existing_network
from support.accounts import REGION, Account, Project

from stackwright.preflight.checks.given_certificate import covers

REPOSITORY = Path(__file__).parents[2]
RUNNER = REPOSITORY / "tests" / "support" / "regional.py"
PYTHON = REPOSITORY / ".cache" / "taskcat-venv" / "bin" / "python"
BLUEPRINTS = ("ec2-alb", "fargate-alb", "fargate-cdn", "ec2-api", existing_network.BLUEPRINT)
INSTALLED = PYTHON.parents[1] / ".installed"


@dataclass(frozen=True)
class Run:
    """What taskcat printed, and the account that it worked in."""

    account: Account
    results: dict[str, Any]


def _regions(blueprint: str = "ec2-alb") -> list[str]:
    """The regions of a blueprint: its own, else those of all."""
    content = yaml.safe_load((REPOSITORY / ".taskcat.yml").read_text(encoding="utf-8"))
    found: list[str] = content["tests"][blueprint].get("regions") or content["project"]["regions"]
    return found


def _make_interpreter() -> None:
    if INSTALLED.is_file():
        return
    made = subprocess.run(["make", "taskcat"], cwd=REPOSITORY, capture_output=True, text=True, timeout=300)
    if made.returncode:
        pytest.skip(f"`make taskcat` cannot make taskcat's environment here: {made.stderr.strip()[-200:]}")


def _prepare(project: Project) -> None:
    """Make the account and every region as docs/regional-tests.md says, and publish once."""
    project.run("deploy", "account", "dev", "--local", "--yes")
    zone = project.account.client("ssm").get_parameter(Name="/stackwright/hosted-zone-id")["Parameter"]["Value"]
    project.set("region", "dev", ElsewhereZoneId=zone)
    for region in _regions():
        if region != REGION:
            project.run("deploy", "region", "dev", "--yes", "--region", region)
    for region in _regions(existing_network.BLUEPRINT):
        _give(project, region)
    for blueprint in BLUEPRINTS:
        project.run("build", blueprint)
        project.run("publish", blueprint, "dev", "--region", REGION)


def _give(project: Project, region: str) -> None:
    """Make a network and a certificate in a region, and note there where both are."""
    domain = project.parameters(existing_network.BLUEPRINT, "dev")["DomainName"]
    given = existing_network.network(project.account, region) | {
        "CertificateArn": existing_network.certificate(project.account, f"*.{domain}", region)
    }
    ssm = project.account.client("ssm", region)
    for name, value in given.items():
        ssm.put_parameter(Name=f"/stackwright/regional/{name}", Type="String", Value=value)


@pytest.fixture(scope="module")
def published(make_project: Any, tmp_path_factory: pytest.TempPathFactory) -> Project:
    _make_interpreter()
    project: Project = make_project(tmp_path_factory.mktemp("taskcat"))
    shutil.copy(REPOSITORY / ".taskcat.yml", project.folder)
    _prepare(project)
    return project


@pytest.fixture(scope="module")
def tested(published: Project) -> Run:
    return _run(published, "ec2-alb")


@pytest.fixture(scope="module")
def fargate(published: Project) -> Run:
    return _run(published, "fargate-alb")


@pytest.fixture(scope="module")
def cdn(published: Project) -> Run:
    return _run(published, "fargate-cdn")


@pytest.fixture(scope="module")
def api(published: Project) -> Run:
    return _run(published, "ec2-api")


@pytest.fixture(scope="module")
def bluegreen(published: Project) -> Run:
    return _run(published, existing_network.BLUEPRINT)


def _run(project: Project, blueprint: str) -> Run:
    done = subprocess.run(
        [PYTHON, "-P", "-W", "ignore", RUNNER, blueprint, "dev"],
        cwd=project.folder,
        env=project.account.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return Run(project.account, json.loads(done.stdout))


def test_regions_are_those_promised() -> None:
    assert _regions() == ["us-east-1", "us-west-1", "eu-west-1", "ap-northeast-1"]


@pytest.mark.parametrize("region", _regions())
def test_outputs_are_the_regions_own(tested: Run, region: str) -> None:
    result = tested.results[region]
    outputs = result["outputs"]
    assert result["status"] == "CREATE_COMPLETE"
    assert outputs["ServiceUrl"] == f"https://{region}.dev.example.com"
    assert outputs["RepositoryUri"].startswith(f"{tested.account.id}.dkr.ecr.{region}.amazonaws.com/")
    assert f".{region}.elb.amazonaws.com" in outputs["LoadBalancerDnsName"]
    assert f":ecs:{region}:{tested.account.id}:" in outputs["TaskDefinitionArn"]
    assert len(outputs["PrivateSubnetIds"].split(",")) == 2
    assert len(outputs["PublicSubnetIds"].split(",")) == 2


def test_regions_are_deployed_side_by_side(tested: Run) -> None:
    begun = [_first(tested, region, "CREATE_IN_PROGRESS") for region in _regions()]
    ended = [_first(tested, region, "CREATE_COMPLETE") for region in _regions()]
    assert max(begun) < min(ended)


def _first(tested: Run, region: str, status: str) -> Any:
    """When the root stack of a region first had a status."""
    stack = tested.results[region]["stack"]
    pages = tested.account.client("cloudformation", region).get_paginator("describe_stack_events")
    return min(
        event["Timestamp"]
        for page in pages.paginate(StackName=stack)
        for event in page["StackEvents"]
        if event["PhysicalResourceId"] == stack and event["ResourceStatus"] == status
    )


@pytest.mark.parametrize("region", _regions("fargate-alb"))
def test_a_system_without_a_domain_comes_up_where_its_document_has_it(fargate: Run, region: str) -> None:
    assert fargate.results.keys() == {"us-west-1", "eu-west-1", "ap-southeast-2"}
    result = fargate.results[region]
    assert result["status"] == "CREATE_COMPLETE"
    assert f".{region}.elb.amazonaws.com" in result["outputs"]["LoadBalancerDnsName"]
    assert len(result["outputs"]["PrivateSubnetIds"].split(",")) == 2


@pytest.mark.parametrize("region", _regions("fargate-cdn"))
def test_distributions_are_made_from_every_region_and_know_its_load_balancer(cdn: Run, region: str) -> None:
    assert cdn.results.keys() == {"us-west-2", "eu-west-1", "ap-northeast-1"}
    result = cdn.results[region]
    assert result["status"] == "CREATE_COMPLETE"
    assert result["outputs"]["ServiceUrl"] == f"https://{result['outputs']['DistributionDomainName']}"
    assert f".{region}.elb.amazonaws.com" in result["outputs"]["LoadBalancerDnsName"]
    assert len({each["outputs"]["DistributionId"] for each in cdn.results.values()}) == 3


@pytest.mark.parametrize("region", _regions("ec2-api"))
def test_an_api_comes_up_in_each_of_three_regions(api: Run, region: str) -> None:
    assert api.results.keys() == {"us-east-1", "us-west-1", "eu-west-1"}
    outputs = api.results[region]["outputs"]
    assert api.results[region]["status"] == "CREATE_COMPLETE"
    assert f".execute-api.{region}.amazonaws.com/prod" in outputs["ApiUrl"]
    assert f".{region}.elb.amazonaws.com" in outputs["LoadBalancerDnsName"]


@pytest.mark.parametrize("region", _regions(existing_network.BLUEPRINT))
def test_a_system_comes_up_in_the_network_of_its_region_and_leaves_it(bluegreen: Run, region: str) -> None:
    assert bluegreen.results.keys() == {"us-east-1", "us-west-1", "eu-west-1"}
    result = bluegreen.results[region]
    assert result["status"] == "CREATE_COMPLETE"
    assert result["outputs"]["ServiceUrl"] == f"https://{region}.app.dev.example.com"
    assert f".{region}.elb.amazonaws.com" in result["outputs"]["LoadBalancerDnsName"]

    account = bluegreen.account
    stack = _stack(account, region, result["stack"])
    given = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    for name in ("PublicSubnetIds", "PrivateSubnetIds"):
        subnets = account.client("ec2", region).describe_subnets(SubnetIds=given[name].split(","))["Subnets"]
        assert {each["VpcId"] for each in subnets} == {given["VpcId"]}
        assert len({each["AvailabilityZone"] for each in subnets}) == 2
    acm = account.client("acm", region)
    certificate = acm.describe_certificate(CertificateArn=given["CertificateArn"])["Certificate"]
    assert covers(certificate["DomainName"], given["DomainName"])


def test_nothing_of_taskcat_is_left(tested: Run, fargate: Run, cdn: Run, api: Run, bluegreen: Run) -> None:
    buckets = [each["Name"] for each in tested.account.client("s3").list_buckets()["Buckets"]]
    assert [each for each in buckets if each.startswith("tcat-") and "accesslogs" not in each] == []
    for region, result in (pair for run in (tested, fargate, cdn, api, bluegreen) for pair in run.results.items()):
        assert _stack(tested.account, region, result["stack"])["StackStatus"] == "DELETE_COMPLETE"
        assert _names(tested.account, region) <= {"account-dev", "region-dev"}


def _stack(account: Account, region: str, name: str) -> Any:
    (found,) = account.client("cloudformation", region).describe_stacks(StackName=name)["Stacks"]
    return found


def _names(account: Account, region: str) -> set[str]:
    stacks: Iterable[Any] = account.client("cloudformation", region).describe_stacks()["Stacks"]
    return {each["StackName"] for each in stacks}
