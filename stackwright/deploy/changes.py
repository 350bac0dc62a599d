"""Change sets as one tree of plain data: the root's and those of its nested stacks.

`read_tree` turns DescribeChangeSet responses into `Change`s; `judge` (in its own module) then says
of each how sure it is; `refuse_replacements` holds the promise that some things are never replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from stackwright.deploy.sentences import noun
from stackwright.errors import StackwrightError

NESTED = "AWS::CloudFormation::Stack"
NO_CHANGES = ("didn't contain changes", "no updates are to be performed")
KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"

# Traffic or data hangs on these: replacing one empties production or loses what it holds.
NEVER_REPLACED = frozenset(
    {
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::EC2::Subnet",
        "AWS::ECR::Repository",
        "AWS::ECS::CapacityProvider",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
    }
)


# Refused by their service while they are used, whatever it is that changes, and again when that is rolled back:
# aws/aws-cdk#34629 for tags. What mends it.
NEVER_CHANGED = {"AWS::CloudFront::VpcOrigin": "let VpcOriginSlot change with it, so that another one takes its place"}


class Verdict(IntEnum):
    """Whether a previewed change will happen."""

    IDLE = 0  # previewed only because a value handed between stacks counts as unknown
    AFTER_APPLY = 1  # depends on a value that is known only once another change is made
    CERTAIN = 2


class Replacement(IntEnum):
    """Whether the resource will be replaced by a new one."""

    NO = 0
    CONDITIONAL = 1  # CloudFormation itself cannot say
    AFTER_APPLY = 2  # it will be, if a value known only after apply turns out different
    YES = 3


@dataclass(frozen=True)
class Cause:
    """One reason for a change: `target` is the property or attribute, `entity` what moved it."""

    target: str
    recreation: str
    static: bool
    source: str
    entity: str
    before: str | None = None
    after: str | None = None
    verdict: Verdict = Verdict.CERTAIN


@dataclass(frozen=True)
class Change:
    """What will happen to one resource; `path` names it from the root (`Vpc/PublicSubnetOne`)."""

    path: str
    type: str
    action: str
    replacement: str = ""
    policy: str = ""
    physical_id: str = ""
    causes: tuple[Cause, ...] = ()
    children: tuple[Change, ...] = ()
    verdict: Verdict = Verdict.CERTAIN
    replaced: Replacement = Replacement.NO

    @property
    def scope(self) -> str:
        """The path of the stack that holds the resource; "" for the root."""
        return self.path.rpartition("/")[0]

    @property
    def logical_id(self) -> str:
        return self.path.rpartition("/")[2]

    def walk(self) -> Iterator[Change]:
        """Yield this change and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_tree(
    change_set: Mapping[str, Any], describe: Callable[[str, str], Mapping[str, Any]], *, scope: str = ""
) -> tuple[Change, ...]:
    """Return the changes of a described change set; `describe` fetches a nested one by its id and its stack's."""
    found = (each["ResourceChange"] for each in change_set.get("Changes", []))
    return tuple(_change(raw, describe, scope=scope) for raw in found if raw)


def _change(raw: Mapping[str, Any], describe: Callable[[str, str], Mapping[str, Any]], *, scope: str) -> Change:
    path = f"{scope}/{raw['LogicalResourceId']}".lstrip("/")
    nested = raw.get("ChangeSetId")
    return Change(
        path=path,
        type=raw["ResourceType"],
        action=raw["Action"],
        replacement=raw.get("Replacement", ""),
        policy=raw.get("PolicyAction", ""),
        physical_id=raw.get("PhysicalResourceId", ""),
        causes=tuple(_cause(detail) for detail in raw.get("Details", [])),
        children=read_tree(describe(nested, raw.get("PhysicalResourceId", "")), describe, scope=path) if nested else (),
    )


def _cause(detail: Mapping[str, Any]) -> Cause:
    target = detail.get("Target", {})
    return Cause(
        target=target.get("Name") or target.get("Attribute", ""),
        recreation=target.get("RequiresRecreation", "Never"),
        static=detail.get("Evaluation") != "Dynamic",
        source=detail.get("ChangeSource", "DirectModification"),
        entity=detail.get("CausingEntity", ""),
        before=target.get("BeforeValue"),
        after=target.get("AfterValue"),
    )


def contains_no_changes(change_set: Mapping[str, Any]) -> bool:
    """Return whether a change set failed only because there is nothing to change."""
    reason = str(change_set.get("StatusReason", "")).lower()
    return change_set.get("Status") == "FAILED" and any(each in reason for each in NO_CHANGES)


def everything(changes: tuple[Change, ...]) -> Iterator[Change]:
    """Yield every change of a tree, parents first."""
    for change in changes:
        yield from change.walk()


def refuse_replacements(changes: tuple[Change, ...], *, allowed: Collection[str]) -> None:
    """Raise when something is replaced that traffic or data hangs on, unless allowed by name."""
    known = {change.path for change in everything(changes)}
    for name in allowed:
        if name not in known:
            raise StackwrightError(f"--replace {name}: nothing of that name changes")
    refused = [change for change in everything(changes) if _refused(change, allowed)]
    if refused:
        told = ", ".join(f"{change.path} ({noun(change.type)})" for change in refused)
        flags = " ".join(f"--replace {change.path}" for change in refused)
        raise StackwrightError(
            f"this would replace what traffic or data hangs on: {told}\nundo what causes it, or name it: {flags}"
        )


def refuse_changes_in_use(changes: tuple[Change, ...]) -> None:
    """Raise when something is changed in place that its service lets nobody change while it is used."""
    kept = (each for each in everything(changes) if each.type in NEVER_CHANGED and each.action == "Modify")
    for change in (each for each in kept if each.verdict is Verdict.CERTAIN):
        what = ", ".join(dict.fromkeys(cause.target for cause in change.causes)) or "it"
        raise StackwrightError(
            f"this would change {change.path} ({noun(change.type)}) while it is used, which AWS refuses: {what}\n"
            f"{NEVER_CHANGED[change.type]}"
        )


def _refused(change: Change, allowed: Collection[str]) -> bool:
    return change.type in NEVER_REPLACED and change.replaced >= Replacement.AFTER_APPLY and change.path not in allowed
