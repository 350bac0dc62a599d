"""Capacity providers that are in use stay, which moto would let go; managed draining has its hook."""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import ECSException
from moto.ecs.models import EC2ContainerServiceBackend

from stackwright.emulator.services.autoscaling_hooks import put_draining, take_draining
from stackwright.emulator.services.ecs_fleet import group_of

_IN_USE = "The specified capacity provider is in use and cannot be removed."
_put = EC2ContainerServiceBackend.put_cluster_capacity_providers
_delete = EC2ContainerServiceBackend.delete_capacity_provider


def _put_providers(
    backend: Any, cluster_name: str, capacity_providers: list[str] | None, default_strategy: list[dict[str, Any]] | None
) -> Any:
    """Refuse to take one from a cluster while a service there names it ("PutClusterCapacityProviders")."""
    named = {name for service in _services(backend, cluster_name) for name in _strategy(service)}
    if capacity_providers is not None:
        cluster = backend._get_cluster(cluster_name)
        if named & (set(cluster.capacity_providers or []) - set(capacity_providers)):
            raise ECSException("ResourceInUseException", _IN_USE)
    cluster = _put(backend, cluster_name, capacity_providers, default_strategy)
    drain(backend, cluster.capacity_providers)
    return cluster


def drain(backend: Any, names: list[str] | None) -> None:
    """Put or take the hook of managed draining on the providers' groups, as their settings are now ("Safely stop
    Amazon ECS workloads running on EC2 instances")."""
    for name in names or []:
        group = group_of(backend, name)
        if group is None:
            continue
        settings = backend._get_provider(name).auto_scaling_group_provider
        change = put_draining if settings.get("managedDraining") == "ENABLED" else take_draining
        change(group)


def _delete_provider(backend: Any, name_or_arn: str) -> Any:
    """Leave one that a cluster or a service's strategy names ("DeleteCapacityProvider"): the answer is no error,
    but says DELETE_FAILED and why ("CapacityProvider", updateStatus and updateStatusReason)."""
    provider = backend._get_provider(name_or_arn)
    users = [each.name for each in backend.clusters.values() if _uses(backend, each, provider.name)]
    if not users:
        provider.update_status, provider.update_status_reason = "DELETE_COMPLETE", None
        return _delete(backend, name_or_arn)
    provider.update_status = "DELETE_FAILED"
    provider.update_status_reason = (
        f"The capacity provider cannot be deleted because it is associated with cluster: {users[0]}. "
        "Remove the capacity provider from the cluster and try again."
    )
    return provider


def _uses(backend: Any, cluster: Any, provider: str) -> bool:
    if cluster.status == "INACTIVE":
        return False
    named = {name for service in _services(backend, cluster.name) for name in _strategy(service)}
    return provider in {*(cluster.capacity_providers or []), *named}


def _services(backend: Any, cluster: str) -> list[Any]:
    name = cluster.rpartition("/")[2]
    living = (each for each in backend.services.values() if each.status != "INACTIVE")
    return [each for each in living if each.cluster_name == name]


def _strategy(service: Any) -> list[str]:
    strategy = getattr(service, "capacity_provider_strategy", None) or []
    return [each["capacityProvider"] for each in strategy]


def install() -> None:
    """Put the refusals in the place of moto's own."""
    EC2ContainerServiceBackend.put_cluster_capacity_providers = _put_providers
    EC2ContainerServiceBackend.delete_capacity_provider = _delete_provider
