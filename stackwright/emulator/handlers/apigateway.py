"""API Gateway's REST APIs: paths and methods, deployments, stages, authorizers, keys and VPC links."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Attribute, Mapped, Name, Read, Step, handlers, put_again
from stackwright.emulator.handlers.shapes import PropertyError, Unstable, call, gone_is_fine, taken_back, text
from stackwright.emulator.handlers.tags import Tagging, retag

_TAGGING = Tagging()
Patch = dict[str, str]


def arn_at(path: str) -> Attribute:
    """Return what tells the ARN of a resource at this path, which has its id for `{}` ("Tag API Gateway resources")."""
    return lambda context, name, _: f"arn:aws:apigateway:{context.region}::{path.replace('{}', name)}"


def _replaced(properties: Mapping[str, Any], paths: Mapping[str, str]) -> list[Patch]:
    return [
        {"op": "replace", "path": path, "value": text(properties[name])}
        for name, path in paths.items()
        if name in properties
    ]


def _patched(operation: str, paths: Mapping[str, str]) -> Step:
    """Return the step that replaces properties at these paths ("Patch Operations", API Gateway API Reference)."""
    return Step(
        operation, tuple(paths), at_creation=False, build=lambda given: {"patchOperations": _replaced(given, paths)}
    )


_TYPES = "BinaryMediaTypes"
_REST_API = Mapped(
    service="apigateway",
    create="create_rest_api",
    identity="id",
    key="restApiId",
    delete="delete_rest_api",
    names={"ApiKeySourceType": "apiKeySource"},
    steps=(
        _patched(
            "update_rest_api",
            {
                "Name": "/name",
                "Description": "/description",
                "DisableExecuteApiEndpoint": "/disableExecuteApiEndpoint",
                "SecurityPolicy": "/securityPolicy",
                "EndpointAccessMode": "/endpointAccessMode",
            },
        ),
    ),
    local=("Body", "Mode"),
    read=Read("get_rest_api", "restApiId", "@"),
    attributes={"RestApiId": "=", "RootResourceId": "rootResourceId"},
    tagging=_TAGGING,
    tag_by=arn_at("/restapis/{}"),
)


def _create_api(context: Context, properties: Properties) -> str:
    api = _REST_API.make(context, properties)
    with taken_back(lambda: _REST_API.remove(context, api, properties)):
        _import(context, api, properties)
    return api


def _import(context: Context, api: str, properties: Properties) -> None:
    """A definition is put over what there is, or merged into it ("AWS::ApiGateway::RestApi", Mode)."""
    if "Body" in properties:
        mode = properties.get("Mode", "overwrite")
        body = json.dumps(properties["Body"]).encode()
        context.client("apigateway").put_rest_api(restApiId=api, mode=mode, body=body)


def _update_api(context: Context, api: str, new: Properties, old: Properties) -> None:
    """Media types are added and removed one by one, with a slash as `~1`."""
    now, before = new.get(_TYPES, []), old.get(_TYPES, [])
    changes = [("remove", each) for each in before if each not in now]
    changes += [("add", each) for each in now if each not in before]
    patches = [{"op": op, "path": "/binaryMediaTypes/" + each.replace("/", "~1")} for op, each in changes]
    if patches:
        context.client("apigateway").update_rest_api(restApiId=api, patchOperations=patches)
    _REST_API.change(context, api, {**new, _TYPES: now}, {**old, _TYPES: now})
    if new.get("Body") != old.get("Body"):
        _import(context, api, new)


_PATH = Mapped(
    service="apigateway",
    create="create_resource",
    identity="id",
    key="resourceId",
    delete="delete_resource",
    scope=("RestApiId",),
    attributes={"ResourceId": "="},
)

_METHOD_KEY = ("RestApiId", "ResourceId", "HttpMethod")


def _method_key(properties: Properties) -> Properties:
    return {name: properties[name] for name in _METHOD_KEY}


def _put_method(context: Context, properties: Properties) -> str:
    """A method, what it answers and its integration are put one after the other."""
    client, key = context.client("apigateway"), _method_key(properties)
    own = {k: v for k, v in properties.items() if k not in ("Integration", "MethodResponses")}
    integration = dict(properties.get("Integration", {}))
    answers = integration.pop("IntegrationResponses", [])
    call(client, "put_method", {"AuthorizationType": "NONE", **own})
    for each in properties.get("MethodResponses", []):
        call(client, "put_method_response", {**key, **each})
    if integration:
        call(client, "put_integration", {**key, **integration})
    for each in answers:
        call(client, "put_integration_response", {**key, **each})
    return context.generated_name(64)


def _delete_method(context: Context, _: str, old: Properties) -> None:
    gone_is_fine(call, context.client("apigateway"), "delete_method", _method_key(old))


_METHOD = Handler(create=_put_method, delete=_delete_method, update=put_again(_put_method))

_DEPLOYMENT = Mapped(
    service="apigateway",
    create="create_deployment",
    identity="id",
    key="deploymentId",
    delete="delete_deployment",
    scope=("RestApiId",),
    attributes={"DeploymentId": "="},
)

# What the creating call of a stage has no member for, or calls otherwise.
_SETTINGS = {
    "MetricsEnabled": "metrics/enabled",
    "LoggingLevel": "logging/loglevel",
    "DataTraceEnabled": "logging/dataTrace",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
    "CachingEnabled": "caching/enabled",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CacheDataEncrypted": "caching/dataEncrypted",
}
_LATER = ("MethodSettings", "AccessLogSetting")
_PATCHED = {"DeploymentId": "/deploymentId", "Description": "/description", "TracingEnabled": "/tracingEnabled"}


def _create_stage(context: Context, properties: Properties) -> str:
    client, name = context.client("apigateway"), str(properties["StageName"])
    call(client, "create_stage", {k: v for k, v in properties.items() if k not in _LATER})
    with taken_back(lambda: _delete_stage(context, name, properties)):
        _patch_stage(context, name, properties, [*_settings(properties), *_access_log(properties, {})])
    return name


def _update_stage(context: Context, name: str, new: Properties, old: Properties) -> None:
    """Change what patches can change, and the tags. Raises PropertyError for anything else."""
    taken = {*_PATCHED, *_LATER, "Variables", "Tags"}
    stuck = sorted(key for key in {*new, *old} - taken if new.get(key) != old.get(key))
    if stuck:
        raise PropertyError(f"Property {stuck[0]}: cannot be updated in place")
    patches = _replaced({k: v for k, v in new.items() if v != old.get(k)}, _PATCHED)
    patches += [*_variables(new, old), *_settings(new), *_access_log(new, old)]
    _patch_stage(context, name, new, patches)
    arn = f"arn:aws:apigateway:{context.region}::/restapis/{new['RestApiId']}/stages/{name}"
    retag(context.client("apigateway"), _TAGGING, arn, new.get("Tags"), old.get("Tags"))


def _patch_stage(context: Context, name: str, properties: Properties, patches: list[Patch]) -> None:
    if patches:
        api = properties["RestApiId"]
        context.client("apigateway").update_stage(restApiId=api, stageName=name, patchOperations=patches)


def _variables(new: Properties, old: Properties) -> Iterable[Patch]:
    now, before = new.get("Variables", {}), old.get("Variables", {})
    yield from ({"op": "remove", "path": f"/variables/{key}"} for key in before.keys() - now.keys())
    for key, value in now.items():
        if before.get(key) != value:
            yield {"op": "replace", "path": f"/variables/{key}", "value": text(value)}


def _settings(properties: Properties) -> Iterable[Patch]:
    """Each setting of a method at its path: `/*/*/throttling/rateLimit` is every method's ("UpdateStage")."""
    for setting in properties.get("MethodSettings", []):
        where = setting.get("ResourcePath", "/*")
        path = "*" if where == "/*" else "~1" + where.strip("/").replace("/", "~1")
        for name, value in setting.items():
            if name in _SETTINGS:
                at = f"/{path}/{setting.get('HttpMethod', '*')}/{_SETTINGS[name]}"
                yield {"op": "replace", "path": at, "value": text(value)}
            elif name not in ("ResourcePath", "HttpMethod"):
                raise PropertyError(f"Property MethodSettings.{name}: unsupported")


