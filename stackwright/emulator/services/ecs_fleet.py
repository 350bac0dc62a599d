"""Container instances: the instances of a capacity provider's Auto Scaling group, in the cluster it belongs to.

They are there as soon as they are asked for. Managed scaling launches one more instance when a task has no place,
up to the group's largest size ("Automatically manage Amazon ECS capacity with cluster auto scaling").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends

from stackwright.ecs.instance_types import InstanceType, instance_types
from stackwright.ecs.placement import Instance, Task
from stackwright.emulator.services.ecs_tasks import of_cluster, running

_PLENTY = 10**6  # of a type that the data does not have: it refuses nothing


def _type_of(name: str) -> InstanceType:
    return instance_types().get(name) or InstanceType(name, _PLENTY, _PLENTY, _PLENTY, "")


def join(ecs: Any, cluster: Any) -> None:
    """Let the groups' instances into the cluster, and those that are gone out of it, with their tasks."""
    ours = {state.instance.id: name for name, group in _groups(ecs, cluster) for state in group.active_instances()}
    known = ecs.container_instances.setdefault(cluster.name, {})
    for key, each in list(known.items()):
        if each.ec2_instance_id not in ours and getattr(each, "capacity_provider_name", None):
            del known[key]
            _lost(ecs, cluster, each)
    there = {each.ec2_instance_id for each in known.values()}
    for instance_id in ours.keys() - there:
        _register(ecs, cluster, instance_id, ours[instance_id])
    cluster.registered_container_instances_count = len(known)


def _groups(ecs: Any, cluster: Any) -> Iterator[tuple[str, Any]]:
    for name in cluster.capacity_providers or []:
        group = group_of(ecs, name)
        if group is not None:
            yield name, group


def group_of(ecs: Any, provider: str) -> Any:
    """Return the Auto Scaling group behind a capacity provider, None for Fargate and the unknown."""
    found = ecs._get_provider(provider)
    given = (found.auto_scaling_group_provider or {}) if found else {}
    arn = given.get("autoScalingGroupArn")
    groups = autoscaling_backends[ecs.account_id][ecs.region_name].autoscaling_groups.values()
    return next((each for each in groups if each.arn == arn), None)


def _register(ecs: Any, cluster: Any, instance_id: str, provider: str) -> None:
    made = ecs.register_container_instance(cluster.name, instance_id)
    made.capacity_provider_name = provider
    made.zone = made.attributes["ecs.availability-zone"]
    made.type = _type_of(made.attributes["ecs.instance-type"])
    for resource in made.registered_resources:
        resource["integerValue"] = _offers(made.type).get(resource["name"], resource["integerValue"])


def _offers(type_: InstanceType) -> dict[str, int]:
    return {"CPU": type_.cpu, "MEMORY": type_.registered_memory}


def _lost(ecs: Any, cluster: Any, instance: Any) -> None:
    for task in of_cluster(ecs, cluster.name):
        if task.container_instance_arn == instance.container_instance_arn:
            reason = f"Host EC2 (instance {instance.ec2_instance_id}) terminated."
            task.stop(reason, "TerminationNotice", exit_code=137)


def recount(ecs: Any, cluster: Any) -> None:
    """Bring what is left on each instance, and how many tasks it runs, up to date."""
    tasks = of_cluster(ecs, cluster.name)
    for each in ecs.container_instances.get(cluster.name, {}).values():
        if not getattr(each, "capacity_provider_name", None):
            continue
        own = [task for task in tasks if task.container_instance_arn == each.container_instance_arn]
        taken = {"CPU": sum(task.takes.cpu for task in own), "MEMORY": sum(task.takes.memory for task in own)}
        each.running_tasks_count = len(own)
        for resource in each.remaining_resources:
            if resource["name"] in taken:
                resource["integerValue"] = _offers(each.type)[resource["name"]] - taken[resource["name"]]


@dataclass(frozen=True)
class Fleet:
    """The instances that a service's tasks may run on: of its providers, in the zones of its subnets."""

    ecs: Any
    cluster: Any
    service: Any
    providers: tuple[str, ...]

    def members(self) -> dict[str, Any]:
        """Return moto's container instances by their ids."""
        join(self.ecs, self.cluster)
        zones = zones_of(self.ecs, self.service)
        return {
            key: each
            for key, each in self.ecs.container_instances[self.cluster.name].items()
            if getattr(each, "capacity_provider_name", None) in self.providers
            and each.status == "ACTIVE"
            and (not zones or each.zone in zones)
        }

    def instances(self) -> list[Instance]:
        """Return them as placement sees them: with what is left beside all running tasks."""
        own = running(self.ecs, self.service)
        tasks = of_cluster(self.ecs, self.cluster.name)
        instances = []
        for key, each in self.members().items():
            left = _empty(key, each)
            for task in tasks:
                if task.container_instance_arn == each.container_instance_arn:
                    left = left.with_task(task.takes, 1)
            count = sum(1 for task in own if task.container_instance_arn == each.container_instance_arn)
            instances.append(_counted(left, count))
        return instances

    def grow(self, task: Task) -> bool:
        """Launch one instance more where managed scaling may and it would help; return whether it did."""
        here = self.members()
        for provider in self.providers:
            settings = self.ecs._get_provider(provider).auto_scaling_group_provider
            group = group_of(self.ecs, provider)
            size = len(group.active_instances())
            kin = next(
                (_empty(key, each) for key, each in here.items() if each.capacity_provider_name == provider), None
            )
            if settings["managedScaling"]["status"] != "ENABLED" or size >= int(group.max_size):
                continue
            if kin is None or not kin.lacks(task):
                group.set_desired_capacity(size + 1)
                return True
        return False


def _empty(key: str, each: Any) -> Instance:
    type_ = each.type
    return Instance(key, each.zone, type_.cpu, type_.registered_memory, type_.task_interfaces, type_.architecture)


def _counted(instance: Instance, tasks: int) -> Instance:
    return Instance(**{**vars(instance), "tasks": tasks})


def zones_of(ecs: Any, service: Any) -> list[str]:
    """Return the zones of the service's subnets, none if it names no subnets."""
    network = (getattr(service, "network_configuration", None) or {}).get("awsvpcConfiguration", {})
    subnets = network.get("subnets") or []
    if not subnets:
        return []
    found = ec2_backends[ecs.account_id][ecs.region_name].describe_subnets(subnet_ids=subnets)
    return sorted({each.availability_zone for each in found})
