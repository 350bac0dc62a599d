"""The HTTP API: one route to a private load balancer, and who may call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import http_api
from nested.http_api import Authorization
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/lb/1/2"
GIVEN = {
    "ListenerArn": LISTENER,
    "VpcId": "vpc-0a1b2c3d",
    "PrivateSubnetIds": "subnet-0a1b2c3d,subnet-1a2b3c4d",
    "LoadBalancerSecurityGroupId": "sg-0a1b2c3d",
}
NAME = "app.example.com"
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1b2c3"
TOKENS = {"JwtIssuer": ISSUER, "JwtAudience": "shop,store"}


def resources(authorization: Authorization = "NONE", **parameters: str) -> dict[str, Any]:
    template = http_api.template(authorization=authorization).to_dict()
    graph = resolve(template, {}, GIVEN | parameters, region="eu-west-1", stack_name="shop-prod-Api-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_every_request_goes_to_the_listener_by_the_link() -> None:
    integration = resources()["HttpIntegration"]
    assert (integration["IntegrationType"], integration["IntegrationMethod"]) == ("HTTP_PROXY", "ANY")
    assert (integration["ConnectionType"], integration["IntegrationUri"]) == ("VPC_LINK", LISTENER)
    template = http_api.template().to_dict()["Resources"]
    assert template["HttpIntegration"]["Properties"]["ConnectionId"] == {"Ref": "VpcLink"}
    route = resources()["EveryPath"]
    assert (route["RouteKey"], route["Target"]) == ("$default", "integrations/${HttpIntegration.Ref}")


def test_the_stages_name_is_no_part_of_the_path_behind() -> None:
    assert resources()["HttpIntegration"]["RequestParameters"] == {"overwrite:path": "$request.path"}


def test_link_gets_out_to_the_load_balancer_and_nowhere_else() -> None:
    found = resources()
    assert found["LinkSecurityGroup"]["SecurityGroupEgress"][0]["CidrIp"] == "127.0.0.1/32"
    assert "SecurityGroupIngress" not in found["LinkSecurityGroup"]
    for port in (80, 443):
        out, way_in = found[f"ToLoadBalancer{port}"], found[f"FromLink{port}"]
        assert out["DestinationSecurityGroupId"] == way_in["GroupId"] == "sg-0a1b2c3d"
        assert (out["FromPort"], out["ToPort"]) == (way_in["FromPort"], way_in["ToPort"]) == (port, port)


def test_with_a_certificate_the_listener_is_asked_by_tls_and_its_name_checked() -> None:
    plain = resources()
    encrypted = resources(CertificateArn="arn:aws:acm:eu-west-1:123456789012:certificate/1", CertificateName=NAME)
    assert encrypted["HttpsIntegration"] == plain["HttpIntegration"] | {"TlsConfig": {"ServerNameToVerify": NAME}}
    assert encrypted["EveryPath"]["Target"] == "integrations/${HttpsIntegration.Ref}"
    # Another integration, because an update would leave TLS on.
    assert not plain.keys() & {"HttpsIntegration"} and not encrypted.keys() & {"HttpIntegration"}


def test_every_change_reaches_the_stage_which_logs_and_limits() -> None:
    stage = resources(ApiRateLimit="50", ApiBurstLimit="100", ApiDetailedMetrics="on")["HttpStage"]
    assert stage["AutoDeploy"] in (True, "true")
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert (line["status"], line["route"]) == ("$context.status", "$context.routeKey")
    assert {name: str(value).lower() for name, value in stage["DefaultRouteSettings"].items()} == {
        "ThrottlingRateLimit": "50",
        "ThrottlingBurstLimit": "100",
        "DetailedMetricsEnabled": "true",
    }


@pytest.mark.parametrize("authorization", ["NONE", "AWS_IAM"])
def test_without_tokens_there_is_no_authorizer(authorization: Authorization) -> None:
    found = resources(authorization)
    assert found["EveryPath"]["AuthorizationType"] == authorization
    assert "Authorizer" not in found
    assert "AuthorizerId" not in found["EveryPath"]


def test_tokens_are_of_one_issuer_and_for_these() -> None:
    found = resources("JWT", **TOKENS)
    assert found["EveryPath"]["AuthorizationType"] == "JWT"
    assert found["Authorizer"]["JwtConfiguration"] == {"Issuer": ISSUER, "Audience": ["shop", "store"]}
    assert found["Authorizer"]["IdentitySource"] == ["$request.header.Authorization"]
    route = http_api.template(authorization="JWT").to_dict()["Resources"]["EveryPath"]["Properties"]
    assert route["AuthorizerId"] == {"Ref": "Authorizer"}
