"""Stack sets on CloudFormation's wire: each method is one operation."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from stackwright.emulator.engine.errors import NoSuchInstance
from stackwright.emulator.engine.stacksets import Instance, SetOperation, StackSet, StackSets
from stackwright.emulator.responses import PATIENCE, CloudFormation, answers


def install() -> None:
    """Put our CloudFormation, with stack sets, into moto's."""
    from moto.cloudformation import urls

    urls.url_paths["{0}/$"] = WithStackSets.dispatch


class WithStackSets(CloudFormation):
    """One request to CloudFormation, which may be about a stack set."""

    @property
    def _sets(self) -> StackSets:
        return self.engine.stack_sets

    def _set(self) -> StackSet:
        return self._sets.get(*self._place, self.params["StackSetName"])

    def _operation(self) -> SetOperation:
        return self._sets.operation(self._set(), self.params["OperationId"])

    @answers
    def create_stack_set(self) -> ActionResult:
        return ActionResult({"StackSetId": self._sets.create(*self._place, self.params).id})

    @answers
    def update_stack_set(self) -> ActionResult:
        return _started(self._sets.update(*self._place, self.params))

    @answers
    def delete_stack_set(self) -> ActionResult:
        self._sets.delete(*self._place, self.params["StackSetName"])
        return EmptyResult()

    @answers
    def describe_stack_set(self) -> ActionResult:
        found = self._set()
        regions = sorted({each.region for each in found.instances.values()})
        kept = ("Description", "Parameters", "Capabilities", "Tags", "ManagedExecution")
        shown = {key: found.given[key] for key in kept if found.given.get(key)}
        roles = {"AdministrationRoleARN": found.administration_role, "ExecutionRoleName": found.execution_role}
        made = {"TemplateBody": found.body, "Regions": regions}
        return ActionResult({"StackSet": {**_summary(found), **shown, **roles, **made}})

    @answers
    def list_stack_sets(self) -> ActionResult:
        return self._page("Summaries", [_summary(each) for each in self._sets.all(*self._place)])

    @answers
    def create_stack_instances(self) -> ActionResult:
        return _started(self._sets.create_instances(*self._place, self.params))

    @answers
    def update_stack_instances(self) -> ActionResult:
        return _started(self._sets.update_instances(*self._place, self.params))

    @answers
    def delete_stack_instances(self) -> ActionResult:
        return _started(self._sets.delete_instances(*self._place, self.params))

    @answers
    def describe_stack_instance(self) -> ActionResult:
        found = self._set()
        place = (self.params["StackInstanceAccount"], self.params["StackInstanceRegion"])
        if place not in found.instances:
            raise NoSuchInstance("Stack instance not found")
        instance = found.instances[place]
        shown = {**_instance(found, instance), "ParameterOverrides": instance.overrides}
        return ActionResult({"StackInstance": shown})

    @answers
    def list_stack_instances(self) -> ActionResult:
        found = self._set()
        account, region = (self.params.get(f"StackInstance{each}") for each in ("Account", "Region"))
        mine = [
            each
            for each in found.instances.values()
            if account in (None, each.account) and region in (None, each.region)
        ]
        return self._page("Summaries", [_instance(found, each) for each in mine])

    @answers
    def describe_stack_set_operation(self) -> ActionResult:
        operation = self._operation()
        operation.done.wait(PATIENCE)
        return ActionResult({"StackSetOperation": _shown(self._set(), operation)})

    @answers
    def list_stack_set_operations(self) -> ActionResult:
        found = self._set()
        kept = ("OperationId", "Action", "Status", "CreationTimestamp", "EndTimestamp", "OperationPreferences")
        newest = [_shown(found, each) for each in list(found.operations.values())[::-1]]
        return self._page("Summaries", [{key: each[key] for key in kept if key in each} for each in newest])

    @answers
    def list_stack_set_operation_results(self) -> ActionResult:
        return self._page("Summaries", [_result(each) for each in self._operation().results])

    @answers
    def stop_stack_set_operation(self) -> ActionResult:
        self._operation().stopped.set()
        return ActionResult({})


def _started(operation: SetOperation) -> ActionResult:
    return ActionResult({"OperationId": operation.id})


def _summary(found: StackSet) -> dict[str, Any]:
    arn = f"arn:aws:cloudformation:{found.region}:{found.account}:stackset/{found.id}"
    own = {"StackSetName": found.name, "StackSetId": found.id, "StackSetARN": arn}
    return {**own, "Status": "ACTIVE", "PermissionModel": "SELF_MANAGED"}


def _instance(found: StackSet, instance: Instance) -> dict[str, Any]:
    shown = {
        "StackSetId": found.id,
        "Account": instance.account,
        "Region": instance.region,
        "StackId": instance.stack_id,
        "Status": instance.status,
        "StackInstanceStatus": {"DetailedStatus": instance.detail},
        "StatusReason": instance.reason,
        "LastOperationId": instance.operation,
        "DriftStatus": "NOT_CHECKED",
    }
    return {key: value for key, value in shown.items() if value is not None}


def _result(instance: Instance) -> dict[str, Any]:
    shown = {"Account": instance.account, "Region": instance.region, "Status": instance.detail}
    return {**shown, **({"StatusReason": instance.reason} if instance.reason else {})}


def _shown(found: StackSet, operation: SetOperation) -> dict[str, Any]:
    failed = sum(each.detail == "FAILED" for each in operation.results)
    shown = {
        "OperationId": operation.id,
        "StackSetId": found.id,
        "Action": operation.action,
        "Status": operation.status,
        "OperationPreferences": dict(operation.preferences),
        "RetainStacks": operation.retain if operation.action == "DELETE" else None,
        "AdministrationRoleARN": found.administration_role,
        "ExecutionRoleName": found.execution_role,
        "CreationTimestamp": operation.created,
        "EndTimestamp": operation.ended,
        "StatusDetails": {"FailedStackInstancesCount": failed},
    }
    return {key: value for key, value in shown.items() if value is not None}
