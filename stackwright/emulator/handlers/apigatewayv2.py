"""API Gateway's HTTP APIs: routes, integrations, stages, authorizers, and VPC links of version 2."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.apigateway import arn_at
from stackwright.emulator.handlers.mapped import Mapped, Read, Step, handlers
from stackwright.emulator.handlers.tags import Tagging

_TAGGING = Tagging(key="ResourceArn", tags="Tags", keys="TagKeys")


def _execute_arn(context: Context, api: str, _: Properties) -> str:
    return f"arn:aws:execute-api:{context.region}:{context.account}:{api}"


_API = Mapped(
    service="apigatewayv2",
    create="create_api",
    identity="ApiId",
    key="ApiId",
    delete="delete_api",
    steps=(Step("update_api", ("Name", "Description", "DisableExecuteApiEndpoint"), at_creation=False),),
    read=Read("get_api", "ApiId", "@"),
    attributes={"ApiId": "=", "ApiEndpoint": "ApiEndpoint", "ExecuteApiArn": _execute_arn},
    tagging=_TAGGING,
    tag_by=arn_at("/apis/{}"),
)
_LINK = Mapped(
    service="apigatewayv2",
    create="create_vpc_link",
    identity="VpcLinkId",
    key="VpcLinkId",
    delete="delete_vpc_link",
    steps=(Step("update_vpc_link", ("Name",), at_creation=False),),
    attributes={"VpcLinkId": "="},
    tagging=_TAGGING,
    tag_by=arn_at("/vpclinks/{}"),
)
_INTEGRATION_TAKES = (
    "ConnectionId",
    "ConnectionType",
    "Description",
    "IntegrationMethod",
    "IntegrationType",
    "IntegrationUri",
    "PayloadFormatVersion",
    "RequestParameters",
    "TimeoutInMillis",
    "TlsConfig",
)
_INTEGRATION = Mapped(
    service="apigatewayv2",
    create="create_integration",
    identity="IntegrationId",
    key="IntegrationId",
    delete="delete_integration",
    scope=("ApiId",),
    steps=(Step("update_integration", _INTEGRATION_TAKES, at_creation=False),),
    attributes={"IntegrationId": "="},
)
_ROUTE_TAKES = ("AuthorizationScopes", "AuthorizationType", "AuthorizerId", "RouteKey", "Target")
_ROUTE = Mapped(
    service="apigatewayv2",
    create="create_route",
    identity="RouteId",
    key="RouteId",
    delete="delete_route",
    scope=("ApiId",),
    steps=(Step("update_route", _ROUTE_TAKES, at_creation=False),),
    attributes={"RouteId": "="},
)
_AUTHORIZER = Mapped(
    service="apigatewayv2",
    create="create_authorizer",
    identity="AuthorizerId",
    key="AuthorizerId",
    delete="delete_authorizer",
    scope=("ApiId",),
    steps=(Step("update_authorizer", ("IdentitySource", "JwtConfiguration", "Name"), at_creation=False),),
    attributes={"AuthorizerId": "="},
)
_STAGE = Mapped(
    service="apigatewayv2",
    create="create_stage",
    identity="StageName",
    key="StageName",
    delete="delete_stage",
    scope=("ApiId",),
    steps=(
        Step(
            "update_stage",
            ("AccessLogSettings", "AutoDeploy", "DefaultRouteSettings", "Description", "StageVariables"),
            at_creation=False,
        ),
    ),
)

HANDLERS = handlers(
    {
        "AWS::ApiGatewayV2::Api": _API,
        "AWS::ApiGatewayV2::VpcLink": _LINK,
        "AWS::ApiGatewayV2::Integration": _INTEGRATION,
        "AWS::ApiGatewayV2::Route": _ROUTE,
        "AWS::ApiGatewayV2::Authorizer": _AUTHORIZER,
        "AWS::ApiGatewayV2::Stage": _STAGE,
    }
)