def _access_log(new: Properties, old: Properties) -> Iterable[Patch]:
    now, before = new.get("AccessLogSetting", {}), old.get("AccessLogSetting", {})
    if before and not now:
        yield {"op": "remove", "path": "/accessLogSettings"}
    for name, path in (("DestinationArn", "destinationArn"), ("Format", "format")):
        if name in now and now[name] != before.get(name):
            yield {"op": "replace", "path": f"/accessLogSettings/{path}", "value": text(now[name])}


def _delete_stage(context: Context, name: str, old: Properties) -> None:
    api = old["RestApiId"]
    gone_is_fine(context.client("apigateway").delete_stage, restApiId=api, stageName=name)


_STAGE = Handler(create=_create_stage, delete=_delete_stage, update=_update_stage)

_VPC_LINK = Mapped(
    service="apigateway",
    create="create_vpc_link",
    identity="id",
    key="vpcLinkId",
    delete="delete_vpc_link",
    steps=(_patched("update_vpc_link", {"Name": "/name", "Description": "/description"}),),
    attributes={"VpcLinkId": "="},
    tagging=_TAGGING,
    tag_by=arn_at("/vpclinks/{}"),
)


def _create_link(context: Context, properties: Properties) -> str:
    """A link comes to be available or to fail, and says why ("VpcLink", API Gateway API Reference)."""
    link = _VPC_LINK.make(context, properties)
    made = context.client("apigateway").get_vpc_link(vpcLinkId=link)
    if made["status"] == "FAILED":
        raise Unstable(made["statusMessage"], link)
    return link


