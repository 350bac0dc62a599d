"""AppSpec: what CodeDeploy is told of an ECS deployment, read and written.

Source: "AppSpec 'resources' section for Amazon ECS" and "AppSpec 'hooks' section for an Amazon ECS deployment", AWS
CodeDeploy User Guide. CodeDeploy reads YAML, of which JSON is a part; what it would not understand is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

SERVICE = "AWS::ECS::Service"
HOOKS = ("BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic")

_OPTIONAL = ("PlatformVersion", "NetworkConfiguration", "CapacityProviderStrategy")
_NETWORK = ("Subnets", "SecurityGroups", "AssignPublicIp")
_LAST_PORT = 65535


class BadAppSpec(ValueError):
    """What CodeDeploy would not understand, as one line."""


@dataclass(frozen=True)
class AppSpec:
    """One ECS service's next revision: its task definition, and where its traffic arrives.

    What is left empty stays as the service has it, but for the platform version, which then is LATEST. `hooks` are
    Lambda functions by lifecycle event.
    """

    task_definition: str
    container: str
    port: int
    platform_version: str = ""
    network: Mapping[str, Any] = field(default_factory=dict)
    strategy: tuple[Mapping[str, Any], ...] = ()
    hooks: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return it as JSON, the same bytes for the same deployment."""
        properties: dict[str, Any] = {
            "TaskDefinition": self.task_definition,
            "LoadBalancerInfo": {"ContainerName": self.container, "ContainerPort": self.port},
        }
        if self.platform_version:
            properties["PlatformVersion"] = self.platform_version
        if self.network:
            properties["NetworkConfiguration"] = {"AwsvpcConfiguration": dict(self.network)}
        if self.strategy:
            properties["CapacityProviderStrategy"] = [dict(each) for each in self.strategy]
        whole: dict[str, Any] = {
            "version": 0.0,
            "Resources": [{"TargetService": {"Type": SERVICE, "Properties": properties}}],
        }
        if self.hooks:
            whole["Hooks"] = [{event: function} for event, function in self.hooks.items()]
        return json.dumps(whole, indent=2)


def parse(text: str) -> AppSpec:
    """Return what an AppSpec says; raises BadAppSpec for the first thing that CodeDeploy would not understand."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadAppSpec(f"neither JSON nor YAML: {' '.join(str(error).split())}") from error
    whole = _object(content, "the AppSpec", ("version", "Resources", "Hooks"), needed=("version", "Resources"))
    if str(whole["version"]) != "0.0":
        raise BadAppSpec(f"version is {whole['version']!r}; the only one there is is 0.0")
    properties = _properties(whole["Resources"])
    balancer = _object(properties["LoadBalancerInfo"], "LoadBalancerInfo", ("ContainerName", "ContainerPort"))
    return AppSpec(
        task_definition=_text(properties["TaskDefinition"], "TaskDefinition"),
        container=_text(balancer["ContainerName"], "ContainerName"),
        port=_port(balancer["ContainerPort"]),
        platform_version=_text(properties.get("PlatformVersion") or "LATEST", "PlatformVersion"),
        network=_network(properties.get("NetworkConfiguration")),
        strategy=tuple(_strategy(properties.get("CapacityProviderStrategy"))),
        hooks=dict(_hooks(whole.get("Hooks"))),
    )


def _properties(resources: Any) -> Mapping[str, Any]:
    if not isinstance(resources, list) or len(resources) != 1:
        raise BadAppSpec("Resources is a list of one: the service")
    named = resources[0]
    if not isinstance(named, dict) or len(named) != 1:
        raise BadAppSpec("the one resource has one name, for example TargetService")
    (resource,) = named.values()
    service = _object(resource, "the resource", ("Type", "Properties"))
    if service["Type"] != SERVICE:
        raise BadAppSpec(f"Type is {service['Type']!r}; an ECS deployment has {SERVICE}")
    known = ("TaskDefinition", "LoadBalancerInfo")
    return _object(service["Properties"], "Properties", (*known, *_OPTIONAL), needed=known)


def _object(
    value: Any, what: str, known: tuple[str, ...], *, needed: tuple[str, ...] | None = None
) -> Mapping[str, Any]:
    """Return an object that has what it needs, by default all that it may have, and nothing else."""
    if not isinstance(value, dict):
        raise BadAppSpec(f"{what} is an object")
    for name in known if needed is None else needed:
        if value.get(name) is None:
            raise BadAppSpec(f"{what} lacks {name}")
    for name in value:
        if name not in known:
            raise BadAppSpec(f"{what} has {name!r}, which CodeDeploy does not know; there is {', '.join(known)}")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadAppSpec(f"{what} is a string")
    return value


def _port(value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= _LAST_PORT:
        raise BadAppSpec(f"ContainerPort is {value!r}; a port is 1 to {_LAST_PORT}")
    return int(text)


def _network(given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    inner = _object(given, "NetworkConfiguration", ("AwsvpcConfiguration",))["AwsvpcConfiguration"]
    configuration = dict(_object(inner, "AwsvpcConfiguration", _NETWORK, needed=("Subnets",)))
    for name in ("Subnets", "SecurityGroups"):
        if not isinstance(configuration.get(name, []), list):
            raise BadAppSpec(f"{name} is a list of ids")
    if configuration.get("AssignPublicIp", "DISABLED") not in ("ENABLED", "DISABLED"):
        raise BadAppSpec("AssignPublicIp is ENABLED or DISABLED")
    return configuration


def _strategy(given: Any) -> Iterator[Mapping[str, Any]]:
    if given is not None and not isinstance(given, list):
        raise BadAppSpec("CapacityProviderStrategy is a list")
    for each in given or []:
        yield _object(
            each, "CapacityProviderStrategy", ("CapacityProvider", "Base", "Weight"), needed=("CapacityProvider",)
        )


def _hooks(given: Any) -> Iterator[tuple[str, str]]:
    if given is not None and not isinstance(given, list):
        raise BadAppSpec("Hooks is a list, one lifecycle event after the other")
    for each in given or []:
        for event, function in _object(each, "a hook", HOOKS, needed=()).items():
            yield event, _text(function, event)
