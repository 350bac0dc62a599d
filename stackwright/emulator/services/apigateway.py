"""API Gateway's REST APIs beyond moto: stages serve snapshots, and what is in use or not there is refused."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from moto.apigateway import urls
from moto.apigateway.exceptions import BadRequestException, ConflictException, NotFoundException
from moto.apigateway.models import Integration, RestAPI, apigateway_backends
from moto.apigateway.responses import APIGatewayResponse
from moto.core.responses import TYPE_RESPONSE
from moto.elbv2.models import elbv2_backends

from stackwright.emulator.services import apigateway_imports
from stackwright.emulator.services.overlay import keep, put_in_place

_API_MEMBERS = ("binaryMediaTypes", "securityPolicy", "endpointAccessMode")
_LINKED = ("connectionId", "integrationTarget")
_GREEDY = re.compile(r"\{.*\}")
_NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"


class ApiGateway(APIGatewayResponse):
    """moto's REST APIs with what they lack."""

    def create_rest_api(self) -> TYPE_RESPONSE:
        """Keep what moto drops; an enhanced policy needs an access mode ("Security policies for REST APIs")."""
        given = json.loads(self.body)
        if given.get("securityPolicy", "").startswith("SecurityPolicy_") and not given.get("endpointAccessMode"):
            raise BadRequestException("Endpoint access mode is required for the security policy")
        status, headers, body = super().create_rest_api()
        api = self.backend.apis[json.loads(body)["id"]]
        keep(api, given, _API_MEMBERS)
        api.binaryMediaTypes = given.get("binaryMediaTypes", [])
        return status, headers, json.dumps(api.to_dict())

    def update_rest_api(self) -> TYPE_RESPONSE:
        """Media types are named in the path; keep what moto has no patch for ("UpdateRestApi")."""
        api = self._api()
        for patch in self._get_param("patchOperations"):
            name, _, value = patch["path"].removeprefix("/").partition("/")
            if name == "binaryMediaTypes" and value:
                change = api.binaryMediaTypes.append if patch["op"] == "add" else api.binaryMediaTypes.remove
                change(value.replace("~1", "/"))
            elif name in _API_MEMBERS:
                keep(api, {name: patch["value"]}, _API_MEMBERS)
            else:
                api.apply_patch_operations([patch])
        return 200, {}, json.dumps(api.to_dict())

    def delete_rest_api(self) -> TYPE_RESPONSE:
        """Refuse an unknown one ("DeleteRestApi"); moto fails inside."""
        self._api()
        return super().delete_rest_api()

    def put_rest_api(self) -> TYPE_RESPONSE:
        """A definition replaces paths and authorizers, or adds to them ("PutRestApi", mode)."""
        api, document = self._api(), json.loads(self.body)
        if self._get_param("mode", "merge") == "overwrite":
            apigateway_imports.clear(api)
        apigateway_imports.add(self.backend, api, document)
        return 200, {}, json.dumps(api.to_dict())

    def create_resource(self) -> TYPE_RESPONSE:
        """Refuse a second resource of a name, or with a variable, below one parent ("CreateResource")."""
        parent, part = self.path.split("/")[-1], self._get_param("pathPart")
        siblings = [each for each in self._api().resources.values() if each.parent_id == parent]
        if any(each.path_part == part for each in siblings):
            raise ConflictException(f"Another resource with the same parent already has this name: {part}")
        variable = next((each.path_part for each in siblings if _GREEDY.fullmatch(each.path_part)), None)
        if variable and _GREEDY.fullmatch(part):
            text = f"A sibling ({variable}) of this resource already has a variable path part -- only one is allowed"
            raise BadRequestException(text)
        return super().create_resource()

    def delete_resource(self) -> TYPE_RESPONSE:
        """Refuse an unknown one ("DeleteResource"); moto fails inside."""
        self.backend.get_resource(self._api().id, self.path.split("/")[-1])
        return super().delete_resource()

    def delete_authorizer(self) -> TYPE_RESPONSE:
        """Refuse an unknown one ("DeleteAuthorizer"); moto fails inside."""
        self.backend.get_authorizer(self._api().id, self.path.split("/")[4])
        return super().delete_authorizer()

    def put_integration(self) -> TYPE_RESPONSE:
        """Keep the VPC link, and the load balancer behind one of version 2 ("PutIntegration")."""
        status, headers, _ = super().put_integration()
        _, _, api, _, path, _, method, _ = self.path.split("/")
        integration = self.backend.get_integration(api, path, method)
        keep(integration, json.loads(self.body), _LINKED)
        return status, headers, json.dumps(integration.to_json())

    def create_deployment(self) -> TYPE_RESPONSE:
        """A deployment is a snapshot of the API's paths ("Deploy REST APIs in API Gateway")."""
        status, headers, body = super().create_deployment()
        deployment = self._api().deployments[json.loads(body)["id"]]
        deployment.snapshot = _snapshot(self._api())
        return status, headers, body

    def delete_deployment(self) -> TYPE_RESPONSE:
        """Refuse what a stage serves ("DeleteDeployment")."""
        name = self.path.split("/")[4]
        if any(each.deployment_id == name for each in self._api().stages.values()):
            raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
        return super().delete_deployment()

    def create_stage(self) -> TYPE_RESPONSE:
        """Refuse an unknown deployment ("CreateStage")."""
        self._deployed(self._get_param("deploymentId"))
        return super().create_stage()

    def update_stage(self) -> str:
        """Refuse an unknown deployment, and logs without the account's role ("UpdateStage"; "Set up CloudWatch
        logging for REST APIs in API Gateway")."""
        patches = self._get_param("patchOperations") or []
        for patch in patches:
            if patch["path"] == "/deploymentId":
                self._deployed(patch["value"])
            logs = patch["path"].startswith("/accessLogSettings/") or patch["path"].endswith("/logging/loglevel")
            if logs and patch.get("value") != "OFF" and not self.backend.account.cloudwatch_role_arn:
                raise BadRequestException(_NO_ROLE)
        answer: str = super().update_stage()
        return answer

    def get_export(self) -> TYPE_RESPONSE:
        """Tell what a stage serves: its deployment's paths, with their integrations ("GetExport")."""
        parts = self.path.split("/")
        stage = self.backend.get_stage(parts[2], parts[4])
        paths = self._api().deployments[stage.deployment_id].snapshot
        title = {"title": self._api().name, "version": stage.deployment_id}
        document = {"openapi": "3.0.1", "info": title, "paths": paths}
        return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

    def create_vpc_link(self) -> TYPE_RESPONSE:
        """A link comes to nothing without its Network Load Balancer ("CreateVpcLink", targetArns)."""
        status, headers, body = super().create_vpc_link()
        link = self.backend.vpc_links[json.loads(body)["id"]]
        balancers = elbv2_backends[self.current_account][self.region].load_balancers
        for arn in link.target_arns:
            if getattr(balancers.get(arn), "type", None) != "network":
                link.status, link.status_message = "FAILED", f"{arn} is no Network Load Balancer of this account"
        return status, headers, json.dumps(_described(link))

    def get_vpc_link(self) -> str:
        """Say why a link failed ("VpcLink", statusMessage)."""
        return json.dumps(_described(self.backend.get_vpc_link(self.path.split("/")[-1])))

    def update_vpc_link(self) -> str:
        """Change name and description ("UpdateVpcLink"); moto has no such action."""
        link = self.backend.get_vpc_link(self.path.split("/")[-1])
        for patch in self._get_param("patchOperations"):
            setattr(link, patch["path"].strip("/"), patch["value"])
        return json.dumps(_described(link))

    def delete_vpc_link(self) -> TYPE_RESPONSE:
        """Refuse a link that a stage's methods go by, and an unknown one ("DeleteVpcLink")."""
        name = self.path.split("/")[-1]
        self.backend.get_vpc_link(name)
        used = next(_uses(self.backend.apis.values(), name), None)
        if used:
            where = f"[{used}] in format of [Method:Resource:Stage]"
            raise BadRequestException(f"Cannot delete vpc link. Vpc link '{name}', is referenced in {where}.")
        return super().delete_vpc_link()

    def tag_resource(self) -> TYPE_RESPONSE | str:
        """Tag whatever has tags ("TagResource"); moto tags stages only."""
        self._tagged().update(self._get_param("tags"))
        return 204, {}, ""

    def untag_resource(self) -> TYPE_RESPONSE | str:
        """Take tags away ("UntagResource")."""
        tags = self._tagged()
        for key in self.querystring.get("tagKeys", []):
            tags.pop(key, None)
        return 204, {}, ""

    def get_tags(self) -> str:
        """Tell the tags ("GetTags")."""
        return json.dumps({"tags": self._tagged()})

    def _tagged(self) -> dict[str, str]:
        kind, name, *rest = unquote(self.path.split("/tags/")[1]).partition("::/")[2].split("/")
        owners = {"restapis": "apis", "vpclinks": "vpc_links", "apikeys": "keys", "usageplans": "usage_plans"}
        found = getattr(self.backend, owners[kind]).get(name)
        if found is None:
            raise NotFoundException("Invalid resource identifier specified")
        thing = found.stages[rest[1]] if rest else found
        thing.tags = dict(thing.tags or {})
        tags: dict[str, str] = thing.tags
        return tags

    def _api(self) -> RestAPI:
        return self.backend.get_rest_api(self.path.split("/")[2])

    def _deployed(self, name: str) -> None:
        if name not in self._api().deployments:
            raise BadRequestException("Invalid deployment identifier specified")


