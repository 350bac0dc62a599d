"""vCPUs of running On-Demand instances, which have a quota by the family of their type."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stackwright.aws import listed
from stackwright.preflight.check import Check, Point, moot, untold
from stackwright.preflight.fleet import GROUP, types_of, vcpus
from stackwright.preflight.quotas import Quota, within

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource

STANDARD = Quota("ec2", "L-1216C47A", "vCPUs of On-Demand Standard instances", 5)
OTHERS = {
    "dl": Quota("ec2", "L-6E869C2A", "vCPUs of On-Demand DL instances", 0),
    "f": Quota("ec2", "L-74FC7D96", "vCPUs of On-Demand F instances", 0),
    "g": Quota("ec2", "L-DB2E81BA", "vCPUs of On-Demand G and VT instances", 0),
    "inf": Quota("ec2", "L-1945791B", "vCPUs of On-Demand Inf instances", 0),
    "p": Quota("ec2", "L-417A185B", "vCPUs of On-Demand P instances", 0),
    "trn": Quota("ec2", "L-2C3B7624", "vCPUs of On-Demand Trn instances", 0),
    "vt": Quota("ec2", "L-DB2E81BA", "vCPUs of On-Demand G and VT instances", 0),
    "x": Quota("ec2", "L-7295265B", "vCPUs of On-Demand X instances", 0),
}
REPLACEMENTS = 1  # instances that an instance refresh starts before it ends an old one
OWN = "aws:autoscaling:groupName"


def _ask(subject: Subject) -> Iterator[Point]:
    groups = subject.resources(GROUP)
    if not groups:
        yield moot("the plan has no Auto Scaling group")
        return
    needed: dict[Quota, int] = defaultdict(int)
    for group in groups:
        most = str(group.properties.get("MaxSize", ""))
        size = vcpus(subject, types_of(subject, group))
        if not size or not most.isdigit():
            yield untold(f"{group.path}: its instance types or MaxSize are not known before AWS makes them")
            continue
        for quota in {quota_of(each) for each in size}:
            largest = max(count for name, count in size.items() if quota_of(name) == quota)
            needed[quota] += (int(most) + REPLACEMENTS) * largest
    used = _used(subject, groups)
    by = ", ".join(group.path for group in groups) + " at MaxSize and one replacement"
    for quota, count in needed.items():
        yield within(subject.aws, quota, used=used[quota], adds=count, by=by)


def quota_of(instance_type: str) -> Quota:
    """Return the quota that an instance type counts against."""
    family = re.match(r"[a-z]+", instance_type)
    return OTHERS.get(family[0] if family else "", STANDARD)


def _used(subject: Subject, groups: list[Resource]) -> dict[Quota, int]:
    """Return the vCPUs that others than these groups run."""
    own = {subject.held.get(group.path) for group in groups}
    running = {"Name": "instance-state-name", "Values": ["pending", "running"]}
    found = listed(subject.aws, "ec2", "describe_instances", "Reservations", Filters=[running])
    instances = [each for reservation in found for each in reservation["Instances"]]
    used: dict[Quota, int] = defaultdict(int)
    for each in instances:
        if each.get("InstanceLifecycle") != "spot" and _group(each) not in own:
            used[quota_of(each["InstanceType"])] += _vcpus(each)
    return used


def _group(instance: dict[str, Any]) -> str:
    return next((tag["Value"] for tag in instance.get("Tags", []) if tag["Key"] == OWN), "")


def _vcpus(instance: dict[str, Any]) -> int:
    options = instance.get("CpuOptions", {})
    return int(options.get("CoreCount", 1)) * int(options.get("ThreadsPerCore", 1))


CHECK = Check(
    number=4,
    name="vcpus",
    claim="The account may run the Auto Scaling groups at their maximum, and one replacement more",
    why="A new account may run five vCPUs; a group that meets the quota stops growing, and a refresh never ends",
    source='"Amazon EC2 instance type quotas" in the Amazon EC2 Instance Types Guide',
    ask=_ask,
)
