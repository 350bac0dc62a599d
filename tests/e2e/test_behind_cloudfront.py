"""A system behind CloudFront as the operations page has it: edge, the system, edge again; and the way back."""

from __future__ import annotations

from typing import Any

from support.accounts import Account, Project
from support.stacks import Stack

NAME = "cdn.dev.example.com"


def deploy(project: Project, blueprint: str, **parameters: str) -> None:
    project.set(blueprint, "dev", **parameters)
    project.run("deploy", blueprint, "dev", "--local", "--yes", "--despite-findings")


def the_distribution(account: Account) -> Any:
    (found,) = account.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return found


def test_edge_the_system_and_edge_again(project: Project, account: Account) -> None:
    edge, system = Stack(account, "edge", "dev"), Stack(account, "fargate-cdn", "dev")
    deploy(project, "edge", AlternateDomainName=NAME, Firewall="on")
    given = {name: edge.output(name) for name in ("EdgeCertificateArn", "WebAclArn")}
    zone = Stack(account, "account", "dev").output("ZoneId")
    deploy(project, "fargate-cdn", AlternateDomainName=NAME, AlternateZoneId=zone, **given)
    deploy(project, "edge", DistributionId=system.output("DistributionId"))

    distribution = the_distribution(account)
    assert distribution["Aliases"]["Items"] == [NAME]
    assert distribution["ViewerCertificate"]["ACMCertificateArn"] == given["EdgeCertificateArn"]
    assert distribution["WebACLId"] == given["WebAclArn"]
    (source,) = account.client("logs").describe_delivery_sources()["deliverySources"]
    assert source["resourceArns"] == [distribution["ARN"]]

    destroy = ("--local", "--yes", "--delete-data")
    refused = project.run("destroy", "edge", "dev", *destroy, status=1).stderr
    assert "is in use" in refused
    project.run("destroy", "fargate-cdn", "dev", *destroy)
    project.run("destroy", "edge", "dev", *destroy)
    assert set(edge.stacks()) == {"account-dev", "region-dev"}
    assert account.client("acm").list_certificates()["CertificateSummaryList"] == []
    assert account.client("wafv2").list_web_acls(Scope="CLOUDFRONT")["WebACLs"] == []
