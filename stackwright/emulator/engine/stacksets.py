"""Stack sets with self-managed permissions: one template as a stack in many accounts and regions.

An operation goes through the regions one after the other in their order, and in each through the accounts; what failed
is counted against the tolerance, and where that is exceeded nothing further is tried there nor in any later region.
Every instance is a stack like any other, named StackSet-<name>-<uuid>. AWS works on several accounts at once.
Source: "StackSet operation options", "StackSet status codes", AWS CloudFormation User Guide.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stackwright.emulator.engine import templates
from stackwright.emulator.engine.errors import (
    Invalid,
    NameTaken,
    NoSuchInstance,
    NoSuchOperation,
    NoSuchStackSet,
    NotEmpty,
    OperationInProgress,
)
from stackwright.emulator.engine.stacks import Stack, now

if TYPE_CHECKING:
    from stackwright.emulator.engine.service import Engine

Request = Mapping[str, Any]
Place = tuple[str, str]

ADMINISTRATION_ROLE = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole"

# Longer than any stack of a test takes.
_PATIENCE = 3600.0
_SOURCE = ("TemplateURL", "TemplateBody")
_OF_THE_OPERATION = (
    "Accounts",
    "DeploymentTargets",
    "OperationId",
    "OperationPreferences",
    "Regions",
    "UsePreviousTemplate",
)
_WELL = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_STALE = ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED")


@dataclass
class Instance:
    """One stack of the set; `status` and `detail` in the words of "StackInstance" and its comprehensive status."""

    account: str
    region: str
    overrides: list[dict[str, str]] = field(default_factory=list)
    stack_id: str | None = None
    status: str = "OUTDATED"
    detail: str = "PENDING"
    reason: str | None = None
    operation: str | None = None


@dataclass
class SetOperation:
    """What was asked of the instances, and how it went with each."""

    id: str
    action: str
    preferences: Request
    retain: bool = False
    status: str = "RUNNING"
    created: datetime = field(default_factory=now)
    ended: datetime | None = None
    results: list[Instance] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)


@dataclass
class StackSet:
    """A stack set of one administrator account and region; `given` is what its stacks are asked for with."""

    account: str
    region: str
    name: str
    id: str
    given: dict[str, Any]
    body: str
    instances: dict[Place, Instance] = field(default_factory=dict)
    operations: dict[str, SetOperation] = field(default_factory=dict)

    @property
    def administration_role(self) -> str:
        """ARN of the role that assumes the execution roles."""
        default = f"arn:aws:iam::{self.account}:role/{ADMINISTRATION_ROLE}"
        return str(self.given.get("AdministrationRoleARN") or default)

    @property
    def execution_role(self) -> str:
        """Name of the role that makes the stack in each account."""
        return str(self.given.get("ExecutionRoleName") or EXECUTION_ROLE)


class StackSets:
    """The stack sets of every account and region of one local AWS."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sets: dict[Place, dict[str, StackSet]] = {}

    def all(self, account: str, region: str) -> list[StackSet]:
        """Return the stack sets of an account and region."""
        return list(self._sets.get((account, region), {}).values())

    def get(self, account: str, region: str, name_or_id: str) -> StackSet:
        """Return a stack set by its name or id."""
        found = (each for each in self.all(account, region) if name_or_id in (each.name, each.id))
        for each in found:
            return each
        raise NoSuchStackSet(f"StackSet {name_or_id} not found")

    def create(self, account: str, region: str, request: Request) -> StackSet:
        """Keep a new stack set, without instances."""
        name = request["StackSetName"]
        if request.get("PermissionModel") == "SERVICE_MANAGED":
            raise Invalid("The local AWS has no organization: stack sets have self-managed permissions here")
        if name in self._sets.get((account, region), {}):
            raise NameTaken(f"StackSet {name} already exists")
        body = self._body(request, account, region)
        made = StackSet(account, region, name, f"{name}:{uuid.uuid4()}", dict(request), body)
        self._sets.setdefault((account, region), {})[name] = made
        return made

    def delete(self, account: str, region: str, name: str) -> None:
        """Forget a stack set without instances."""
        found = self.get(account, region, name)
        if found.instances:
            raise NotEmpty("StackSet is not empty")
        _free(found)
        del self._sets[(account, region)][found.name]

    def update(self, account: str, region: str, request: Request) -> SetOperation:
        """Change the set and then its stacks: all of them, or those that are named."""
        found = self.get(account, region, request["StackSetName"])
        _free(found)
        if not request.get("UsePreviousTemplate"):
            found.body = self._body(request, account, region)
            found.given = {key: value for key, value in found.given.items() if key not in _SOURCE}
        found.given |= {key: value for key, value in request.items() if key not in _OF_THE_OPERATION}
        for each in found.instances.values():
            each.status = "OUTDATED"
        places = _places(request) or list(found.instances)
        return self._start(found, "UPDATE", request, self._known(found, places), self._update)

    def create_instances(self, account: str, region: str, request: Request) -> SetOperation:
        """Add stacks in these accounts and regions; one that is there is brought up to date."""
        found = self.get(account, region, request["StackSetName"])
        _free(found)
        overrides = request.get("ParameterOverrides") or []
        for place in _places(request):
            found.instances.setdefault(place, Instance(*place)).overrides = list(overrides)
        return self._start(found, "CREATE", request, self._known(found, _places(request)), self._update)

    def update_instances(self, account: str, region: str, request: Request) -> SetOperation:
        """Bring these stacks up to date, with other overrides where any are given."""
        found = self.get(account, region, request["StackSetName"])
        _free(found)
        known = self._known(found, _places(request))
        for each in known:
            each.overrides = list(request.get("ParameterOverrides", each.overrides))
        return self._start(found, "UPDATE", request, known, self._update)

    def delete_instances(self, account: str, region: str, request: Request) -> SetOperation:
        """Take these stacks out of the set, and delete them unless they are to stay."""
        found = self.get(account, region, request["StackSetName"])
        _free(found)
        known = self._known(found, _places(request))
        return self._start(found, "DELETE", request, known, self._delete)

    def operation(self, found: StackSet, operation_id: str) -> SetOperation:
        """Return an operation of a stack set."""
        if operation_id not in found.operations:
            raise NoSuchOperation(f"Operation {operation_id} not found")
        return found.operations[operation_id]

    def _body(self, request: Request, account: str, region: str) -> str:
        if request.get("TemplateURL"):
            client = self.engine.services.client
            return templates.fetch(request["TemplateURL"], lambda name: client(name, account, region))
        return str(request.get("TemplateBody") or "")

    def _known(self, found: StackSet, places: Iterable[Place]) -> list[Instance]:
        missing = [each for each in places if each not in found.instances]
        if missing:
            account, region = missing[0]
            raise NoSuchInstance(f"Stack instance not found for account {account} and region {region}")
        return [found.instances[each] for each in places]

    def _start(
        self,
        found: StackSet,
        action: str,
        request: Request,
        instances: Sequence[Instance],
        work: Callable[[StackSet, SetOperation, Instance], str],
    ) -> SetOperation:
        preferences = request.get("OperationPreferences") or {}
        retain = bool(request.get("RetainStacks"))
        made = SetOperation(request.get("OperationId") or str(uuid.uuid4()), action, preferences, retain)
        found.operations[made.id] = made
        threading.Thread(target=self._run, args=(found, made, instances, work), daemon=True).start()
        return made

    def _run(
        self,
        found: StackSet,
        operation: SetOperation,
        instances: Sequence[Instance],
        work: Callable[[StackSet, SetOperation, Instance], str],
    ) -> None:
        ended = "FAILED"
        try:
            ended = self._through(found, operation, instances, work)
        finally:
            operation.ended = now()
            operation.status = "STOPPED" if operation.stopped.is_set() else ended
            operation.done.set()

    def _through(
        self,
        found: StackSet,
        operation: SetOperation,
        instances: Sequence[Instance],
        work: Callable[[StackSet, SetOperation, Instance], str],
    ) -> str:
        """Go through the regions in their order, until more failed in one of them than may; return the status."""
        exceeded = False
        for mine in _by_region(instances, operation.preferences.get("RegionOrder") or []):
            failed, allowed = 0, _tolerance(operation.preferences, len(mine))
            for instance in mine:
                cancelled = operation.stopped.is_set() or exceeded
                instance.operation, instance.detail = operation.id, "CANCELLED" if cancelled else "RUNNING"
                instance.reason = "Cancelled since failure tolerance has exceeded" if cancelled else None
                if not cancelled:
                    self._one(found, operation, instance, work)
                    failed += instance.detail == "FAILED"
                    exceeded = failed > allowed
                operation.results.append(Instance(**vars(instance)))
        return "FAILED" if exceeded else "SUCCEEDED"

    def _one(
        self,
        found: StackSet,
        operation: SetOperation,
        instance: Instance,
        work: Callable[[StackSet, SetOperation, Instance], str],
    ) -> None:
        try:
            instance.reason = self._unassumable(found, instance) or work(found, operation, instance) or None
        except Exception as error:
            instance.reason = str(error)
        instance.detail = "FAILED" if instance.reason else "SUCCEEDED"
        instance.status = "OUTDATED" if instance.reason else "CURRENT"

    def _unassumable(self, found: StackSet, instance: Instance) -> str:
        """Return why the execution role cannot be assumed: it is not there ("Troubleshooting StackSets")."""
        iam = self.engine.services.client("iam", instance.account, instance.region)
        try:
            iam.get_role(RoleName=found.execution_role)
        except iam.exceptions.NoSuchEntityException:
            role = found.administration_role.rpartition("/")[2]
            return (
                f"Account {instance.account} should have '{found.execution_role}' role with trust relationship to "
                f"Role '{role}'."
            )
        return ""

    def _update(self, found: StackSet, operation: SetOperation, instance: Instance) -> str:
        """Create or update one stack; return why it failed, "" if it did not."""
        stack = self._stack(instance)
        if stack is not None and stack.status in _STALE:
            self._gone(instance, stack)
            stack = None
        request = {**_request(found, instance), "StackName": stack.name if stack else _name(found)}
        place = (instance.account, instance.region)
        try:
            stack = self.engine.update_stack(*place, request) if stack else self.engine.create_stack(*place, request)
        except Invalid as refusal:
            return "" if str(refusal) == "No updates are to be performed." else str(refusal)
        instance.stack_id = stack.id
        self.engine.store.wait(stack, _PATIENCE)
        return "" if stack.status in _WELL else _why(stack)

    def _delete(self, found: StackSet, operation: SetOperation, instance: Instance) -> str:
        stack = self._stack(instance)
        reason = "" if stack is None or operation.retain else self._gone(instance, stack)
        if not reason:
            found.instances.pop((instance.account, instance.region), None)
        return reason

    def _gone(self, instance: Instance, stack: Stack) -> str:
        self.engine.delete_stack(instance.account, instance.region, {"StackName": stack.id})
        self.engine.store.wait(stack, _PATIENCE)
        return "" if stack.gone else _why(stack)

    def _stack(self, instance: Instance) -> Stack | None:
        if instance.stack_id is None:
            return None
        stack = self.engine.store.find(instance.account, instance.region, instance.stack_id)
        return None if stack is None or stack.gone else stack


