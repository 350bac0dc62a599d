"""Preflight as a person runs it: on an account that is not ready, and on one that is."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from support.accounts import Account, Project


@pytest.fixture
def project(project: Project) -> Project:
    """A project with a domain of its own: DNS knows no accounts."""
    domain = f"{uuid4().hex[:12]}.example"
    project.set("account", "dev", HostedZoneName=domain)
    project.set("ec2-alb", "dev", DomainName=f"shop.{domain}")
    return project


def failing(project: Project) -> list[str]:
    """Return the names of the checks that fail; at least one does."""
    told: dict[str, Any] = json.loads(project.run("preflight", "ec2-alb", "dev", "--json", status=1).stdout)
    return list(told["failing"])


def stacks(account: Account) -> set[str]:
    found = account.client("cloudformation").list_stacks()["StackSummaries"]
    return {each["StackName"] for each in found if each["StackStatus"] != "DELETE_COMPLETE"}


def published(account: Account) -> int:
    bucket = account.client("ssm").get_parameter(Name="/stackwright/artifact-bucket")["Parameter"]["Value"]
    return int(account.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"])


def tag(account: Account, delegated: str) -> None:
    route53 = account.client("route53")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    name = zone["Id"].rpartition("/")[2]
    tags = [{"Key": "stackwright:delegated", "Value": delegated}]
    route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=name, AddTags=tags)


def test_a_fresh_account_is_told_what_it_lacks(project: Project, account: Account) -> None:
    assert failing(project) == ["parameters-present", "service-linked-roles"]
    told = project.run("deploy", "ec2-alb", "dev", "--yes", "--bucket", "anything", status=1).stderr
    assert "error: preflight of ec2-alb-dev failed: parameters-present, service-linked-roles" in told
    assert stacks(account) == set()


def test_an_account_that_is_ready_passes_once_its_zone_is_delegated(project: Project, account: Account) -> None:
    for blueprint in ("account", "region"):
        project.run("deploy", blueprint, "dev", "--yes")
    tag(account, "false")
    assert failing(project) == ["zone-delegated"]
    told = project.run("deploy", "ec2-alb", "dev", "--yes", status=1).stderr
    assert "public DNS does not find the zone" in told
    assert "mend: enter ns-2048.awsdns-64.com" in told
    assert (stacks(account), published(account)) == ({"account-dev", "region-dev"}, 0)
    tag(account, "true")
    assert "preflight: 14 of 14 hold" in project.run("preflight", "ec2-alb", "dev").stdout
    assert "preflight: 14 of 14 hold" in project.run("deploy", "ec2-alb", "dev", "--yes").stderr
    # What the stack holds by now is not counted again.
    again = project.run("preflight", "ec2-alb", "dev").stdout
    assert " 2 elastic-ips: not applicable: the plan adds no Elastic IP" in again
    assert "11 records-free: not applicable" in again


def test_an_image_is_asked_about_before_it_is_deployed(project: Project, account: Account) -> None:
    project.run("deploy", "ec2-alb", "dev", "--local", "--yes")
    image = f"{account.id}.dkr.ecr.us-east-1.amazonaws.com/app:dev-1"
    told = project.run("preflight", "ec2-alb", "dev", "--image", image, status=1).stdout
    assert f"13 image-present: fails: Image {image} is not there" in told
    account.client("ecr").create_repository(repositoryName="app")
    account.push(image)
    assert f"13 image-present: holds: {image}" in project.run("preflight", "ec2-alb", "dev", "--image", image).stdout


def test_a_waived_check_is_told_and_a_misspelt_one_refused(project: Project) -> None:
    waived = ("--waive", "parameters-present", "--waive", "service-linked-roles")
    told = project.run("preflight", "ec2-alb", "dev", *waived).stdout
    assert "16 service-linked-roles: waived: Cluster/Cluster: the account has no role AWSServiceRoleForECS" in told
    assert told.splitlines()[-1] == "preflight: 8 of 10 hold, 2 waived"
    error = project.run("preflight", "ec2-alb", "dev", "--waive", "service-linked-role", status=2).stderr
    assert "no such check (did you mean service-linked-roles?)" in error
