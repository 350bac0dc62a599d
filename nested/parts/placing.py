"""Placing: what a service's tasks run on, in which subnets, and how they spread over zones and instances."""

from __future__ import annotations

from typing import Any, Literal

from troposphere import And, Condition, Equals, GetAtt, If, Not, NoValue, Ref, Template
from troposphere.ecs import (
    AwsvpcConfiguration,
    CapacityProviderStrategyItem,
    EphemeralStorage,
    NetworkConfiguration,
    PlacementStrategy,
)

from nested import inputs
from nested.parts import fargate
from nested.shape import needs

Capacity = Literal["ec2", "fargate"]

_REBALANCED = "RebalancesZones"
_ROOM = "MayRunMoreTasks"


def declare(t: Template, capacity: Capacity) -> None:
    """Declare what the service needs to be placed; the template needs MaximumPercent, TaskCpu and TaskMemory."""
    t.add_condition(_ROOM, Not(Equals(Ref(inputs.MAXIMUM_PERCENT.name), "100")))
    if capacity == "ec2":
        _declare_ec2(t)
    else:
        declare_fargate(t)


def _declare_ec2(t: Template) -> None:
    needs(t, inputs.CAPACITY_PROVIDER_NAME, inputs.PLACEMENT)
    t.add_condition("BinPacked", Equals(Ref(inputs.PLACEMENT.name), "binpack"))
    t.add_condition(_REBALANCED, And(Not(Condition("BinPacked")), Condition(_ROOM)))


def declare_fargate(t: Template) -> None:
    """Declare what tasks on Fargate need, sizes and weights checked; the template needs TaskCpu and TaskMemory."""
    needs(t, inputs.FARGATE_BASE, inputs.FARGATE_WEIGHT, inputs.FARGATE_SPOT_WEIGHT)
    needs(t, inputs.EPHEMERAL_STORAGE, inputs.ASSIGN_PUBLIC_IP)
    t.add_condition("HasMoreStorage", Not(Equals(Ref(inputs.EPHEMERAL_STORAGE.name), inputs.EPHEMERAL_STORAGE.default)))
    t.add_condition("HasPublicIp", Equals(Ref(inputs.ASSIGN_PUBLIC_IP.name), "on"))
    fargate.add_size_rules(t)
    fargate.add_weights_rule(t)


def network(capacity: Capacity) -> NetworkConfiguration:
    """Return the subnets and the group of the tasks, which have public addresses on Fargate alone, if at all."""
    public = If("HasPublicIp", "ENABLED", "DISABLED") if capacity == "fargate" else "DISABLED"
    return NetworkConfiguration(
        AwsvpcConfiguration=AwsvpcConfiguration(
            Subnets=Ref(inputs.PRIVATE_SUBNET_IDS.name),
            SecurityGroups=[GetAtt("TaskSecurityGroup", "GroupId")],
            AssignPublicIp=public,
        )
    )


def storage(capacity: Capacity) -> dict[str, Any]:
    """Return the task definition's storage, which Fargate alone has."""
    if capacity == "ec2":
        return {}
    # What every task has cannot be asked for: the least to ask for is one more.
    more = EphemeralStorage(SizeInGiB=Ref(inputs.EPHEMERAL_STORAGE.name))
    return {"EphemeralStorage": If("HasMoreStorage", more, NoValue)}


def placed(capacity: Capacity) -> dict[str, Any]:
    """Return what tasks run on, and how they spread over zones: Fargate does it by itself and takes no placement.

    Zones are rebalanced where a service can be: it takes more than 100 % of the tasks and, with placement, a strategy
    that begins with zones. Source: "Balancing an Amazon ECS service across Availability Zones", Amazon ECS Developer
    Guide.
    """
    if capacity == "ec2":
        provider = Ref(inputs.CAPACITY_PROVIDER_NAME.name)
        only = CapacityProviderStrategyItem(CapacityProvider=provider, Weight=1)
        balanced = If(_REBALANCED, "ENABLED", "DISABLED")
        return {
            "CapacityProviderStrategy": [only],
            "PlacementStrategies": _strategies(),
            "AvailabilityZoneRebalancing": balanced,
        }
    return {
        "CapacityProviderStrategy": fargate.strategy(CapacityProviderStrategyItem),
        "PlatformVersion": fargate.PLATFORM_VERSION,
        "AvailabilityZoneRebalancing": If(_ROOM, "ENABLED", "DISABLED"),
    }


def _strategies() -> If:
    packed = [PlacementStrategy(Type="binpack", Field="cpu")]
    zones = PlacementStrategy(Type="spread", Field="attribute:ecs.availability-zone")
    return If("BinPacked", packed, [zones, PlacementStrategy(Type="spread", Field="instanceId")])
