"""`edge` before and after there is a distribution, and the way back: nothing of it is left."""

from __future__ import annotations

import pytest
from support.accounts import Account, Project
from support.inventory import left, unseen
from support.stacks import Stack

BLUEPRINT = "edge"
NAME = "cdn.example.com"


def distribution(account: Account, stack: Stack) -> tuple[str, str]:
    """One that uses what `edge` gives, as a system's stack would; its id and version."""
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    behavior = {
        "TargetOriginId": "app",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    }
    made = account.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": False,
            "Aliases": {"Quantity": 1, "Items": [NAME]},
            "Origins": {
                "Quantity": 1,
                "Items": [{"Id": "app", "DomainName": "app.example.com", "CustomOriginConfig": custom}],
            },
            "DefaultCacheBehavior": behavior,
            "ViewerCertificate": {
                "ACMCertificateArn": stack.output("EdgeCertificateArn"),
                "SSLSupportMethod": "sni-only",
                "MinimumProtocolVersion": "TLSv1.2_2021",
            },
            "WebACLId": stack.output("WebAclArn"),
        }
    )
    return str(made["Distribution"]["Id"]), str(made["ETag"])


def alarms(account: Account) -> set[str]:
    found = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {each["AlarmName"].split("-")[2] for each in found}


def kinds(account: Account) -> set[str]:
    """The types of what there is but for the bootstrap stacks."""
    return {each.partition(" ")[0] for each in left(account)}


def test_prod_with_a_distribution_and_back(project: Project, account: Account) -> None:
    """Deploy, again, once more with the distribution, with one parameter changed; destroy, not before it is gone."""
    stack = Stack(account, BLUEPRINT, "prod")
    deploy = ("deploy", BLUEPRINT, "prod", "--local", "--yes")
    project.run(*deploy)
    assert "no changes" in project.run(*deploy).stderr
    assert alarms(account) == {"CertificateEnds"}

    number, etag = distribution(account, stack)
    project.set(BLUEPRINT, "prod", DistributionId=number)
    project.run(*deploy)
    assert alarms(account) == {"CertificateEnds", "ServerErrors", "RefusedRequests"}
    (delivery,) = account.client("logs").describe_deliveries()["deliveries"]
    assert delivery["deliveryDestinationType"] == "S3"
    assert "cs(Cookie)" not in delivery["recordFields"]

    before = stack.events()
    project.set(BLUEPRINT, "prod", RequestLimit="500")
    project.run(*deploy)
    assert {each for each in stack.events() - before if each[1] == "UPDATE_COMPLETE"} == {("WebAcl", "UPDATE_COMPLETE")}

    assert not unseen(account, stack.name)
    destroy = ("destroy", BLUEPRINT, "prod", "--local", "--yes", "--unprotect", "--delete-data")
    assert "is in use" in project.run(*destroy, status=1).stderr
    account.client("cloudfront").delete_distribution(Id=number, IfMatch=etag)
    project.run(*destroy)
    assert left(account) == set()


def test_dev_costs_neither_firewall_nor_certificate(project: Project, account: Account) -> None:
    """Deploy, again, with one parameter changed; destroy."""
    deploy = ("deploy", BLUEPRINT, "dev", "--local", "--yes")
    project.run(*deploy)
    stack = Stack(account, BLUEPRINT, "dev")
    costly = {"AWS::CertificateManager::Certificate", "AWS::CloudWatch::Alarm", "AWS::WAFv2::WebACL"}
    assert costly.isdisjoint(kinds(account))
    assert (stack.output("EdgeCertificateArn"), stack.output("WebAclArn")) == ("", "")

    assert "no changes" in project.run(*deploy).stderr
    before = stack.events()
    project.set(BLUEPRINT, "dev", AccessLogsRetentionDays="14")
    project.run(*deploy)
    assert {what for what, status in stack.events() - before if status == "UPDATE_COMPLETE"} == {
        stack.name,
        "AccessLogs",
    }
    assert not unseen(account, stack.name)
    project.run("destroy", BLUEPRINT, "dev", "--local", "--yes", "--delete-data")
    assert left(account) == set()


@pytest.mark.parametrize("region", ["eu-west-1", "us-west-2"])
def test_another_region_is_refused_before_aws_is_asked(project: Project, account: Account, region: str) -> None:
    refused = project.run("deploy", BLUEPRINT, "dev", "--local", "--yes", "--region", region, status=2)
    assert "edge is for us-east-1" in refused.stderr
    assert account.client("cloudformation", region).describe_stacks()["Stacks"] == []
