"""HTTP API: the cheaper kind of API Gateway in front of a private Application Load Balancer.

It has neither API keys nor a web ACL, and no snapshots to care for: its stage deploys every change by itself. One
route sends everything to the listener of an `alb` with the entrance `private`, by TLS where that has a certificate. The
way there is network interfaces in the subnets (a VPC link V2), to whose security group this stack opens the load
balancer's. The stage's name, which API Gateway leaves before the path, is taken off.
Source: "Choose between REST APIs and HTTP APIs" and "Create private integrations for HTTP APIs in API Gateway", API
Gateway Developer Guide.
"""

from __future__ import annotations

from typing import Any, Literal

from troposphere import Equals, If, Ref, Sub, Template
from troposphere.apigatewayv2 import (
    AccessLogSettings,
    Api,
    Authorizer,
    Integration,
    JWTConfiguration,
    Route,
    RouteSettings,
    Stage,
    TlsConfig,
)

from nested import inputs
from nested.parts import api_logs, vpc_links
from nested.shape import gives, needs

STAGE = "prod"

# One for either scheme: an update leaves as it is what it does not mention, and so TLS on when the certificate goes.
_INTEGRATIONS = {vpc_links.ENCRYPTED: "HttpsIntegration", vpc_links.PLAIN: "HttpIntegration"}

Authorization = Literal["NONE", "AWS_IAM", "JWT"]


def template(*, authorization: Authorization = "NONE") -> Template:
    """Emit the API stack; who may call is everybody, whoever signs requests, or whoever has a JWT of JwtIssuer.

    Needs the network, the load balancer's listener and group, its certificate and a name of that (or neither), how much
    the API takes and logs, and for JWTs their issuer and audience; gives ApiUrl, and ApiId and ApiStage for metrics.
    """
    t = Template(Description="HTTP API in front of a private Application Load Balancer")
    needs(t, inputs.LISTENER_ARN, inputs.API_RATE_LIMIT, inputs.API_BURST_LIMIT, inputs.API_DETAILED_METRICS)
    t.add_condition("HasDetailedMetrics", Equals(Ref(inputs.API_DETAILED_METRICS.name), "on"))
    api_logs.add_to(t)
    vpc_links.add_interfaces(t)
    t.add_resource(Api("HttpApi", Name=Ref("AWS::StackName"), ProtocolType="HTTP"))
    if authorization == "JWT":
        needs(t, inputs.JWT_ISSUER, inputs.JWT_AUDIENCE)
        t.add_resource(_authorizer())
    checked = TlsConfig(ServerNameToVerify=Ref(inputs.CERTIFICATE_NAME.name))
    t.add_resource([_integration(vpc_links.ENCRYPTED, TlsConfig=checked), _integration(vpc_links.PLAIN)])
    t.add_resource([_route(authorization), _stage()])
    gives(
        t,
        {
            inputs.API_ID: Ref("HttpApi"),
            inputs.API_STAGE: Ref("HttpStage"),
            inputs.API_URL: Sub(f"https://${{HttpApi}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE}"),
        },
    )
    return t


def _authorizer() -> Authorizer:
    return Authorizer(
        "Authorizer",
        ApiId=Ref("HttpApi"),
        Name="tokens",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration=JWTConfiguration(Issuer=Ref(inputs.JWT_ISSUER.name), Audience=Ref(inputs.JWT_AUDIENCE.name)),
    )


def _integration(condition: str, **tls: TlsConfig) -> Integration:
    return Integration(
        _INTEGRATIONS[condition],
        Condition=condition,
        ApiId=Ref("HttpApi"),
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        IntegrationUri=Ref(inputs.LISTENER_ARN.name),
        ConnectionType="VPC_LINK",
        ConnectionId=Ref("VpcLink"),
        PayloadFormatVersion="1.0",
        RequestParameters={"overwrite:path": "$request.path"},
        **tls,
    )


def _route(authorization: Authorization) -> Route:
    https, http = (Sub(f"integrations/${{{each}}}") for each in _INTEGRATIONS.values())
    by_token: dict[str, Any] = {"AuthorizerId": Ref("Authorizer")} if authorization == "JWT" else {}
    return Route(
        "EveryPath",
        ApiId=Ref("HttpApi"),
        RouteKey="$default",
        AuthorizationType=authorization,
        Target=If(vpc_links.ENCRYPTED, https, http),
        **by_token,
    )


def _stage() -> Stage:
    return Stage(
        "HttpStage",
        ApiId=Ref("HttpApi"),
        StageName=STAGE,
        AutoDeploy=True,
        AccessLogSettings=AccessLogSettings(DestinationArn=api_logs.destination(), Format=api_logs.HTTP),
        DefaultRouteSettings=RouteSettings(
            ThrottlingRateLimit=Ref(inputs.API_RATE_LIMIT.name),
            ThrottlingBurstLimit=Ref(inputs.API_BURST_LIMIT.name),
            DetailedMetricsEnabled=If("HasDetailedMetrics", True, False),
        ),
    )
