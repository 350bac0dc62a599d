"""What is turned on and off: secrets and values, redeployment on rotation, network ACLs, names in two regions."""

from __future__ import annotations

import json
from typing import Any

from support.accounts import Account, Project
from support.stacks import resources

from nested import dns
from nested.dns import Routing

BLUEPRINT, STACK = "fargate-alb", "fargate-alb-dev"
DEPLOY = ("deploy", BLUEPRINT, "dev", "--local", "--yes")
OFF = {"SecretId": "", "ParameterPath": "", "RedeployOnRotation": "off", "NetworkAcls": "off"}


def secret(account: Account) -> str:
    """Make the secret and the parameter, and return what SecretId wants."""
    text = json.dumps({"DATABASE_URL": "postgres://db"})
    arn: str = account.client("secretsmanager").create_secret(Name="shop/dev", SecretString=text)["ARN"]
    account.client("ssm").put_parameter(Name="/shop/dev/LOG_LEVEL", Value="DEBUG", Type="String")
    return arn.partition(":secret:")[2]


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


def test_what_is_turned_on_is_there_and_what_is_turned_off_is_gone(project: Project, account: Account) -> None:
    project.run(*DEPLOY)
    assert acls(account) == {"default": 4}
    assert "secrets" not in container(account) or container(account)["secrets"] == []

    given = {"SecretId": secret(account), "ParameterPath": "/shop/dev", "RedeployOnRotation": "on", "NetworkAcls": "on"}
    project.set(BLUEPRINT, "dev", **given)
    project.run(*DEPLOY)
    project_name = project.parameters(BLUEPRINT, "dev")["ProjectName"]
    assert acls(account) == {"default": 0, f"{project_name}-dev-public": 2, f"{project_name}-dev-private": 2}
    assert [each["name"] for each in container(account)["secrets"]] == ["DATABASE_URL", "LOG_LEVEL"]
    (machine,) = account.client("stepfunctions").list_state_machines()["stateMachines"]
    assert machine["name"].startswith("Redeployment-")
    assert "no changes" in project.run(*DEPLOY).stderr

    project.set(BLUEPRINT, "dev", **OFF)
    project.run(*DEPLOY)
    assert acls(account) == {"default": 4}
    assert account.client("stepfunctions").list_state_machines()["stateMachines"] == []
    project.run("destroy", BLUEPRINT, "dev", "--local", "--yes", "--delete-data")
    assert [each["StackName"] for each in account.client("cloudformation").describe_stacks()["Stacks"]] == [
        "region-dev",
        "account-dev",
    ]


def test_a_secret_that_is_missing_stops_before_anything_changes_and_else_rolls_back(
    project: Project, account: Account
) -> None:
    project.run(*DEPLOY)
    project.set(BLUEPRINT, "dev", SecretId="shop/dev-a1B2c3")
    refused = project.run(*DEPLOY, status=1).stderr
    assert "shop/dev-a1B2c3 is not in us-east-1" in refused
    told = project.run(*DEPLOY, "--waive", "secrets-present", status=1).stderr
    assert "ResourceInitializationError: unable to pull secrets or registry auth" in told
    assert "ended in UPDATE_ROLLBACK_COMPLETE" in told


def records(account: Account, zone: str) -> set[tuple[str, str, str]]:
    """What the zone answers with: name, identifier and role of each IPv4 record."""
    found = account.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    mine = [each for each in found if each["Type"] == "A"]
    return {(each["Name"], each.get("SetIdentifier", ""), each.get("Failover", "")) for each in mine}


def test_a_name_leads_to_two_regions_and_never_changes_its_routing_in_place(account: Account) -> None:
    zone = account.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]

    def stack(verb: str, region: str, routing: Routing, role: str) -> str:
        account.client("ssm", region).put_parameter(
            Name="/stackwright/hosted-zone-id", Value=zone.rpartition("/")[2], Type="String", Overwrite=True
        )
        given = {"DomainName": "app.example.com", "LoadBalancerDnsName": f"lb.{region}", "LoadBalancerZoneId": "Z1"}
        given |= {"FailoverRole": role} if routing == "failover" else {}
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        cloudformation = account.client("cloudformation", region)
        body = json.dumps(dns.template(routing=routing).to_dict())
        getattr(cloudformation, f"{verb}_stack")(StackName="dns", TemplateBody=body, Parameters=parameters)
        status: str = cloudformation.describe_stacks(StackName="dns")["Stacks"][0]["StackStatus"]
        return status

    assert stack("create", "us-east-1", "failover", "PRIMARY") == "CREATE_COMPLETE"
    assert stack("create", "eu-west-1", "failover", "SECONDARY") == "CREATE_COMPLETE"
    both = {
        (f"{host}app.example.com.", region, role)
        for host in ("", "www.")
        for region, role in (("us-east-1", "PRIMARY"), ("eu-west-1", "SECONDARY"))
    }
    assert records(account, zone) == both
    assert len(account.client("route53").list_health_checks()["HealthChecks"]) == 2
    assert stack("update", "us-east-1", "simple", "") == "UPDATE_ROLLBACK_COMPLETE"
    assert records(account, zone) == both
