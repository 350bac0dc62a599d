"""What destroying a stack takes, as plain data: made from what the stacks hold, before anything is done.

`Teardown.before` is what would hold up the deletion, in the order in which it goes; `after` is what the deletion
leaves behind and nobody else owns; `stays` is kept by policy. Each `Task` is a kind, which `release` or `purge` knows
how to do, and one physical id, so that doing it twice is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackwright.deploy.changes import NESTED
from stackwright.deploy.sentences import noun

if TYPE_CHECKING:
    from stackwright.aws import Aws

# RetainExceptOnCreate keeps what was once created whole ("DeletionPolicy attribute", User Guide)
KEEPING = {"Retain", "RetainExceptOnCreate"}

BUCKET = "AWS::S3::Bucket"
REPOSITORY = "AWS::ECR::Repository"
LOG_GROUP = "AWS::Logs::LogGroup"
ZONE = "AWS::Route53::HostedZone"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
CLUSTER = "AWS::ECS::Cluster"
REVISION = "AWS::ECS::TaskDefinition"
CERTIFICATE = "AWS::CertificateManager::Certificate"
VPC = "AWS::EC2::VPC"

# In this order: tasks end before the instances that run them, and nothing starts new ones meanwhile. With the last
# instance GuardDuty has no more reason to put its endpoint back.
HINDRANCES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "deregister",
    "AWS::ECS::Service": "drain",
    "AWS::AutoScaling::AutoScalingGroup": "release",
    VPC: "clear network",
    BALANCER: "unprotect",
}
# These are planned only where the caller has seen that there is something to do.
SEEN = {"clear network", "unprotect"}
# Refused by their services while there is anything in them.
FULL = {BUCKET: "empty bucket", REPOSITORY: "empty registry", ZONE: "empty zone"}
# What CloudFormation does not own, gone or not.
LEFTOVERS = {REVISION: "revisions", CLUSTER: "strays"}
# What --delete-data deletes although a policy kept it.
DATA = {
    BUCKET: "delete bucket",
    REPOSITORY: "delete registry",
    LOG_GROUP: "delete log group",
    ZONE: "delete zone",
}
# These take every record of a zone, whoever wrote it.
TAKING_RECORDS = ("clear zone", "delete zone")
OF_ZONES = ("empty zone", *TAKING_RECORDS)
WORDS = {
    "deregister": "take the task count limits off",
    "drain": "stop the tasks of",
    "release": "end the instances of",
    "clear network": "delete the endpoint and group that GuardDuty keeps in",
    "unprotect": "lift the deletion protection of",
    "empty bucket": "delete every version of every object in",
    "empty registry": "delete every image in",
    "empty zone": "delete the validation records in",
    "clear zone": "delete every record in",
    "revisions": "deregister every revision of",
    "reviews": "delete the nested stacks that never were of",
    "strays": "delete the log group that AWS makes for",
    "delete bucket": "delete with every version of every object",
    "delete registry": "delete with every image",
    "delete log group": "delete with all its logs",
    "delete zone": "delete with every record",
}


@dataclass(frozen=True)
class Doomed:
    """One resource of a stack that is to go; `stays` when its DeletionPolicy keeps it, `gone` when it went already."""

    path: str
    type: str
    physical_id: str
    stays: bool
    gone: bool = False

    def named(self) -> str:
        """Return `Registry/Repository (image registry) shop-repository-1`."""
        return f"{self.path} ({noun(self.type)}) {self.physical_id}".rstrip()


@dataclass(frozen=True)
class Task:
    """One thing to do to one resource beside the stack's deletion; `takes` says what goes that others may have made."""

    kind: str
    path: str
    physical_id: str
    takes: str = ""

    def sentence(self) -> str:
        """Return `end the instances of Cluster/AutoScalingGroup`."""
        return f"{WORDS[self.kind]} {self.path}"


@dataclass(frozen=True)
class Teardown:
    """All that destroying a stack comes to; `doomed` is what CloudFormation itself deletes or keeps.

    `records` are what the certificates that go are validated by, as zone and name: CloudFormation leaves them.
    """

    doomed: tuple[Doomed, ...]
    before: tuple[Task, ...]
    after: tuple[Task, ...]
    records: tuple[tuple[str, str], ...] = ()

    @property
    def going(self) -> list[Doomed]:
        """What CloudFormation deletes; a resource that failed before it had an id is nothing."""
        return [each for each in self.doomed if each.physical_id and not each.stays and not each.gone]

    @property
    def zones(self) -> list[str]:
        """The hosted zones that go, with the stack or after it."""
        return [task.physical_id for task in (*self.before, *self.after) if task.kind in OF_ZONES]

    @property
    def staying(self) -> list[Doomed]:
        """What is left when all is done."""
        deleted = {task.physical_id for task in self.after}
        staying = (each for each in self.doomed if each.physical_id and each.stays and not each.gone)
        return [each for each in staying if each.physical_id not in deleted]


def doomed(aws: Aws, stack_id: str, *, scope: str = "") -> Iterator[Doomed]:
    """Yield every resource of a stack and its nested stacks, nested stacks themselves left out.

    Works for 90 days on a deleted stack too ("ListStackResources" and "GetTemplate", by the stack's id).
    """
    policies = _policies(aws.template(stack_id))
    for held in aws.held(stack_id):
        path = f"{scope}/{held.logical_id}".lstrip("/")
        if held.type == NESTED and held.physical_id:
            yield from doomed(aws, held.physical_id, scope=path)
        elif held.type != NESTED:
            stays, gone = policies.get(held.logical_id) in KEEPING, held.status == "DELETE_COMPLETE"
            yield Doomed(path, held.type, held.physical_id, stays, gone)


def _policies(template: dict[str, Any]) -> dict[str, str]:
    resources = template.get("Resources", {})
    return {name: each.get("DeletionPolicy", "") for name, each in resources.items()}


def plan(
    resources: Iterable[Doomed], *, seen: Iterable[str] = (), delete_data: bool = False, clear_zones: bool = False
) -> Teardown:
    """Return what to do; `seen` are the load balancers that are protected and the VPCs that GuardDuty is in.

    `clear_zones` takes every record of the zones that go with the stack, else only validation records.
    """
    known = tuple(resources)
    teardown = Teardown(doomed=known, before=(), after=())
    kinds = HINDRANCES | FULL | ({ZONE: "clear zone"} if clear_zones else {})
    before = _before(teardown.going, kinds, set(seen))
    after = _after([each for each in known if each.physical_id], delete_data=delete_data)
    return Teardown(doomed=known, before=tuple(before), after=tuple(after))


def _before(going: list[Doomed], kinds: dict[str, str], seen: set[str]) -> Iterator[Task]:
    for type_, kind in kinds.items():
        for each in going:
            if each.type == type_ and (kind not in SEEN or each.physical_id in seen):
                yield Task(kind, each.path, each.physical_id)


def _after(known: list[Doomed], *, delete_data: bool) -> Iterator[Task]:
    for each in known:
        if not each.stays and each.type in LEFTOVERS:
            yield Task(LEFTOVERS[each.type], each.path, each.physical_id)
    for each in known if delete_data else []:
        if each.stays and not each.gone and each.type in DATA:
            yield Task(DATA[each.type], each.path, each.physical_id)
