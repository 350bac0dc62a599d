"""Definitions of REST APIs, imported as API Gateway does: paths, methods, integrations, who may call.

Source: "OpenAPI extensions for API Gateway", Amazon API Gateway Developer Guide.
"""

from __future__ import annotations

from typing import Any

from moto.apigateway.models import APIGatewayBackend, RestAPI

from stackwright.emulator.services.overlay import keep

_EXTENSION = "x-amazon-apigateway-"
_ANY = f"{_EXTENSION}any-method"
_API_MEMBERS = {"security-policy": "securityPolicy", "endpoint-access-mode": "endpointAccessMode"}


def clear(api: RestAPI) -> None:
    """Take everything out that a definition says; the root stays, under its id."""
    api.default.resource_methods.clear()
    api.resources = {api.default.id: api.default}
    api.authorizers.clear()
    api.binaryMediaTypes = []


def add(backend: APIGatewayBackend, api: RestAPI, document: dict[str, Any]) -> None:
    """Add what a definition says."""
    api.binaryMediaTypes = document.get(f"{_EXTENSION}binary-media-types", api.binaryMediaTypes)
    given = {member: document.get(_EXTENSION + name) for name, member in _API_MEMBERS.items()}
    keep(api, given, given)
    schemes = document.get("components", {}).get("securitySchemes", {})
    authorizers = {name: _authorizer(backend, api, name, each) for name, each in schemes.items()}
    for path, methods in document["paths"].items():
        resource = _path(backend, api, path)
        for name, method in methods.items():
            verb = "ANY" if name == _ANY else name.upper()
            asked = [each for one in method.get("security", []) for each in one]
            _method(backend, api.id, resource.id, verb, method, _who(schemes, authorizers, asked))


def _authorizer(backend: APIGatewayBackend, api: RestAPI, name: str, scheme: dict[str, Any]) -> str | None:
    given = scheme.get(f"{_EXTENSION}authorizer")
    if given is None:
        return None
    kind, source = str(given["type"]).upper(), f"method.request.header.{scheme['name']}"
    made = backend.create_authorizer(
        api.id, name, kind, provider_arns=given.get("providerARNs"), identity_source=source
    )
    return str(made.id)


def _path(backend: APIGatewayBackend, api: RestAPI, path: str) -> Any:
    resource = api.default
    for part in filter(None, path.split("/")):
        below = (each for each in api.resources.values() if each.parent_id == resource.id and each.path_part == part)
        resource = next(below, None) or backend.create_resource(api.id, resource.id, part)
    return resource


def _who(schemes: dict[str, Any], authorizers: dict[str, str | None], asked: list[str]) -> dict[str, Any]:
    """Return who may call a method that asks for these schemes."""
    who: dict[str, Any] = {"authorization_type": "NONE"}
    for each in asked:
        kind = schemes[each].get(f"{_EXTENSION}authtype")
        if authorizers[each]:
            who |= {"authorization_type": str(kind).upper(), "authorizer_id": authorizers[each]}
        elif kind == "awsSigv4":
            who["authorization_type"] = "AWS_IAM"
        else:
            who["api_key_required"] = True
    return who


def _method(
    backend: APIGatewayBackend, api: str, resource: str, verb: str, method: dict[str, Any], who: dict[str, Any]
) -> None:
    named = [each["name"] for each in method.get("parameters", []) if each["in"] == "path"]
    parameters = {f"method.request.path.{each}": True for each in named}
    backend.put_method(api, resource, verb, request_parameters=parameters, **who)
    given = method.get(f"{_EXTENSION}integration")
    if given is None:
        return
    integration = backend.put_integration(
        api,
        resource,
        verb,
        str(given["type"]).upper(),
        given.get("uri", ""),
        given.get("httpMethod", ""),
        passthrough_behavior=str(given.get("passthroughBehavior", "when_no_match")).upper(),
        timeout_in_millis=given.get("timeoutInMillis"),
        request_parameters=given.get("requestParameters"),
        connection_type=given.get("connectionType"),
    )
    keep(integration, given, ("connectionId", "integrationTarget"))
