"""The firewall in front of an API: there by one parameter, and gone with its stack."""

from __future__ import annotations

from support.accounts import Account, Project


def test_the_firewall_of_an_api_comes_with_it_and_goes(project: Project, account: Account) -> None:
    deploy = ("deploy", "ec2-api", "dev", "--local", "--yes")
    project.set("ec2-api", "dev", Firewall="on")
    project.run(*deploy)
    (api,) = account.client("apigateway").get_rest_apis()["items"]
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}/stages/prod"
    assert account.client("wafv2").get_web_acl_for_resource(ResourceArn=stage)["WebACL"]["Rules"]

    project.run("destroy", "ec2-api", "dev", "--local", "--yes")
    assert account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
