"""HTTP APIs by their handlers: made, read back through the service's own API, changed and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from stackwright.emulator.handlers import Context, handler_for
from stackwright.emulator.handlers.shapes import PropertyError
from tests.stackwright.emulator.handlers.conftest import Bench

PREFIX = "AWS::ApiGatewayV2::"
API = (f"{PREFIX}Api", {"Name": "shop", "ProtocolType": "HTTP"})
INTEGRATION = (
    f"{PREFIX}Integration",
    {"ApiId": "@api", "IntegrationType": "HTTP_PROXY", "IntegrationUri": "https://example.com"},
)


@pytest.fixture
def bench(context: Context) -> Bench:
    return Bench(context)


def subnet(client: Any) -> str:
    vpc = client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    found: str = client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    return found


def test_api(bench: Bench) -> None:
    bench.round_trip(
        f"{PREFIX}Api",
        {"Name": "shop", "ProtocolType": "HTTP", "Tags": {"Project": "shop"}},
        ("apigatewayv2", "get_api", {"ApiId": "@"}, "@"),
        {"Name": "shop", "ProtocolType": "HTTP", "Tags.Project": "shop"},
        change={"Name": "store", "Tags": {"Project": "store"}},
        then={"Name": "store", "Tags.Project": "store"},
        attributes=("ApiId", "ApiEndpoint", "ExecuteApiArn"),
    )


def test_link(bench: Bench, client: Any) -> None:
    bench.round_trip(
        f"{PREFIX}VpcLink",
        {"Name": "shop", "SubnetIds": [subnet(client)], "SecurityGroupIds": ["sg-1"], "Tags": {"Project": "shop"}},
        ("apigatewayv2", "get_vpc_link", {"VpcLinkId": "@"}, "@"),
        {"Name": "shop", "SecurityGroupIds": ["sg-1"]},
        change={"Name": "store"},
        then={"Name": "store"},
        attributes=("VpcLinkId",),
    )


def test_integration(bench: Bench) -> None:
    bench.round_trip(
        INTEGRATION[0],
        INTEGRATION[1] | {"IntegrationMethod": "ANY", "RequestParameters": {"overwrite:path": "$request.path"}},
        ("apigatewayv2", "get_integration", {"ApiId": "@api", "IntegrationId": "@"}, "@"),
        {"IntegrationMethod": "ANY", "IntegrationUri": "https://example.com"},
        needs={"api": API},
        change={"IntegrationUri": "https://example.org"},
        then={"IntegrationUri": "https://example.org"},
        attributes=("IntegrationId",),
    )


def test_route(bench: Bench) -> None:
    bench.round_trip(
        f"{PREFIX}Route",
        {"ApiId": "@api", "RouteKey": "$default", "AuthorizationType": "AWS_IAM"},
        ("apigatewayv2", "get_route", {"ApiId": "@api", "RouteId": "@"}, "@"),
        {"RouteKey": "$default", "AuthorizationType": "AWS_IAM"},
        needs={"api": API},
        change={"AuthorizationType": "NONE"},
        then={"AuthorizationType": "NONE"},
        attributes=("RouteId",),
    )


def test_authorizer(bench: Bench) -> None:
    bench.round_trip(
        f"{PREFIX}Authorizer",
        {
            "ApiId": "@api",
            "Name": "tokens",
            "AuthorizerType": "JWT",
            "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {"Issuer": "https://example.com", "Audience": ["shop"]},
        },
        ("apigatewayv2", "get_authorizer", {"ApiId": "@api", "AuthorizerId": "@"}, "@"),
        {"AuthorizerType": "JWT", "JwtConfiguration.Issuer": "https://example.com"},
        needs={"api": API},
        change={"JwtConfiguration": {"Issuer": "https://example.org", "Audience": ["shop"]}},
        then={"JwtConfiguration.Issuer": "https://example.org"},
        attributes=("AuthorizerId",),
    )


def test_stage(bench: Bench) -> None:
    bench.round_trip(
        f"{PREFIX}Stage",
        {"ApiId": "@api", "StageName": "prod", "AutoDeploy": True, "DefaultRouteSettings": {"ThrottlingRateLimit": 50}},
        ("apigatewayv2", "get_stage", {"ApiId": "@api", "StageName": "@"}, "@"),
        {"AutoDeploy": True, "DefaultRouteSettings.ThrottlingRateLimit": 50},
        needs={"api": API},
        change={"DefaultRouteSettings": {"ThrottlingRateLimit": 60}, "Description": "shop"},
        then={"DefaultRouteSettings.ThrottlingRateLimit": 60, "Description": "shop"},
    )


def test_integration_needs_its_link(bench: Bench) -> None:
    bench.make("api", *API)
    with pytest.raises((ClientError, PropertyError), match="VpcLink identifier"):
        bench.make("integration", INTEGRATION[0], INTEGRATION[1] | {"ConnectionType": "VPC_LINK", "ConnectionId": "x"})


def test_link_needs_its_subnets(bench: Bench) -> None:
    with pytest.raises(ClientError, match="Subnet subnet-1 does not exist"):
        bench.make("link", f"{PREFIX}VpcLink", {"Name": "shop", "SubnetIds": ["subnet-1"], "SecurityGroupIds": []})


def test_unknown_member_is_an_error(context: Context) -> None:
    with pytest.raises(PropertyError, match="Colour"):
        handler_for(f"{PREFIX}Api").create(context, {"Name": "shop", "ProtocolType": "HTTP", "Colour": "red"})