def _described(link: Any) -> dict[str, Any]:
    told: dict[str, Any] = link.to_json()
    return told | {"statusMessage": getattr(link, "status_message", "")}


def _snapshot(api: RestAPI) -> dict[str, Any]:
    """Return the paths with their methods, as an export has them ("OpenAPI extensions for API Gateway")."""
    paths = {}
    for path in api.resources.values():
        methods = {_exported(name): _method(api, each) for name, each in path.resource_methods.items()}
        if methods:
            paths[path.get_path()] = methods
    return copy.deepcopy(paths)


def _exported(method: str) -> str:
    return "x-amazon-apigateway-any-method" if method == "ANY" else method.lower()


def _method(api: RestAPI, method: Any) -> dict[str, Any]:
    authorizer = api.authorizers.get(method.authorizer_id)
    security: list[dict[str, list[str]]] = [{"api_key": []}] if method.api_key_required else []
    if authorizer is not None:
        security.append({authorizer.name: []})
    elif method.authorization_type == "AWS_IAM":
        security.append({"sigv4": []})
    integration = method.method_integration.to_json() if method.method_integration else {}
    given = {key: value for key, value in integration.items() if value not in (None, [], {})}
    return {"x-amazon-apigateway-integration": given} | ({"security": security} if security else {})


