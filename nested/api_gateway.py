"""API: a regional REST API, the one way from the internet to a load balancer that has none.

A stage serves the snapshot that a Deployment took, whatever has changed since. So the Deployment's logical id follows
the content of the API: another route or another authorizer is another id, and so a new snapshot, to which the stage
then moves. What an id from build time cannot know, because a parameter or another stack decides it, goes through stage
variables, which need no snapshot. And the stage is a resource of its own, so that it outlives every Deployment.
Source: "Set up stage variables for a REST API" and "Deploy REST APIs in API Gateway", API Gateway Developer Guide.

The role by which access logs are written is the region's: see `api_gateway_account`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from troposphere import Equals, If, Ref, Sub, Template
from troposphere.apigateway import (
    AccessLogSetting,
    Deployment,
    EndpointConfiguration,
    MethodSetting,
    RestApi,
    Stage,
)

from nested import inputs
from nested.parts import api_keys, api_logs, openapi, vpc_links
from nested.parts.openapi import Callers
from nested.parts.routes import DEFAULT, EVERY_PATH, Route
from nested.shape import gives, needs

STAGE = "prod"

# TLS 1.2 and 1.3 with forward secrecy, and post-quantum key exchange for who offers it. A regional API's own default
# begins at TLS 1.0. Source: "Supported security policies", API Gateway Developer Guide.
TLS_POLICY = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"

# Only who asks this endpoint by this name ("Security policies for REST APIs in API Gateway").
ACCESS_MODE = "STRICT"

# All that a proxy passes on, as bytes: else API Gateway takes every body for text, and spoils those that are none.
EVERY_TYPE = "*/*"

EVERYBODY = Callers()

_STAGES = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestApi}/stages"


def template(
    *, routes: Sequence[Route] | None = None, callers: Callers = EVERYBODY, to: vpc_links.To = "network"
) -> Template:
    """Emit the API stack.

    Routes and callers are options of the build, because a stage learns of them by a snapshot only. `to` is the kind of
    load balancer that the API reaches. With `application` every route leads to its one listener, and by default every
    path does; the API needs the network, the load balancer's group, and its certificate with a name of it, too.
    Needs the load balancer's ARN and DNS name, and how much the API takes and logs; gives ApiUrl, ApiStageArn, and
    ApiName and ApiStage for metrics.
    """
    t = Template(Description="Regional REST API in front of a private load balancer")
    needs(t, inputs.LOAD_BALANCER_ARN, inputs.LOAD_BALANCER_DNS_NAME)
    needs(t, inputs.API_RATE_LIMIT, inputs.API_BURST_LIMIT, inputs.API_DETAILED_METRICS)
    t.add_condition("HasDetailedMetrics", Equals(Ref(inputs.API_DETAILED_METRICS.name), "on"))
    api_logs.add_to(t, execution="API-Gateway-Execution-Logs_${RestApi}/" + STAGE)
    vpc_links.add_to(t, to)
    served = routes or (DEFAULT if to == "network" else EVERY_PATH)
    api = t.add_resource(_api(openapi.document(served, to, callers, extensions=_extensions())))
    t.add_resource(_stage(_add_deployments(t, api, to), to))
    if callers.keys:
        api_keys.add_to(t)
    gives(
        t,
        {
            inputs.API_NAME: Ref("AWS::StackName"),
            inputs.API_STAGE: Ref("Stage"),
            inputs.API_STAGE_ARN: Sub(f"{_STAGES}/${{Stage}}"),
            inputs.API_URL: Sub(f"https://${{RestApi}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE}"),
        },
    )
    return t


def _extensions() -> openapi.Document:
    """Return what an import that replaces the API would else reset."""
    return {
        "x-amazon-apigateway-binary-media-types": [EVERY_TYPE],
        "x-amazon-apigateway-security-policy": TLS_POLICY,
        "x-amazon-apigateway-endpoint-access-mode": ACCESS_MODE,
    }


def _api(document: openapi.Document) -> RestApi:
    return RestApi(
        "RestApi",
        # A dimension of its metrics; the stack's name is unique.
        Name=Ref("AWS::StackName"),
        EndpointConfiguration=EndpointConfiguration(Types=["REGIONAL"]),
        SecurityPolicy=TLS_POLICY,
        EndpointAccessMode=ACCESS_MODE,
        BinaryMediaTypes=[EVERY_TYPE],
        Body=document,
        Mode="overwrite",
    )


def _add_deployments(t: Template, api: RestApi, to: vpc_links.To) -> Ref | If:
    """Add the snapshot and return its id; where a certificate decides on the scheme, there is one for either."""
    text = json.dumps(api.to_dict(), sort_keys=True)
    title = f"Deployment{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    if to == "network":
        return Ref(t.add_resource(Deployment(title, RestApiId=Ref(api))))
    encrypted = Deployment(f"{title}Https", RestApiId=Ref(api), Condition=vpc_links.ENCRYPTED)
    plain = Deployment(f"{title}Http", RestApiId=Ref(api), Condition=vpc_links.PLAIN)
    t.add_resource([encrypted, plain])
    return If(vpc_links.ENCRYPTED, Ref(encrypted), Ref(plain))


def _stage(deployment: Ref | If, to: vpc_links.To) -> Stage:
    every_method = MethodSetting(
        HttpMethod="*",
        ResourcePath="/*",
        ThrottlingRateLimit=Ref(inputs.API_RATE_LIMIT.name),
        ThrottlingBurstLimit=Ref(inputs.API_BURST_LIMIT.name),
        MetricsEnabled=If("HasDetailedMetrics", True, False),
        LoggingLevel="ERROR",
        DataTraceEnabled=False,
    )
    return Stage(
        "Stage",
        RestApiId=Ref("RestApi"),
        StageName=STAGE,
        DeploymentId=deployment,
        Variables=vpc_links.variables(to),
        MethodSettings=[every_method],
        AccessLogSetting=AccessLogSetting(DestinationArn=api_logs.destination(), Format=api_logs.REST),
        # API Gateway would make the log group itself, and nobody would own it.
        DependsOn="ExecutionLogs",
    )
