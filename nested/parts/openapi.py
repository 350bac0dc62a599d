"""OpenAPI: the definition of a REST API, as API Gateway imports it.

One document and no resources for paths and methods: those that are taken out of a template are deleted after
everything else is made, so that the snapshot for the stage would be taken with them still there (aws/aws-cdk#14660). A
changed document replaces the whole API at once, before the snapshot.
Source: "OpenAPI extensions for API Gateway", API Gateway Developer Guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from troposphere import Ref

from nested.parts import vpc_links
from nested.parts.routes import Route

Authorization = Literal["NONE", "AWS_IAM", "COGNITO_USER_POOLS"]
Document = dict[str, Any]

# What a regional API waits for an answer unless a quota says more ("Amazon API Gateway quotas"), in milliseconds.
LONGEST_ANSWER = 29_000

_HEADER: Document = {"type": "apiKey", "in": "header"}


@dataclass(frozen=True)
class Callers:
    """Who may call: everybody, whoever signs requests, or users of Cognito pools (ARNs), and whether only with a key.

    Raises ValueError for user pools without that authorization, and the other way round.
    """

    authorization: Authorization = "NONE"
    user_pools: tuple[str, ...] = ()
    keys: bool = False

    def __post_init__(self) -> None:
        if bool(self.user_pools) != (self.authorization == "COGNITO_USER_POOLS"):
            raise ValueError("user_pools and authorization COGNITO_USER_POOLS go together")

    def schemes(self) -> Document:
        """Return the security schemes, which every method asks for all of."""
        signed = _HEADER | {"name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"}
        pools = {"type": "cognito_user_pools", "providerARNs": list(self.user_pools)}
        users = _HEADER | {
            "name": "Authorization",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": pools,
        }
        who: Document = {"NONE": {}, "AWS_IAM": {"signature": signed}, "COGNITO_USER_POOLS": {"users": users}}
        return {**who[self.authorization], **({"key": _HEADER | {"name": "x-api-key"}} if self.keys else {})}


def document(routes: Sequence[Route], to: vpc_links.To, callers: Callers, *, extensions: Document) -> Document:
    """Return the definition of an API with these routes; `extensions` say of the whole API what properties say too."""
    schemes = callers.schemes()
    security: Document = {"security": [{name: [] for name in schemes}]} if schemes else {}
    paths = {each.path: {"x-amazon-apigateway-any-method": _method(each, to) | security} for each in routes}
    return {
        "openapi": "3.0.1",
        "info": {"title": Ref("AWS::StackName"), "version": "1"},
        "paths": paths,
        **({"components": {"securitySchemes": schemes}} if schemes else {}),
        **extensions,
    }


def _method(route: Route, to: vpc_links.To) -> Document:
    """Return the method for all methods of HTTP: what is allowed is the service's to say, as it is elsewhere."""
    integration = {
        "type": "http_proxy",
        "httpMethod": "ANY",
        "uri": vpc_links.uri(to, route.endpoint.listener, route.to),
        "passthroughBehavior": "when_no_match",
        "timeoutInMillis": LONGEST_ANSWER,
        **vpc_links.integration(to),
        **_mapped(route.variable),
    }
    return {**_parameters(route.variable), "responses": {}, "x-amazon-apigateway-integration": integration}


def _parameters(variable: str | None) -> Document:
    path = {"name": variable, "in": "path", "required": True, "schema": {"type": "string"}}
    return {"parameters": [path]} if variable else {}


def _mapped(variable: str | None) -> Document:
    here, there = f"method.request.path.{variable}", f"integration.request.path.{variable}"
    return {"requestParameters": {there: here}} if variable else {}
