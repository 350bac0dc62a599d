"""The firewall in front of a load balancer: there by one parameter, and gone by the same."""

from __future__ import annotations

from typing import Any

from support.accounts import Account, Project

DEPLOY = ("deploy", "fargate-alb", "dev", "--local", "--yes")


def protecting(account: Account) -> Any:
    """The web ACL of the one load balancer; None for none."""
    (balancer,) = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return account.client("wafv2").get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"]).get("WebACL")


def logged_to(account: Account) -> list[str]:
    found = account.client("logs").describe_log_groups(logGroupNamePrefix="aws-waf-logs-")["logGroups"]
    return [each["logGroupName"] for each in found]


def test_the_firewall_comes_counts_blocks_and_goes(project: Project, account: Account) -> None:
    project.set("fargate-alb", "dev", Firewall="count")
    project.run(*DEPLOY)
    acl = protecting(account)
    assert [each["OverrideAction"] for each in acl["Rules"] if each.get("OverrideAction")] == [{"Count": {}}] * 3
    assert logged_to(account)

    project.set("fargate-alb", "dev", Firewall="on")
    project.run(*DEPLOY)
    assert protecting(account)["Id"] == acl["Id"]
    assert [each["Action"] for each in protecting(account)["Rules"] if each.get("Action")] == [{"Block": {}}]

    project.set("fargate-alb", "dev", Firewall="off")
    project.run(*DEPLOY)
    assert protecting(account) is None
    assert account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert logged_to(account) == []


def test_the_firewall_of_an_api_comes_with_it_and_goes(project: Project, account: Account) -> None:
    deploy = ("deploy", "ec2-api", "dev", "--local", "--yes")
    project.set("ec2-api", "dev", Firewall="on")
    project.run(*deploy)
    (api,) = account.client("apigateway").get_rest_apis()["items"]
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}/stages/prod"
    assert account.client("wafv2").get_web_acl_for_resource(ResourceArn=stage)["WebACL"]["Rules"]

    project.run("destroy", "ec2-api", "dev", "--local", "--yes")
    assert account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
