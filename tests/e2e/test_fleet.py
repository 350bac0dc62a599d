"""A fleet: the published root in two regions, a release that stops at the first, and its end."""

from __future__ import annotations

from collections import Counter
from typing import Any

from support.accounts import REGION, Account, Project
from support.inventory import BOOTSTRAP, everything, held

REGIONS = ("eu-west-1", "us-west-2")
# What a stack keeps, in each region ("A fleet" in docs/operations.md).
KEPT = ["AWS::ECR::Repository", "AWS::Logs::LogGroup", "AWS::S3::Bucket"]
# What `fleet-account` keeps: the role of the fleet and its policies ("What destroy leaves").
ROLE = ["AWS::IAM::Role", *["AWS::IAM::ManagedPolicy"] * 7]


def stacks(account: Account, region: str) -> dict[str, str]:
    """The root stacks of the fleet in a region, with their statuses."""
    found = account.client("cloudformation", region).describe_stacks()["Stacks"]
    return {each["StackName"]: each["StackStatus"] for each in found if "ParentId" not in each}


def services(account: Account, region: str) -> list[tuple[int, str]]:
    """How many tasks of which task definition each service of a region runs."""
    ecs = account.client("ecs", region)
    found: list[Any] = []
    for cluster in ecs.list_clusters()["clusterArns"]:
        arns = ecs.list_services(cluster=cluster)["serviceArns"]
        found += ecs.describe_services(cluster=cluster, services=arns)["services"]
    return [(each["runningCount"], each["taskDefinition"]) for each in found]


def retention(account: Account, region: str) -> set[int]:
    """How long the applications' logs of a region are kept."""
    found = account.client("logs", region).describe_log_groups()["logGroups"]
    return {each["retentionInDays"] for each in found if "ApplicationLogs" in each["logGroupName"]}


def left(account: Account) -> set[str]:
    """What there is in any region, but for the stacks that an account has before its fleet, and what they hold."""
    places = [account.at(region) for region in (REGION, *REGIONS)]
    there = {name for each in places for name in everything(each)}
    return there - {name for each in places for name in held(each, *BOOTSTRAP, "fleet-account-")}


def kinds(names: set[str]) -> Counter[str]:
    return Counter(each.partition(" ")[0] for each in names)


def joined(project: Project, environment: str, *flags: str) -> None:
    """Let the account be one of the fleet of its own; again, nothing changes."""
    project.set("fleet-account", environment, FleetAdministrator=project.account.id)
    project.run("deploy", "fleet-account", environment, "--yes", *flags)
    assert "no changes" in project.run("deploy", "fleet-account", environment, "--yes", *flags).stderr


def test_a_fleet_is_made_released_stopped_and_destroyed(project: Project, account: Account) -> None:
    joined(project, "dev", "--local")
    project.run("build", "fargate-alb")
    told = project.run("publish", "fargate-alb", "dev", "--local").stderr
    url = next(line for line in told.splitlines() if line.startswith("root: ")).removeprefix("root: ")
    project.set("fleet", "dev", TemplateUrl=url, FleetAccounts=account.id, FleetRegions=",".join(REGIONS))

    deploy = ("deploy", "fleet", "dev", "--local", "--yes")
    project.run(*deploy)
    for region in REGIONS:
        ((name, status),) = stacks(account, region).items()
        assert name.startswith("StackSet-fleet-dev-")
        assert status == "CREATE_COMPLETE"
        assert [count for count, _ in services(account, region)] == [2]
    assert "no changes" in project.run(*deploy).stderr
    project.set("fleet", "dev", LogRetentionDays="14")
    project.run(*deploy)
    assert [retention(account, region) for region in REGIONS] == [{14}, {14}]
    _stops_at_the_first_region_that_fails(project, account)

    project.run("destroy", "fleet", "dev", "--local", "--yes")
    assert [stacks(account, region) for region in REGIONS] == [{}, {}]
    _lives_in_prod(project, account, url)
    project.run("destroy", "fleet-account", "dev", "--local", "--yes")
    of_three = KEPT * (len(REGIONS) + 1)  # dev's stack in each region, and prod's in one
    assert kinds(left(account)) == Counter(of_three + ROLE)


def _stops_at_the_first_region_that_fails(project: Project, account: Account) -> None:
    before = {region: services(account, region) for region in REGIONS}

    image = f"{account.id}.dkr.ecr.eu-west-1.amazonaws.com/nothing:dev-1"
    failed = project.run("deploy", "fleet", "dev", "--local", "--yes", "--image", image, status=1).stderr
    assert "ended in UPDATE_ROLLBACK_COMPLETE" in failed
    assert "eu-west-1" in failed
    assert {region: services(account, region) for region in REGIONS} == before
    (operation,) = [
        each["OperationId"]
        for each in account.client("cloudformation").list_stack_set_operations(StackSetName="fleet-dev")["Summaries"]
        if each["Status"] == "FAILED"
    ]
    results = account.client("cloudformation").list_stack_set_operation_results(
        StackSetName="fleet-dev", OperationId=operation
    )["Summaries"]
    assert [(each["Region"], each["Status"]) for each in results] == [
        ("eu-west-1", "FAILED"),
        ("us-west-2", "CANCELLED"),
    ]


def _lives_in_prod(project: Project, account: Account, url: str) -> None:
    """In one region: what differs is what protects its load balancer, which `destroy` does not reach."""
    region, here = REGIONS[0], ("--yes", "--region", REGION)
    project.set("fleet", "prod", TemplateUrl=url, FleetAccounts=account.id, FleetRegions=region)
    project.run("deploy", "fleet", "prod", *here)
    assert [count for count, _ in services(account, region) if count] == [2]
    assert "no changes" in project.run("deploy", "fleet", "prod", *here).stderr
    project.set("fleet", "prod", DeletionProtection="off")
    project.run("deploy", "fleet", "prod", *here)
    project.run("destroy", "fleet", "prod", "--unprotect", *here)
    assert stacks(account, region) == {}


def test_an_account_joins_a_fleet_in_prod_and_leaves_it(project: Project, account: Account) -> None:
    joined(project, "prod", "--region", REGION)
    project.run("destroy", "fleet-account", "prod", "--unprotect", "--yes", "--region", REGION)
    assert kinds(left(account)) == Counter(ROLE)
