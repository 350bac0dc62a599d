"""Fargate beyond moto: what it refuses of task definitions and services, and the interface that each task has.

Words of the refusals as users quote them from the API; the pages they follow from are named beside them.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import EcsClientException, InvalidParameterException

from stackwright.ecs.fargate import ON_DEMAND, PROVIDERS, STORAGE_GIB, Share, has_size, shared_out
from stackwright.emulator.services.ecs_tasks import amount

Members = Mapping[str, Any]

_LONGEST_STOP = 120
_UNASSOCIATED = (
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the "
    "cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again."
)
_WEIGHTLESS = (
    "There are no capacity providers with a weight value greater than zero defined in the capacity provider strategy. "
    "At least one capacity provider must have a weight value greater than zero specified. Specify a valid capacity "
    "provider strategy and try again."
)
_TWO_BASES = "The specified capacity provider strategy can have only one capacity provider with a base value defined."
_MIXED = (
    "The specified capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups "
    "and Fargate providers."
)


def check_definition(given: Members) -> None:
    """Refuse what cannot run on Fargate though it says it does ("Task definition parameters for Fargate")."""
    if "FARGATE" not in (given.get("requiresCompatibilities") or []):
        return
    if given.get("networkMode") != "awsvpc":
        raise EcsClientException("Fargate only supports network mode 'awsvpc'.")
    for name in ("cpu", "memory"):
        if not given.get(name):
            raise EcsClientException(f"Fargate requires that '{name}' be defined at the task level.")
    cpu, memory = amount(given["cpu"]), amount(given["memory"])
    if not has_size(cpu, memory):
        text = f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory."
        raise EcsClientException(f"{text} See the Amazon ECS documentation for the valid values.")
    for container in given.get("containerDefinitions") or []:
        if (container.get("stopTimeout") or 0) > _LONGEST_STOP:
            raise EcsClientException(f"Invalid stopTimeout: on Fargate it is at most {_LONGEST_STOP} seconds.")


def check_service(given: Members, cluster: Any, definition: Any) -> None:
    """Refuse a service whose strategy or placement does not fit its cluster ("CreateService", "UpdateService")."""
    strategy = given.get("capacityProviderStrategy") or []
    check_strategy(strategy, cluster)
    if not on_fargate(given):
        return
    for name, text in (("placementStrategy", "strategies"), ("placementConstraints", "constraints")):
        if given.get(name):
            raise InvalidParameterException(f"Placement {text} are not supported with FARGATE launch type.")
    if definition is not None and not _fits(definition):
        raise InvalidParameterException("Task definition does not support launch_type FARGATE.")


def _fits(definition: Any) -> bool:
    return definition.network_mode == "awsvpc" and has_size(amount(definition.cpu), amount(definition.memory))


def check_strategy(strategy: Sequence[Members], cluster: Any) -> None:
    """Refuse a strategy that places nothing, or on what the cluster does not have ("CapacityProviderStrategyItem")."""
    names = {each["capacityProvider"] for each in strategy}
    if len(strategy) > 1 and not any(each.get("weight") for each in strategy):
        raise InvalidParameterException(_WEIGHTLESS)
    if sum(1 for each in strategy if each.get("base")) > 1:
        raise InvalidParameterException(_TWO_BASES)
    if names & PROVIDERS and names - PROVIDERS:
        raise InvalidParameterException(_MIXED)
    if names & PROVIDERS - set(cluster.capacity_providers or []):
        raise InvalidParameterException(_UNASSOCIATED)


def on_fargate(given: Members) -> bool:
    """Tell whether the members of a service put its tasks on Fargate."""
    named = {each["capacityProvider"] for each in given.get("capacityProviderStrategy") or []}
    return given.get("launchType") == ON_DEMAND or bool(named & PROVIDERS)


def providers(service: Any, count: int, running: Sequence[Any]) -> list[str]:
    """Return the capacity providers of that many more tasks, "" where the service has no strategy."""
    strategy = getattr(service, "capacity_provider_strategy", None) or []
    shares = [Share(each["capacityProvider"], each.get("weight") or 0, each.get("base") or 0) for each in strategy]
    if not shares:
        return [ON_DEMAND if service.launch_type == ON_DEMAND else ""] * count
    return shared_out(count, shares, [each.capacity_provider_name for each in running])


def equip(ecs: Any, task: Any, service: Any, definition: Any) -> None:
    """Give a task on Fargate its platform, its disk and its network interface ("Fargate task networking")."""
    if task.launch_type != ON_DEMAND:
        return
    task.platform_version = getattr(service, "platform_version", None) or "1.4.0"
    task.platform_family = "Linux"
    task.ephemeral_storage = getattr(definition, "ephemeral_storage", None) or {"sizeInGiB": STORAGE_GIB}
    network = (getattr(service, "network_configuration", None) or {}).get("awsvpcConfiguration", {})
    backend = ec2_backends[ecs.account_id][ecs.region_name]
    subnets = backend.describe_subnets(subnet_ids=network["subnets"]) if network.get("subnets") else []
    subnet = next((each.id for each in subnets if each.availability_zone == task.availability_zone), "")
    details = {"subnetId": subnet, "networkInterfaceId": f"eni-{random.getrandbits(68):017x}"}
    task.attachments = [
        {
            "id": str(uuid.uuid4()),
            "type": "ElasticNetworkInterface",
            "status": "ATTACHED",
            "details": [{"name": name, "value": value} for name, value in details.items()],
        }
    ]