_AUTHORIZER = Mapped(
    service="apigateway",
    create="create_authorizer",
    identity="id",
    key="authorizerId",
    delete="delete_authorizer",
    scope=("RestApiId",),
    steps=(_patched("update_authorizer", {"Name": "/name", "IdentitySource": "/identitySource"}),),
    attributes={"AuthorizerId": "="},
)
_KEY = Mapped(
    service="apigateway",
    create="create_api_key",
    identity="id",
    key="apiKey",
    delete="delete_api_key",
    name=Name("Name", 128),
    steps=(_patched("update_api_key", {"Description": "/description", "Enabled": "/enabled"}),),
    attributes={"APIKeyId": "="},
    tagging=_TAGGING,
    tag_by=arn_at("/apikeys/{}"),
)
_PLAN = Mapped(
    service="apigateway",
    create="create_usage_plan",
    identity="id",
    key="usagePlanId",
    delete="delete_usage_plan",
    names={"UsagePlanName": "name"},
    name=Name("UsagePlanName", 128),
    steps=(_patched("update_usage_plan", {"UsagePlanName": "/name", "Description": "/description"}),),
    attributes={"Id": "="},
    tagging=_TAGGING,
    tag_by=arn_at("/usageplans/{}"),
)


def _add_key(context: Context, properties: Properties) -> str:
    call(context.client("apigateway"), "create_usage_plan_key", properties)
    return f"{properties['KeyId']}:{properties['UsagePlanId']}"


def _remove_key(context: Context, _: str, old: Properties) -> None:
    who = {"UsagePlanId": old["UsagePlanId"], "KeyId": old["KeyId"]}
    gone_is_fine(call, context.client("apigateway"), "delete_usage_plan_key", who)


HANDLERS = handlers(
    {
        "AWS::ApiGateway::RestApi": replace(_REST_API.handler(), create=_create_api, update=_update_api),
        "AWS::ApiGateway::Resource": _PATH,
        "AWS::ApiGateway::Method": _METHOD,
        "AWS::ApiGateway::Deployment": _DEPLOYMENT,
        "AWS::ApiGateway::Stage": _STAGE,
        "AWS::ApiGateway::VpcLink": replace(_VPC_LINK.handler(), create=_create_link),
        "AWS::ApiGateway::Authorizer": _AUTHORIZER,
        "AWS::ApiGateway::ApiKey": _KEY,
        "AWS::ApiGateway::UsagePlan": _PLAN,
        "AWS::ApiGateway::UsagePlanKey": Handler(
            create=_add_key, delete=_remove_key, attributes=lambda _, physical_id, __: {"Id": physical_id}
        ),
    }
)