def _uses(apis: Any, link: str) -> Iterator[str]:
    """Yield each method of a stage's snapshot that goes by a link, named outright or by a stage variable."""
    for api in apis:
        for stage in api.stages.values():
            named = {link, *(f"${{stageVariables.{key}}}" for key, value in stage.variables.items() if value == link)}
            deployment = api.deployments.get(stage.deployment_id)
            for path, methods in getattr(deployment, "snapshot", {}).items():
                for method, each in methods.items():
                    if each["x-amazon-apigateway-integration"].get("connectionId") in named:
                        name = "ANY" if method.startswith("x-") else method.upper()
                        yield f"{name}:{path}:{stage.name}"


def linked(account: str, region: str, load_balancer: str) -> bool:
    """Tell whether a VPC link leads to a load balancer."""
    links = apigateway_backends[account][region].vpc_links.values()
    return any(load_balancer in each.target_arns and each.status == "AVAILABLE" for each in links)


_api_to_dict = RestAPI.to_dict
_integration_to_json = Integration.to_json


def _whole_api(api: RestAPI) -> dict[str, Any]:
    kept = {"securityPolicy": "security_policy", "endpointAccessMode": "endpoint_access_mode"}
    told: dict[str, Any] = _api_to_dict(api)
    return told | {key: getattr(api, name) for key, name in kept.items() if hasattr(api, name)}


def _whole_integration(integration: Integration) -> dict[str, Any]:
    kept = {"connectionId": "connection_id", "integrationTarget": "integration_target"}
    told: dict[str, Any] = _integration_to_json(integration)
    return told | {key: getattr(integration, name) for key, name in kept.items() if hasattr(integration, name)}


def install() -> None:
    """Put the overlay in the place of moto's REST APIs, with a path for every tagged resource."""
    put_in_place(urls, ApiGateway)
    urls.url_paths["{0}/tags/(?P<resource_arn>.+)$"] = ApiGateway.dispatch
    RestAPI.to_dict = _whole_api
    Integration.to_json = _whole_integration
