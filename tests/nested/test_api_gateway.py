"""The API: its routes, who may call, and that every change of it reaches the stage."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from nested import api_gateway
from nested.parts.endpoints import BACKEND, FRONTEND
from nested.parts.openapi import Callers
from nested.parts.routes import DEFAULT, Route
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {
    "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/lb/1",
    "LoadBalancerDnsName": "lb.example.com",
}
APPLICATION = {
    "VpcId": "vpc-0a1b2c3d",
    "PrivateSubnetIds": "subnet-0a1b2c3d,subnet-1a2b3c4d",
    "LoadBalancerSecurityGroupId": "sg-0a1b2c3d",
}
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a"
USERS = Callers("COGNITO_USER_POOLS", (POOL,))


def body(**options: Any) -> dict[str, Any]:
    found: dict[str, Any] = api_gateway.template(**options).to_dict()["Resources"]
    return found


def resources(options: dict[str, Any] | None = None, **parameters: str) -> dict[str, dict[str, Any]]:
    template = api_gateway.template(**(options or {})).to_dict()
    fed = {name: value for name, value in (GIVEN | APPLICATION | parameters).items() if name in template["Parameters"]}
    graph = resolve(template, {}, fed, region="eu-west-1", stack_name="shop-prod-Api-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def methods(**options: Any) -> dict[str, Any]:
    """What every method of HTTP meets at each path."""
    paths = resources(options)["RestApi"]["Body"]["paths"]
    return {path: each["x-amazon-apigateway-any-method"] for path, each in paths.items()}


def integrations(**options: Any) -> dict[str, Any]:
    return {path: each["x-amazon-apigateway-integration"] for path, each in methods(**options).items()}


def deployment(**options: Any) -> str:
    (found,) = [name for name, each in body(**options).items() if each["Type"] == "AWS::ApiGateway::Deployment"]
    return found


def test_the_documents_routes_lead_to_their_ports() -> None:
    assert {path: each["uri"] for path, each in integrations().items()} == {
        "/": "http://${stageVariables.host}:80/",
        "/frontend": "http://${stageVariables.host}:80/",
        "/backend": "http://${stageVariables.host}:8000/",
        "/backend/{proxy+}": "http://${stageVariables.host}:8000/{proxy}",
    }
    assert {(each["type"], each["httpMethod"]) for each in integrations().values()} == {("http_proxy", "ANY")}


def test_what_is_below_the_backend_is_handed_on() -> None:
    below = methods()["/backend/{proxy+}"]
    assert [(each["name"], each["in"], each["required"]) for each in below["parameters"]] == [("proxy", "path", True)]
    mapped = below["x-amazon-apigateway-integration"]["requestParameters"]
    assert mapped == {"integration.request.path.proxy": "method.request.path.proxy"}
    assert "parameters" not in methods()["/backend"]


CHANGES: dict[str, dict[str, Any]] = {
    "a route": {"routes": (*DEFAULT, Route("/api", BACKEND))},
    "a port": {"routes": (*DEFAULT[:1], Route("/frontend", BACKEND), *DEFAULT[2:])},
    "a path behind": {"routes": (*DEFAULT[:1], Route("/frontend", FRONTEND, "/frontend"), *DEFAULT[2:])},
    "a route less": {"routes": DEFAULT[:3]},
    "who signs": {"callers": Callers("AWS_IAM")},
    "who logs in": {"callers": USERS},
    "another pool": {"callers": Callers("COGNITO_USER_POOLS", (POOL + "b",))},
    "keys": {"callers": Callers(keys=True)},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_the_api_is_another_deployment(change: dict[str, Any]) -> None:
    assert deployment(**change) != deployment()


def test_changes_differ_from_each_other_and_the_same_api_is_the_same_deployment() -> None:
    assert len({deployment(**each) for each in CHANGES.values()}) == len(CHANGES)
    assert deployment() == deployment()


def test_the_snapshot_is_taken_of_the_whole_definition_and_of_nothing_that_is_deleted_later() -> None:
    """Paths and methods that were resources would go after the snapshot is taken, and so be in it."""
    found = body()
    assert found[deployment()]["Properties"] == {"RestApiId": {"Ref": "RestApi"}}
    assert found["RestApi"]["Properties"]["Mode"] == "overwrite"
    kinds = {each["Type"] for each in found.values()}
    assert not kinds & {f"AWS::ApiGateway::{each}" for each in ("Resource", "Method", "Authorizer", "Model")}
    assert found["Stage"]["Properties"]["DeploymentId"] == {"Ref": deployment()}


def test_what_the_snapshot_holds_follows_no_parameter() -> None:
    """What another stack or a parameter decides goes through stage variables, which need no snapshot."""
    assert set(re.findall(r'"Ref": "([^"]+)"', json.dumps(body()["RestApi"]))) == {"AWS::StackName"}
    assert resources()["Stage"]["Variables"] == {"host": "lb.example.com", "link": "${VpcLink.Ref}"}
    assert {each["connectionId"] for each in integrations().values()} == {"${stageVariables.link}"}


def test_a_stage_outlives_its_deployments() -> None:
    found = body()
    assert found["Stage"]["Properties"]["StageName"] == "prod"
    assert "StageName" not in found[deployment()].get("Properties", {})


def test_the_endpoint_is_regional_and_speaks_no_old_tls() -> None:
    api = resources()["RestApi"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_")
    assert api["EndpointAccessMode"] == "STRICT"
    assert api["BinaryMediaTypes"] == ["*/*"]
    # An import that overwrites resets what it does not say.
    said = {key: value for key, value in api["Body"].items() if key.startswith("x-amazon-apigateway-")}
    assert said == {
        "x-amazon-apigateway-binary-media-types": api["BinaryMediaTypes"],
        "x-amazon-apigateway-security-policy": api["SecurityPolicy"],
        "x-amazon-apigateway-endpoint-access-mode": api["EndpointAccessMode"],
    }


def test_requests_are_limited_and_logged_as_the_environment_says() -> None:
    stage = resources(ApiRateLimit="7", ApiBurstLimit="9", ApiLogRetentionDays="14")["Stage"]
    (every,) = stage["MethodSettings"]
    assert (every["HttpMethod"], every["ResourcePath"]) == ("*", "/*")
    assert (every["ThrottlingRateLimit"], every["ThrottlingBurstLimit"]) == ("7", "9")
    destination = stage["AccessLogSetting"]["DestinationArn"]
    assert destination.endswith(":log-group:${AccessLogs.Ref}")
    assert "$context.requestId" in json.loads(stage["AccessLogSetting"]["Format"]).values()


def test_no_log_group_is_left_to_api_gateway() -> None:
    found = resources(ApiLogRetentionDays="14")
    assert found["ExecutionLogs"]["LogGroupName"] == "API-Gateway-Execution-Logs_${RestApi.Ref}/prod"
    assert [found[each]["RetentionInDays"] for each in ("AccessLogs", "ExecutionLogs")] == ["14", "14"]
    assert body()["Stage"]["DependsOn"] == "ExecutionLogs"
    assert resources()["Stage"]["MethodSettings"][0]["DataTraceEnabled"] is False


@pytest.mark.parametrize(("switch", "enabled"), [("on", True), ("off", False)])
def test_metrics_of_each_method_are_charged_and_so_a_parameter(switch: str, enabled: bool) -> None:
    assert resources(ApiDetailedMetrics=switch)["Stage"]["MethodSettings"][0]["MetricsEnabled"] is enabled


def test_api_gateway_has_no_security_group_where_it_cannot_have_one() -> None:
    found = body()
    assert not [name for name, each in found.items() if each["Type"].startswith("AWS::EC2::SecurityGroup")]
    assert found["VpcLink"]["Type"] == "AWS::ApiGateway::VpcLink"


CALLERS = {
    "signed": (Callers("AWS_IAM"), {"signature": "awsSigv4"}),
    "users": (USERS, {"users": "cognito_user_pools"}),
    "keys": (Callers(keys=True), {"key": None}),
    "signed, with keys": (Callers("AWS_IAM", keys=True), {"signature": "awsSigv4", "key": None}),
}


@pytest.mark.parametrize(("callers", "schemes"), CALLERS.values(), ids=CALLERS.keys())
def test_every_method_asks_who_calls(callers: Callers, schemes: dict[str, str | None]) -> None:
    found = resources({"callers": callers})["RestApi"]["Body"]["components"]["securitySchemes"]
    assert {name: each.get("x-amazon-apigateway-authtype") for name, each in found.items()} == schemes
    assert all(each["security"] == [{name: [] for name in schemes}] for each in methods(callers=callers).values())


def test_users_are_those_of_the_pools() -> None:
    (scheme,) = resources({"callers": USERS})["RestApi"]["Body"]["components"]["securitySchemes"].values()
    authorizer = {"type": "cognito_user_pools", "providerARNs": [POOL]}
    assert (scheme["name"], scheme["x-amazon-apigateway-authorizer"]) == ("Authorization", authorizer)


def test_a_key_comes_with_the_plan_that_makes_it_open_something() -> None:
    keyed = resources({"callers": Callers(keys=True)})
    assert keyed["UsagePlan"]["ApiStages"] == [{"ApiId": "${RestApi.Ref}", "Stage": "${Stage.Ref}"}]
    assert keyed["UsagePlanKey"]["KeyId"] == "${ApiKey.Ref}"
    assert "ApiKey" not in resources()


def test_everybody_may_call_unless_told_otherwise() -> None:
    assert not [each for each in methods().values() if "security" in each]


@pytest.mark.parametrize("given", [{"user_pools": (POOL,)}, {"authorization": "COGNITO_USER_POOLS"}])
def test_user_pools_and_their_authorization_go_together(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="go together"):
        Callers(**given)


TO_APPLICATION: dict[str, Any] = {"to": "application"}
ENCRYPTED = {
    "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    "CertificateName": "app.example.com",
}


def test_an_application_load_balancer_is_reached_through_interfaces_that_it_admits() -> None:
    found = resources(TO_APPLICATION)
    assert found["VpcLink"]["SecurityGroupIds"] == ["${LinkSecurityGroup.GroupId}"]
    for port in (80, 443):
        inward, outward = found[f"FromLink{port}"], found[f"ToLoadBalancer{port}"]
        assert (inward["GroupId"], inward["SourceSecurityGroupId"]) == ("sg-0a1b2c3d", "${LinkSecurityGroup.GroupId}")
        assert (outward["GroupId"], outward["DestinationSecurityGroupId"]) == (
            "${LinkSecurityGroup.GroupId}",
            "sg-0a1b2c3d",
        )


def test_every_path_leads_to_an_application_load_balancer_by_itself_and_by_the_link() -> None:
    found = integrations(to="application")
    assert {path: each["uri"] for path, each in found.items()} == {
        "/": "http://${stageVariables.host}:80/",
        "/{proxy+}": "http://${stageVariables.host}:80/{proxy}",
    }
    assert {(each["integrationTarget"], each["connectionId"]) for each in found.values()} == {
        (GIVEN["LoadBalancerArn"], "${stageVariables.link}")
    }


def test_by_tls_the_host_is_what_its_certificate_is_for() -> None:
    plain, encrypted = resources(TO_APPLICATION), resources(TO_APPLICATION, **ENCRYPTED)
    paths = encrypted["RestApi"]["Body"]["paths"].values()
    uris = {each["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]["uri"] for each in paths}
    assert uris == {"https://${stageVariables.host}:443/", "https://${stageVariables.host}:443/{proxy}"}
    hosts = [each["Stage"]["Variables"]["host"] for each in (plain, encrypted)]
    assert hosts == ["lb.example.com", "app.example.com"]


def test_a_certificate_that_comes_or_goes_is_another_deployment() -> None:
    """It changes the definition, and no id from build time can know."""
    plain, encrypted = resources(TO_APPLICATION), resources(TO_APPLICATION, **ENCRYPTED)
    taken = [{path for path in each if path.startswith("Deployment")} for each in (plain, encrypted)]
    assert [len(each) for each in taken] == [1, 1]
    assert taken[0] != taken[1]
    assert [each["Stage"]["DeploymentId"] for each in (plain, encrypted)] == [f"${{{min(each)}.Ref}}" for each in taken]
