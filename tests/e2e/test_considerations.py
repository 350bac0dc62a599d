"""What is turned on and off: secrets and values, redeployment on rotation, network ACLs, Slack, the firewall, names in
two regions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.accounts import Account, Project
from support.stacks import resources

from nested import dns
from nested.dns import Routing

BLUEPRINT, STACK = "fargate-alb", "fargate-alb-dev"
DEPLOY = ("deploy", BLUEPRINT, "dev", "--local", "--yes")
OFF = {"SecretId": "", "ParameterPath": "", "RedeployOnRotation": "off", "NetworkAcls": "off", "Firewall": "off"}
OFF |= {"SlackSecretId": "", "SlackChannelId": ""}
TOKEN = "xoxb-0123456789-nobody-may-read-this"


@pytest.fixture(scope="module")
def turned(make_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose system is turned on and off."""
    return make_project(tmp_path_factory.mktemp("turned"))


def secret(account: Account, name: str, **content: str) -> str:
    """Make a secret, and return what SecretId and SlackSecretId want of its ARN."""
    made = account.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(content))
    return str(made["ARN"]).partition(":secret:")[2]


def container(account: Account) -> dict[str, Any]:
    made = resources(account, STACK)
    definition = account.client("ecs").describe_task_definition(taskDefinition=made["Service"]["TaskDefinition"])
    (found,) = definition["taskDefinition"]["containerDefinitions"]
    result: dict[str, Any] = found
    return result


def acls(account: Account) -> dict[str, int]:
    """How many subnets each ACL of the VPC has, by its tag Name; the default one has none."""
    vpc = [{"Name": "vpc-id", "Values": [resources(account, STACK)["Vpc"]["Vpc"]]}]
    found = account.client("ec2").describe_network_acls(Filters=vpc)["NetworkAcls"]
    names = [{tag["Key"]: tag["Value"] for tag in each["Tags"]}.get("Name", "default") for each in found]
    return {name: len(each["Associations"]) for name, each in zip(names, found, strict=True)}


def protecting(account: Account) -> Any:
    """The web ACL of the one load balancer; None for none."""
    (balancer,) = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return account.client("wafv2").get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"]).get("WebACL")


def firewall_logs(account: Account) -> list[str]:
    found = account.client("logs").describe_log_groups(logGroupNamePrefix="aws-waf-logs-")["logGroups"]
    return [each["logGroupName"] for each in found]


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


# The tests of one system are one story, in the order in which they stand.


def test_nothing_of_it_is_there_unasked(turned: Project) -> None:
    turned.run(*DEPLOY)
    assert acls(turned.account) == {"default": 4}
    assert "secrets" not in container(turned.account) or container(turned.account)["secrets"] == []
    assert protecting(turned.account) is None
    assert resources(turned.account, STACK)["Notifications"].keys() == {"LostMessages"}


def test_what_is_turned_on_is_there_and_the_token_of_slack_is_told_nowhere(turned: Project) -> None:
    account = turned.account
    account.client("ssm").put_parameter(Name="/shop/dev/LOG_LEVEL", Value="DEBUG", Type="String")
    given = {"SecretId": secret(account, "shop/dev", DATABASE_URL="postgres://db"), "ParameterPath": "/shop/dev"}
    given |= {"RedeployOnRotation": "on", "NetworkAcls": "on", "Firewall": "count"}
    given |= {"SlackSecretId": secret(account, "slack/shop", token=TOKEN), "SlackChannelId": "C0123456789"}
    turned.set(BLUEPRINT, "dev", **given)
    done = turned.run(*DEPLOY)
    assert TOKEN not in done.stdout + done.stderr + everything(turned)
    name = turned.parameters(BLUEPRINT, "dev")["ProjectName"]
    assert acls(account) == {"default": 0, f"{name}-dev-public": 2, f"{name}-dev-private": 2}
    assert [each["name"] for each in container(account)["secrets"]] == ["DATABASE_URL", "LOG_LEVEL"]
    (machine,) = account.client("stepfunctions").list_state_machines()["stateMachines"]
    assert machine["name"].startswith("Redeployment-")
    assert "no changes" in turned.run(*DEPLOY).stderr


