"""Fleets: the Auto Scaling groups behind services on EC2, and what their instances offer.

A service reaches its group through a capacity provider of its own strategy or its cluster's default one, or by the
launch type EC2 and the cluster that the instances' user data names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stackwright.ecs.instance_types import InstanceType, instance_types
from stackwright.ecs.placement import Instance
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value, rendered
from stackwright.verify.deployment import at, listed, number
from stackwright.verify.launch import launch_data, launches
from stackwright.verify.tasks import SERVICE
from stackwright.verify.zones import distinct, spread

GROUP = "AWS::AutoScaling::AutoScalingGroup"
CLUSTER = "AWS::ECS::Cluster"
PROVIDER = "AWS::ECS::CapacityProvider"
ASSOCIATION = "AWS::ECS::ClusterCapacityProviderAssociations"
SCALING_POLICY = "AWS::AutoScaling::ScalingPolicy"


@dataclass(frozen=True)
class Fleet:
    """One group and its sizes; `most` is its maximum only where something adds instances when tasks lack a place.

    `types` are all it may launch, none where one of them is not known; `zones` those of its subnets, if known.
    """

    group: Resource
    provider: Resource | None
    types: tuple[InstanceType, ...]
    least: int
    most: int
    zones: tuple[Value, ...]

    def instances(self, kind: InstanceType, size: int, zones: tuple[Value, ...] | None = None) -> list[Instance]:
        """Return that many instances of a type, spread over the group's zones, or over these."""
        places = [str(rendered(each)) for each in ((self.zones or ("",)) if zones is None else zones)]
        offered = (kind.cpu, kind.registered_memory, kind.task_interfaces)
        return [
            Instance(f"{kind.name} {n + 1}", places[n % len(places)], *offered) for n in range(size if places else 0)
        ]


def fleet(graph: Graph, service: Resource) -> Fleet | None:
    """Return the fleet that a service's tasks run on; None on Fargate, on several fleets, or on what nobody knows."""
    found = _groups(graph, service)
    if len(found) != 1:
        return None
    group, provider = found[0]
    least, most = number(group.properties.get("MinSize")), number(group.properties.get("MaxSize"))
    if least is None or most is None:
        return None
    now = number(group.properties.get("DesiredCapacity"))
    size = int(most) if scaled_by(graph, group) else max(int(least), int(now or 0))
    where = spread(graph, group)
    zones = where.zones if where else ()
    return Fleet(group, provider, types(graph, group), int(least), size, zones)


def sharers(graph: Graph, shared: Fleet) -> list[Resource]:
    """Return every service whose tasks run on a fleet, this one's among them."""
    return [each for each in graph.of_type(SERVICE) if _runs_on(graph, each, shared.group)]


def _runs_on(graph: Graph, service: Resource, group: Resource) -> bool:
    return any(each == group for each, _ in _groups(graph, service))


def scaled_by(graph: Graph, group: Resource) -> list[Resource]:
    """Return what sets a group's size: capacity providers with managed scaling, and scaling policies."""
    providers = [each for each in graph.of_type(PROVIDER) if managed(each) and group_of(graph, each) == group]
    return [*providers, *graph.users(group, SCALING_POLICY)]


def managed(provider: Resource | None) -> bool:
    """Tell whether a capacity provider sets its group's size; the status is ENABLED where scaling is configured."""
    scaling = at(provider.properties, "AutoScalingGroupProvider.ManagedScaling") if provider else None
    return isinstance(scaling, Mapping) and scaling.get("Status", "ENABLED") == "ENABLED"


def group_of(graph: Graph, provider: Resource) -> Resource | None:
    """Return the group behind a capacity provider, None for one made elsewhere."""
    found = graph.target(at(provider.properties, "AutoScalingGroupProvider.AutoScalingGroupArn"))
    return found if found is not None and found.type == GROUP else None


def types(graph: Graph, group: Resource) -> tuple[InstanceType, ...]:
    """Return every instance type that a group may launch; none where any of them is not known."""
    names = type_names(graph, group)
    known = [instance_types()[each] for each in names if isinstance(each, str) and each in instance_types()]
    return tuple(known) if known and len(known) == len(names) else ()


def type_names(graph: Graph, group: Resource) -> list[Value]:
    """Return the instance types that a group names: overrides, else what it launches from; None for any by attribute.

    Source: "AWS::AutoScaling::AutoScalingGroup LaunchTemplateOverrides", CloudFormation Template Reference Guide.
    """
    overrides = listed(at(group.properties, "MixedInstancesPolicy.LaunchTemplate.Overrides"))
    named = [at(each, "InstanceType") for each in overrides]
    launched = [launch_data(each)[1].get("InstanceType") for each in launches(graph, group)]
    return list(distinct(named)) if named else launched or [None]


def providers(graph: Graph, service: Resource) -> list[Value]:
    """Return the capacity providers that a service uses: its own strategy's, else its cluster's default ones."""
    own = listed(service.properties.get("CapacityProviderStrategy"))
    if not own and service.properties.get("LaunchType") is None:
        own = _default_strategy(graph, graph.target(service.properties.get("Cluster")))
    return [at(each, "CapacityProvider") for each in own]


def _default_strategy(graph: Graph, cluster: Resource | None) -> list[Value]:
    if cluster is None or cluster.type != CLUSTER:
        return []
    associations = [
        each for each in graph.of_type(ASSOCIATION) if graph.target(each.properties.get("Cluster")) == cluster
    ]
    for each in (*associations, cluster):
        if "DefaultCapacityProviderStrategy" in each.properties:
            return listed(each.properties["DefaultCapacityProviderStrategy"])
    return []


def _groups(graph: Graph, service: Resource) -> list[tuple[Resource, Resource | None]]:
    """Return the groups that may hold a service's tasks, each with its provider; none if any is not known."""
    used = providers(graph, service)
    if not used:
        return [(each, None) for each in _joining(graph, service)]
    known: list[tuple[Resource, Resource | None]] = []
    for provider in (_provider(graph, each) for each in used):
        group = group_of(graph, provider) if provider else None
        if group is None:
            return []  # it could hold the tasks just as well
        known.append((group, provider))
    return known


def _provider(graph: Graph, named: Value) -> Resource | None:
    found = graph.target(named)
    if found is not None:
        return found if found.type == PROVIDER else None
    return next((each for each in graph.of_type(PROVIDER) if each.properties.get("Name") == named), None)


def _joining(graph: Graph, service: Resource) -> Iterator[Resource]:
    """Yield the groups whose instances' user data names the service's cluster."""
    cluster = graph.target(service.properties.get("Cluster"))
    if service.properties.get("LaunchType", "EC2") != "EC2" or cluster is None:
        return
    for group in graph.of_type(GROUP):
        if any(cluster in graph.mentioned(each.properties) for each in launches(graph, group)):
            yield group
