"""Auto Scaling groups of a plan: which instance types they start, and in which zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackwright.ecs.instance_types import instance_types
from stackwright.preflight.asking import items, members
from stackwright.resolve.symbols import Symbol

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource

GROUP = "AWS::AutoScaling::AutoScalingGroup"


def types_of(subject: Subject, group: Resource) -> list[str]:
    """Return the instance types that a group may start, those that are known before AWS makes them."""
    policy = members(group.properties.get("MixedInstancesPolicy"))
    template = members(policy.get("LaunchTemplate"))
    overrides = [members(each).get("InstanceType") for each in items(template.get("Overrides"))]
    data = launch_data(subject, group)
    found = [each for each in overrides if each] or [data.get("InstanceType")]
    return list(dict.fromkeys(each for each in found if isinstance(each, str)))


def launch_data(subject: Subject, group: Resource) -> dict[str, Any]:
    """Return the data of the launch template that a group starts instances by, if the plan has that template."""
    policy = members(group.properties.get("MixedInstancesPolicy"))
    named = members(members(policy.get("LaunchTemplate")).get("LaunchTemplateSpecification"))
    named = named or members(group.properties.get("LaunchTemplate"))
    reference = named.get("LaunchTemplateId")
    template = subject.graph.resources.get(reference.path) if isinstance(reference, Symbol) else None
    return members(template.properties.get("LaunchTemplateData")) if template else {}


def zones_of(subject: Subject, group: Resource) -> list[str]:
    """Return the zones that a group starts instances in."""
    given = [each for each in items(group.properties.get("AvailabilityZones")) if isinstance(each, str)]
    return sorted({*given, *zones_of_subnets(subject, items(group.properties.get("VPCZoneIdentifier")))})


def zones_of_subnets(subject: Subject, subnets: list[Any]) -> list[str]:
    """Return the zones of subnets, of the plan or by their ids."""
    given: list[str] = []
    ids: list[str] = []
    for each in subnets:
        subnet = subject.graph.target(each)
        zone = subnet.properties.get("AvailabilityZone") if subnet else None
        given += [zone] if isinstance(zone, str) else []
        ids += [each] if isinstance(each, str) else []
    if ids:
        described = subject.aws.call("ec2", "describe_subnets", SubnetIds=ids)["Subnets"]
        given += [str(each["AvailabilityZone"]) for each in described]
    return sorted(set(given))


def vcpus(subject: Subject, types: list[str]) -> dict[str, int]:
    """Return the vCPUs of instance types, from our data, else from AWS."""
    known = {each: instance_types()[each].vcpus for each in types if each in instance_types()}
    others = [each for each in types if each not in known]
    if others:
        described = subject.aws.call("ec2", "describe_instance_types", InstanceTypes=others)["InstanceTypes"]
        known |= {each["InstanceType"]: each["VCpuInfo"]["DefaultVCpus"] for each in described}
    return known
