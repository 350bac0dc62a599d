"""`destroy` of `ec2-alb`: what is there before and after, by the services' own lists."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.accounts import Account, Project
from support.inventory import left

# What other stacks of the account may need, all of it in IAM: "What destroy leaves" in docs/operations.md.
IN_IAM = ("arn:aws:iam::", "account-dev-ExecutionRole-", "region-dev-ApiGatewayLogRole-")
# What the templates' policies keep: registry, access logs, the application's and the agents' logs.
KEPT = ["AWS::ECR::Repository", "AWS::Logs::LogGroup", "AWS::Logs::LogGroup", "AWS::S3::Bucket"]
MEDIA = "application/vnd.docker.distribution.manifest.v2+json"


def used(project: Project, account: Account, name: str) -> None:
    """Leave behind what a system leaves that was used: images, access logs, a late metric, an older revision."""
    deploy = ("deploy", "ec2-alb", name, "--local", "--yes")
    project.run(*deploy)
    ecr, s3 = account.client("ecr"), account.client("s3")
    (repository,) = ecr.describe_repositories()["repositories"]
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MEDIA, "config": {}, "layers": []})
    image = {"repositoryName": repository["repositoryName"], "imageManifest": manifest}
    ecr.put_image(**image, imageTag=f"{name}-4f2a9c1")
    project.run(*deploy, "--image", f"{repository['repositoryUri']}:{name}-4f2a9c1")
    (logs,) = [each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith("ec2-alb")]
    s3.put_bucket_versioning(Bucket=logs, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket=logs, Key="AWSLogs/one", Body=b"GET /")
    s3.delete_object(Bucket=logs, Key="AWSLogs/one")


def zones(account: Account) -> str:
    """The id of the account's one zone."""
    (zone,) = account.client("route53").list_hosted_zones()["HostedZones"]
    return str(zone["Id"].rpartition("/")[2])


def records(account: Account) -> list[str]:
    """The names of the records by which certificates are validated."""
    found = account.client("route53").list_resource_record_sets(HostedZoneId=zones(account))["ResourceRecordSets"]
    return [each["Name"].rstrip(".") for each in found if each["Type"] == "CNAME"]


BOOTSTRAP = ("region", "account")


