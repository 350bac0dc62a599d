"""Slack switched on, in a deployed system: what is told of it, and that the token is told nowhere."""

from __future__ import annotations

import json
from typing import Any

from support.accounts import Project
from support.stacks import resources

STACK = "fargate-alb-dev"
TOKEN = "xoxb-0123456789-nobody-may-read-this"


def everything(project: Project) -> str:
    """What CloudFormation and EventBridge tell of the stack and its notifications, and what was written to disk."""
    account = project.account
    formation, events = account.client("cloudformation"), account.client("events")
    told: list[Any] = []
    for stack in formation.describe_stacks()["Stacks"]:
        name = stack["StackId"]
        told += [stack, formation.describe_stack_events(StackName=name), formation.get_template(StackName=name)]
        told += [formation.list_change_sets(StackName=name)]
    for connection in events.list_connections()["Connections"]:
        told.append(events.describe_connection(Name=connection["Name"]))
    for destination in events.list_api_destinations()["ApiDestinations"]:
        told.append(events.describe_api_destination(Name=destination["Name"]))
    for rule in events.list_rules()["Rules"]:
        told += [rule, events.list_targets_by_rule(Rule=rule["Name"])]
    files = [each.read_text(errors="replace") for each in project.folder.rglob("*.json")]
    return json.dumps(told, default=str) + "".join(files)


def test_slack_is_told_and_the_token_is_told_nowhere(project: Project) -> None:
    secrets = project.account.client("secretsmanager")
    arn = secrets.create_secret(Name="slack/shop", SecretString=json.dumps({"token": TOKEN}))["ARN"]
    project.set("fargate-alb", "dev", SlackSecretId=arn.partition(":secret:")[2], SlackChannelId="C0123456789")
    done = project.run("deploy", "fargate-alb", "dev", "--local", "--yes")
    assert TOKEN not in done.stdout + done.stderr + everything(project)

    made = resources(project.account, STACK)["Notifications"]
    events = project.account.client("events")
    (target,) = events.list_targets_by_rule(Rule=made["ServiceDeployments"])["Targets"]
    destination = events.describe_api_destination(Name=made["SlackDestination"])
    assert target["Arn"] == destination["ApiDestinationArn"]
    connection = events.describe_connection(Name=made["SlackConnection"])
    kept = secrets.get_secret_value(SecretId=connection["SecretArn"])["SecretString"]
    assert f"Bearer {TOKEN}" in kept, "EventBridge has it, in a secret of its own"

    project.set("fargate-alb", "dev", SlackSecretId="", SlackChannelId="")
    project.run("deploy", "fargate-alb", "dev", "--local", "--yes")
    assert resources(project.account, STACK)["Notifications"].keys() == {"LostMessages"}
    assert events.list_connections()["Connections"] == []
