"""REST APIs by their handlers: made, read back through the service's own API, changed and deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from stackwright.emulator.handlers import Context, handler_for
from stackwright.emulator.handlers.shapes import PropertyError, Unstable
from tests.stackwright.emulator.handlers.conftest import Bench

PREFIX = "AWS::ApiGateway::"
API = (f"{PREFIX}RestApi", {"Name": "shop"})
HTTP = {
    "Type": "HTTP_PROXY",
    "IntegrationHttpMethod": "ANY",
    "Uri": "http://${stageVariables.host}:80/",
    "ConnectionType": "VPC_LINK",
    "ConnectionId": "${stageVariables.link}",
}
METHOD = (
    f"{PREFIX}Method",
    {
        "RestApiId": "@api",
        "ResourceId": "@api.RootResourceId",
        "HttpMethod": "ANY",
        "AuthorizationType": "NONE",
        "Integration": HTTP,
    },
)
DEPLOYMENT = (f"{PREFIX}Deployment", {"RestApiId": "@api"})
MADE = {"api": API, "method": METHOD, "deployment": DEPLOYMENT}


@pytest.fixture
def bench(context: Context) -> Bench:
    return Bench(context)


def test_api(bench: Bench) -> None:
    bench.round_trip(
        f"{PREFIX}RestApi",
        {
            "Name": "shop",
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            "SecurityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
            "EndpointAccessMode": "STRICT",
            "BinaryMediaTypes": ["*/*"],
            "Tags": [{"Key": "Project", "Value": "shop"}],
        },
        ("apigateway", "get_rest_api", {"restApiId": "@"}, "@"),
        {
            "endpointConfiguration.types": ["REGIONAL"],
            "securityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
            "endpointAccessMode": "STRICT",
            "binaryMediaTypes": ["*/*"],
            "tags.Project": "shop",
        },
        change={
            "EndpointAccessMode": "BASIC",
            "BinaryMediaTypes": ["image/png"],
            "Tags": [{"Key": "Project", "Value": "store"}],
        },
        then={"endpointAccessMode": "BASIC", "binaryMediaTypes": ["image/png"], "tags.Project": "store"},
        attributes=("RestApiId", "RootResourceId"),
    )


def test_path(bench: Bench) -> None:
    bench.round_trip(
        f"{PREFIX}Resource",
        {"RestApiId": "@api", "ParentId": "@api.RootResourceId", "PathPart": "{proxy+}"},
        ("apigateway", "get_resource", {"restApiId": "@api", "resourceId": "@"}, "@"),
        {"path": "/{proxy+}"},
        needs={"api": API},
        attributes=("ResourceId",),
    )


def test_method_keeps_its_link(bench: Bench) -> None:
    properties = METHOD[1]
    bench.round_trip(
        f"{PREFIX}Method",
        properties,
        (
            "apigateway",
            "get_method",
            {"restApiId": "@api", "resourceId": "@api.RootResourceId", "httpMethod": "ANY"},
            "methodIntegration",
        ),
        {"connectionId": "${stageVariables.link}", "uri": "http://${stageVariables.host}:80/", "type": "HTTP_PROXY"},
        needs={"api": API},
        change={"Integration": HTTP | {"Uri": "http://${stageVariables.host}:8000/"}},
        then={"uri": "http://${stageVariables.host}:8000/"},
    )


def test_stage(bench: Bench, client: Any) -> None:
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::123456789012:role/logs"}
    client("apigateway").update_account(patchOperations=[role])
    setting = {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": "50", "LoggingLevel": "ERROR"}
    bench.round_trip(
        f"{PREFIX}Stage",
        {
            "RestApiId": "@api",
            "StageName": "prod",
            "DeploymentId": "@deployment",
            "Variables": {"host": "one.example.com", "old": "yes"},
            "MethodSettings": [setting],
            "AccessLogSetting": {"DestinationArn": "arn:aws:logs:us-east-1:1:log-group:a", "Format": "$context.status"},
        },
        ("apigateway", "get_stage", {"restApiId": "@api", "stageName": "@"}, "@"),
        {
            "deploymentId": "@deployment",
            "variables": {"host": "one.example.com", "old": "yes"},
            'methodSettings."*/*".throttlingRateLimit': 50.0,
            'methodSettings."*/*".loggingLevel': "ERROR",
            "accessLogSettings.format": "$context.status",
        },
        needs=MADE,
        change={"Variables": {"host": "two.example.com"}, "MethodSettings": [setting | {"ThrottlingRateLimit": "9"}]},
        then={"variables": {"host": "two.example.com"}, 'methodSettings."*/*".throttlingRateLimit': 9.0},
    )


def test_a_stage_serves_the_snapshot_of_its_deployment(bench: Bench, client: Any) -> None:
    for name, (kind, properties) in MADE.items():
        bench.make(name, kind, properties)
    stage = {"RestApiId": "@api", "StageName": "prod", "DeploymentId": "@deployment"}
    bench.make("stage", f"{PREFIX}Stage", stage)
    api = bench.made["api"][1]

    def served() -> list[str]:
        document = client("apigateway").get_export(restApiId=api, stageName="prod", exportType="oas30")["body"].read()
        return sorted(json.loads(document)["paths"])

    assert served() == ["/"]
    bench.make("path", f"{PREFIX}Resource", {**DEPLOYMENT[1], "ParentId": "@api.RootResourceId", "PathPart": "new"})
    bench.make("another", METHOD[0], METHOD[1] | {"ResourceId": "@path"})
    assert served() == ["/"]
    later = bench.make("later", *DEPLOYMENT)
    handler, old = handler_for(f"{PREFIX}Stage"), bench.fill(stage)
    assert handler.update
    handler.update(bench.context, "prod", old | {"DeploymentId": later}, old)
    assert served() == ["/", "/new"]


def definition(*paths: str, **given: Any) -> dict[str, Any]:
    integration = {"type": "http_proxy", "httpMethod": "ANY", "uri": "http://example.com/", "connectionId": "link"}
    method = {"x-amazon-apigateway-integration": integration, "security": [{"users": [], "key": []}]}
    scheme = {
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["arn:aws:cognito"]},
    }
    return {
        "paths": {path: {"x-amazon-apigateway-any-method": method} for path in paths},
        "components": {"securitySchemes": {"users": scheme, "key": {"name": "x-api-key"}}},
        **given,
    }


def test_a_definition_replaces_the_one_before(bench: Bench, client: Any) -> None:
    old = {"Name": "shop", "Body": definition("/", "/a/b"), "BinaryMediaTypes": ["*/*"]}
    api = bench.make("api", f"{PREFIX}RestApi", old)

    def paths() -> dict[str, bool]:
        found = client("apigateway").get_resources(restApiId=api)["items"]
        return {each["path"]: "resourceMethods" in each for each in found}

    assert paths() == {"/": True, "/a": False, "/a/b": True}
    root = handler_for(f"{PREFIX}RestApi").attributes(bench.context, api, old)["RootResourceId"]
    method = client("apigateway").get_method(restApiId=api, resourceId=root, httpMethod="ANY")
    assert (method["authorizationType"], method["apiKeyRequired"]) == ("COGNITO_USER_POOLS", True)
    assert method["methodIntegration"]["connectionId"] == "link"
    handler = handler_for(f"{PREFIX}RestApi")
    assert handler.update
    handler.update(bench.context, api, old | {"Body": definition("/", "/c")}, old)
    assert paths() == {"/": True, "/c": True}
    assert len(client("apigateway").get_authorizers(restApiId=api)["items"]) == 1
    # An import that overwrites resets what it does not say.
    assert client("apigateway").get_rest_api(restApiId=api)["binaryMediaTypes"] == []


def test_what_no_patch_can_change_is_told(bench: Bench) -> None:
    for name, (kind, properties) in MADE.items():
        bench.make(name, kind, properties)
    old = bench.fill({"RestApiId": "@api", "StageName": "prod", "DeploymentId": "@deployment"})
    handler = handler_for(f"{PREFIX}Stage")
    handler.create(bench.context, old)
    assert handler.update
    with pytest.raises(PropertyError, match="CanarySetting: cannot be updated in place"):
        handler.update(bench.context, "prod", old | {"CanarySetting": {"PercentTraffic": 1}}, old)


def test_link_needs_its_load_balancer(bench: Bench) -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/gone/1"
    with pytest.raises(Unstable, match="is no Network Load Balancer"):
        bench.make("link", f"{PREFIX}VpcLink", {"Name": "shop", "TargetArns": [arn]})


def test_key_opens_nothing_without_its_plan(bench: Bench, client: Any) -> None:
    bench.make("key", f"{PREFIX}ApiKey", {"Enabled": True})
    bench.make("plan", f"{PREFIX}UsagePlan", {"Description": "all"})
    properties = {"KeyId": "@key", "KeyType": "API_KEY", "UsagePlanId": "@plan"}
    physical_id = bench.make("both", f"{PREFIX}UsagePlanKey", properties)
    plan = bench.made["plan"][1]
    assert physical_id == f"{bench.made['key'][1]}:{plan}"
    assert [each["id"] for each in client("apigateway").get_usage_plan_keys(usagePlanId=plan)["items"]]
    handler = handler_for(f"{PREFIX}UsagePlanKey")
    handler.delete(bench.context, physical_id, bench.fill(properties))
    assert not client("apigateway").get_usage_plan_keys(usagePlanId=plan)["items"]


def test_authorizer(bench: Bench) -> None:
    bench.round_trip(
        f"{PREFIX}Authorizer",
        {
            "RestApiId": "@api",
            "Name": "users",
            "Type": "COGNITO_USER_POOLS",
            "ProviderARNs": ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a"],
            "IdentitySource": "method.request.header.Authorization",
        },
        ("apigateway", "get_authorizer", {"restApiId": "@api", "authorizerId": "@"}, "@"),
        {"type": "COGNITO_USER_POOLS", "identitySource": "method.request.header.Authorization"},
        needs={"api": API},
        attributes=("AuthorizerId",),
    )


def test_unknown_member_is_an_error(context: Context) -> None:
    with pytest.raises(PropertyError, match="Colour"):
        handler_for(f"{PREFIX}RestApi").create(context, {"Name": "shop", "Colour": "red"})


def test_deleted_api_is_gone(bench: Bench, client: Any) -> None:
    api = bench.make("api", *API)
    handler_for(f"{PREFIX}RestApi").delete(bench.context, api, {})
    with pytest.raises(ClientError, match="NotFoundException"):
        client("apigateway").get_rest_api(restApiId=api)