def bootstrapped(account: Account) -> set[str]:
    """All of the bootstrap stacks that there is in the account."""

    def ask(service: str, operation: str, **arguments: Any) -> Any:
        return getattr(account.client(service), operation)(**arguments)

    found = {
        *(each["StackName"] for each in ask("cloudformation", "describe_stacks")["Stacks"]),
        *(each["Name"] for each in ask("s3", "list_buckets")["Buckets"]),
        *(each["Name"] for each in ask("ssm", "describe_parameters")["Parameters"]),
        *(each["RoleName"] for each in ask("iam", "list_roles")["Roles"]),
        *(each["Arn"] for each in ask("iam", "list_policies", Scope="Local")["Policies"]),
        *(each["Arn"] for each in ask("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]),
        *(each["Id"].rpartition("/")[2] for each in ask("route53", "list_hosted_zones")["HostedZones"]),
    }
    return {each for each in found if not each.startswith(("ec2-alb-", "AWSServiceRole", "/aws/"))}


def held(project: Project, account: Account, name: str, *flags: str) -> None:
    """What the system uses is not taken from it, and who uses it is named."""
    there = bootstrapped(account)
    uses = {"region": "has its nested templates in bucket", "account": "reads /stackwright/hosted-zone-id"}
    for blueprint in BOOTSTRAP:
        refused = project.run("destroy", blueprint, name, "--local", "--yes", *flags, status=1).stderr
        assert f"stack {blueprint}-{name} is still used, nothing was changed: ec2-alb-{name} " in refused
        assert uses[blueprint] in refused and f"destroy ec2-alb-{name} first" in refused
    assert bootstrapped(account) == there


def gone(project: Project, account: Account, name: str, *flags: str) -> set[str]:
    """Destroy the bootstrap stacks; return what remains, all of which was named with its id."""
    runs = [project.run("destroy", each, name, "--local", "--yes", *flags).stderr for each in BOOTSTRAP]
    told = "".join(each.partition("what remains")[2] for each in runs)
    remains = bootstrapped(account)
    assert [each for each in remains if each not in told] == []
    return remains


def test_dev_leaves_what_policy_keeps_and_then_nothing(project: Project, account: Account) -> None:
    used(project, account, "dev")
    held(project, account, "dev")
    told = project.run("destroy", "ec2-alb", "dev", "--local", "--yes").stderr
    remains = told.partition("what remains")[2]
    kept = left(account)
    assert sorted(each.partition(" ")[0] for each in kept) == KEPT
    assert [each for each in kept if each.rpartition(" ")[2] not in remains] == []
    assert [f"validation record {each}" in remains for each in records(account)] == [True]

    assert "nothing to do" in project.run("destroy", "ec2-alb", "dev", "--local", "--yes").stderr
    assert left(account) == kept

    project.run("destroy", "ec2-alb", "dev", "--local", "--yes", "--delete-data")
    assert left(account) == set()
    again = project.run("destroy", "ec2-alb", "dev", "--local", "--yes", "--delete-data").stderr
    assert "nothing to do" in again
    assert "what remains" not in again

    remains = gone(project, account, "dev", "--delete-data")
    assert [each for each in remains if not each.startswith(IN_IAM)] == []
    assert "nothing to do" in project.run("destroy", "account", "dev", "--local", "--yes", "--delete-data").stderr


def test_prod_takes_two_flags_to_leave_nothing(project: Project, account: Account) -> None:
    used(project, account, "prod")
    held(project, account, "prod", "--unprotect")
    there = left(account)
    destroy = ("destroy", "ec2-alb", "prod", "--local", "--yes")
    for flags in ((), ("--delete-data",)):
        assert "--unprotect" in project.run(*destroy, *flags, status=2).stderr
        assert left(account) == there
    account.client("cloudformation").update_termination_protection(
        StackName="ec2-alb-prod", EnableTerminationProtection=False
    )
    assert "load balancer LoadBalancer/" in project.run(*destroy, status=2).stderr
    assert left(account) == there

    told = project.run(*destroy, "--unprotect", "--delete-data").stderr
    assert left(account) == set()
    assert "end the instances of Cluster/AutoScalingGroup" in told
    assert "delete with every image Registry/Repository" in told

    zone, account_prod = zones(account), ("destroy", "account", "prod", "--local", "--yes")
    assert "termination protection" in project.run(*account_prod, status=2).stderr
    refused = project.run(*account_prod, "--unprotect", "--delete-data", status=2).stderr
    assert f"hosted zone {zone} of prod is never deleted by destroy: nothing was changed" in refused
    assert zone in gone(project, account, "prod", "--unprotect")


@pytest.mark.parametrize("obstacle", ["the load balancer", "the instances"])
def test_without_destroy_prods_protection_stops_the_deletion(project: Project, account: Account, obstacle: str) -> None:
    """The local AWS refuses where AWS does: what destroy lifts is really in the way."""
    if obstacle == "the instances":
        project.set("ec2-alb", "prod", DeletionProtection="off")
    project.run("deploy", "ec2-alb", "prod", "--local", "--yes")
    cloudformation = account.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName="ec2-alb-prod")["Stacks"][0]["StackId"]
    cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName=stack)
    with pytest.raises(Exception, match="DELETE_FAILED"):
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    reasons = {
        "the load balancer": "because deletion protection is enabled",
        "the instances": "all remaining instances are protected from scale-in",
    }
    told = project.run("destroy", "ec2-alb", "prod", "--local", "--yes", "--unprotect").stderr
    assert "ec2-alb-prod: deleted" in told
    nested = [each for each in _stacks(account) if each["StackName"].startswith("ec2-alb-prod-")]
    events = [
        event.get("ResourceStatusReason", "")
        for each in nested
        for event in cloudformation.describe_stack_events(StackName=each["StackId"])["StackEvents"]
    ]
    assert any(reasons[obstacle] in each for each in events)


def _stacks(account: Account) -> list[Any]:
    return list(account.client("cloudformation").list_stacks()["StackSummaries"])