def test_slack_is_told_with_what_eventbridge_keeps_to_itself(turned: Project) -> None:
    made = resources(turned.account, STACK)["Notifications"]
    events = turned.account.client("events")
    (target,) = events.list_targets_by_rule(Rule=made["ServiceDeployments"])["Targets"]
    destination = events.describe_api_destination(Name=made["SlackDestination"])
    assert target["Arn"] == destination["ApiDestinationArn"]
    connection = events.describe_connection(Name=made["SlackConnection"])
    kept = turned.account.client("secretsmanager").get_secret_value(SecretId=connection["SecretArn"])["SecretString"]
    assert f"Bearer {TOKEN}" in kept


def test_the_firewall_counts_and_then_blocks(turned: Project) -> None:
    counting = protecting(turned.account)
    assert [each["OverrideAction"] for each in counting["Rules"] if each.get("OverrideAction")] == [{"Count": {}}] * 3
    assert firewall_logs(turned.account)
    turned.set(BLUEPRINT, "dev", Firewall="on")
    turned.run(*DEPLOY)
    blocking = protecting(turned.account)
    assert blocking["Id"] == counting["Id"]
    assert [each["Action"] for each in blocking["Rules"] if each.get("Action")] == [{"Block": {}}]


def test_a_secret_that_is_missing_stops_before_anything_changes_and_else_rolls_back(turned: Project) -> None:
    turned.set(BLUEPRINT, "dev", SecretId="shop/dev-a1B2c3")
    refused = turned.run(*DEPLOY, status=1).stderr
    assert "shop/dev-a1B2c3 is not in us-east-1" in refused
    told = turned.run(*DEPLOY, "--waive", "secrets-present", status=1).stderr
    assert "ResourceInitializationError: unable to pull secrets or registry auth" in told
    assert "ended in UPDATE_ROLLBACK_COMPLETE" in told


def test_what_is_turned_off_is_gone(turned: Project) -> None:
    account = turned.account
    turned.set(BLUEPRINT, "dev", **OFF)
    turned.run(*DEPLOY)
    assert acls(account) == {"default": 4}
    assert account.client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert protecting(account) is None
    assert account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert firewall_logs(account) == []
    assert resources(account, STACK)["Notifications"].keys() == {"LostMessages"}
    assert account.client("events").list_connections()["Connections"] == []
    turned.run("destroy", BLUEPRINT, "dev", "--local", "--yes", "--delete-data")
    left = [each["StackName"] for each in account.client("cloudformation").describe_stacks()["Stacks"]]
    assert left == ["region-dev", "account-dev"]


def records(account: Account, zone: str) -> set[tuple[str, str, str]]:
    """What the zone answers with: name, identifier, and role or region of each IPv4 record."""
    found = account.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    mine = [each for each in found if each["Type"] == "A"]
    return {(each["Name"], each["SetIdentifier"], each.get("Failover") or each["Region"]) for each in mine}


@pytest.mark.parametrize(
    ("routing", "told"),
    [
        ("failover", {"us-east-1": "PRIMARY", "eu-west-1": "SECONDARY"}),
        ("latency", {"us-east-1": "us-east-1", "eu-west-1": "eu-west-1"}),
    ],
    ids=["failover", "latency"],
)
def test_a_name_leads_to_two_regions_and_never_changes_its_routing_in_place(
    account: Account, routing: Routing, told: dict[str, str]
) -> None:
    zone = account.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]

    def stack(verb: str, region: str, routing: Routing) -> str:
        account.client("ssm", region).put_parameter(
            Name="/stackwright/hosted-zone-id", Value=zone.rpartition("/")[2], Type="String", Overwrite=True
        )
        given = {"DomainName": "app.example.com", "LoadBalancerDnsName": f"lb.{region}", "LoadBalancerZoneId": "Z1"}
        given |= {"FailoverRole": told[region]} if routing == "failover" else {}
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        cloudformation = account.client("cloudformation", region)
        body = json.dumps(dns.template(routing=routing).to_dict())
        getattr(cloudformation, f"{verb}_stack")(StackName="dns", TemplateBody=body, Parameters=parameters)
        status: str = cloudformation.describe_stacks(StackName="dns")["Stacks"][0]["StackStatus"]
        return status

    assert [stack("create", region, routing) for region in told] == ["CREATE_COMPLETE"] * 2
    both = {(f"{host}app.example.com.", region, each) for host in ("", "www.") for region, each in told.items()}
    assert records(account, zone) == both
    assert len(account.client("route53").list_health_checks()["HealthChecks"]) == 2
    assert stack("update", "us-east-1", "simple") == "UPDATE_ROLLBACK_COMPLETE"
    assert records(account, zone) == both