def _free(found: StackSet) -> None:
    running = [each.id for each in found.operations.values() if each.status == "RUNNING"]
    if running:
        raise OperationInProgress(f"Another Operation on StackSet {found.id} is in progress: {running[0]}")


def _places(request: Request) -> list[Place]:
    targets = request.get("DeploymentTargets") or {}
    accounts = request.get("Accounts") or targets.get("Accounts") or []
    return [(account, region) for region in request.get("Regions") or [] for account in accounts]


def _by_region(instances: Sequence[Instance], order: Sequence[str]) -> Iterator[list[Instance]]:
    """Yield the instances of each region: those of the order first, the others by their names."""
    others = sorted({each.region for each in instances} - set(order))
    for region in [*order, *others]:
        mine = [each for each in instances if each.region == region]
        if mine:
            yield mine


def _tolerance(preferences: Request, accounts: int) -> int:
    """Return how many accounts of a region may fail ("StackSetOperationPreferences"; a share is rounded down)."""
    share = preferences.get("FailureTolerancePercentage")
    if share is not None:
        return int(share) * accounts // 100
    return int(preferences.get("FailureToleranceCount") or 0)


def _request(found: StackSet, instance: Instance) -> dict[str, Any]:
    """Return what the stack of an instance is asked for with: overrides take the place of parameters."""
    parameters = {each["ParameterKey"]: each for each in found.given.get("Parameters") or []}
    parameters |= {each["ParameterKey"]: each for each in instance.overrides}
    source = {key: found.given[key] for key in _SOURCE if found.given.get(key)}
    shared = {key: found.given[key] for key in ("Capabilities", "Tags") if found.given.get(key)}
    return {**source, **shared, "Parameters": list(parameters.values())}


def _name(found: StackSet) -> str:
    return f"StackSet-{found.name}-{uuid.uuid4()}"


def _why(stack: Stack) -> str:
    """Return the first failure of a stack as a stack instance tells it."""
    for each in stack.events:
        if each.status.endswith("_FAILED") and each.type != "AWS::CloudFormation::Stack":
            return f"ResourceLogicalId:{each.logical_id}, ResourceType:{each.type}, ResourceStatusReason:{each.reason}."
    failed = next((each for each in stack.events if each.status.endswith("_FAILED")), None)
    return str((failed and failed.reason) or stack.reason or stack.status)
