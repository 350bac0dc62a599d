"""`ec2-api` before an Application Load Balancer: with an HTTP API, changed to a REST API by TLS, and destroyed."""

from __future__ import annotations

import json
from typing import Any

from support.accounts import Project
from support.existing_network import certificate
from support.systems import System, deployed, destroyed_with_nothing_left
from troposphere import Template

from nested import api_gateway, http_api
from templates import ec2_api

NAME = "shop.example.com"
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a1b2c3"
OWN = '''"""The variant that somebody builds."""

from nested import api_gateway, http_api
from stackwright.compose import Blueprint
from templates import ec2_api


def blueprint() -> Blueprint:
    return ec2_api.blueprint(application={api})
'''


def build(project: Project, api: str, application: Template, **parameters: str) -> None:
    """Make the blueprint the one with this API, told as its source too, and its parameters those that it asks for."""
    index = project.folder / "templates" / "__init__.py"
    index.write_text(index.read_text().replace('_from("ec2_api")', '_from("own")'))
    (project.folder / "templates" / "own.py").write_text(OWN.format(api=api))
    file = project.folder / "params" / "ec2-api" / "dev.json"
    content = json.loads(file.read_text())
    given = content["Parameters"] | parameters
    asked = ec2_api.blueprint(application=application).root["Parameters"].keys()
    content["Parameters"] = {name: each for name, each in given.items() if name in asked}
    file.write_text(json.dumps(content))


def test_an_http_api_for_tokens_becomes_a_rest_api_by_tls(project: Project) -> None:
    application = http_api.template(authorization="JWT")
    build(project, 'http_api.template(authorization="JWT")', application, JwtIssuer=ISSUER, JwtAudience="shop")
    system = deployed(project, "ec2-api", "dev")
    (listener,) = system.listeners()
    check_the_http_api(system, listener)
    check_the_load_balancer_admits_the_link(system, listener)

    own = {"CertificateArn": certificate(project.account, NAME), "CertificateName": NAME}
    build(project, 'api_gateway.template(to="application")', api_gateway.template(to="application"), **own)
    changed = deployed(project, "ec2-api", "dev")
    (encrypted,) = changed.listeners()
    assert (encrypted["Port"], encrypted["Protocol"]) == (443, "HTTPS")
    check_the_rest_api(changed)
    check_the_load_balancer_admits_the_link(changed, encrypted)
    assert changed.id("Api", "VpcLink") == system.id("Api", "VpcLink")
    assert not changed.ask("apigatewayv2", "get_apis")["Items"]
    given = f"AWS::CertificateManager::Certificate {own['CertificateArn']}"
    destroyed_with_nothing_left(changed, before=frozenset({given}))


def check_the_http_api(system: System, listener: Any) -> None:
    api = system.id("Api", "HttpApi")
    assert f"https://{api}.execute-api.us-east-1.amazonaws.com/prod" in system.printed
    (route,) = system.ask("apigatewayv2", "get_routes", ApiId=api)["Items"]
    assert (route["RouteKey"], route["AuthorizationType"]) == ("$default", "JWT")
    authorizer = system.ask("apigatewayv2", "get_authorizer", ApiId=api, AuthorizerId=route["AuthorizerId"])
    assert authorizer["JwtConfiguration"] == {"Audience": ["shop"], "Issuer": ISSUER}
    (way,) = system.ask("apigatewayv2", "get_integrations", ApiId=api)["Items"]
    assert route["Target"] == f"integrations/{way['IntegrationId']}"
    assert (way["ConnectionType"], way["ConnectionId"]) == ("VPC_LINK", system.id("Api", "VpcLink"))
    assert (way["IntegrationUri"], way.get("TlsConfig")) == (listener["ListenerArn"], None)
    stage = system.ask("apigatewayv2", "get_stage", ApiId=api, StageName="prod")
    assert (stage["AutoDeploy"], stage["DefaultRouteSettings"]["ThrottlingRateLimit"]) == (True, 50.0)


def check_the_rest_api(system: System) -> None:
    api = system.id("Api", "RestApi")
    answer = system.ask("apigateway", "get_export", restApiId=api, stageName="prod", exportType="oas30")
    served = {
        path: each["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]
        for path, each in json.loads(answer["body"].read())["paths"].items()
    }
    assert {path: each["uri"] for path, each in served.items()} == {
        "/": "https://${stageVariables.host}:443/",
        "/{proxy+}": "https://${stageVariables.host}:443/{proxy}",
    }
    assert {each["integrationTarget"] for each in served.values()} == {system.load_balancer()["LoadBalancerArn"]}
    stage = system.ask("apigateway", "get_stage", restApiId=api, stageName="prod")
    assert stage["variables"] == {"host": NAME, "link": system.id("Api", "VpcLink")}


def check_the_load_balancer_admits_the_link(system: System, listener: Any) -> None:
    """Hold that it admits nobody else, and that its one listener leads to the tasks."""
    balancer = system.load_balancer()
    link = system.ask("apigatewayv2", "get_vpc_link", VpcLinkId=system.id("Api", "VpcLink"))
    assert balancer["Scheme"] == "internal"
    assert set(link["SubnetIds"]) == {each["SubnetId"] for each in balancer["AvailabilityZones"]}
    (group,) = system.ask("ec2", "describe_security_groups", GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
    admitted = {pair["GroupId"] for each in group["IpPermissions"] for pair in each["UserIdGroupPairs"]}
    assert admitted == set(link["SecurityGroupIds"]) == {system.id("Api", "LinkSecurityGroup")}
    assert not any(each["IpRanges"] or each["PrefixListIds"] for each in group["IpPermissions"])
    assert len(system.rules(listener)) == 1
    assert len(system.tasks()) == 2
