"""CloudFormation's wire protocol: requests parsed and answers serialised by moto's base class.

Each method is one operation; those of stack sets are in `stackset_responses`, whose `install` puts both into moto's URL
table, before the first request. From then on the real clients (boto3, both AWS CLIs, taskcat) speak to our engine.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from flask import request
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from stackwright.emulator import views
from stackwright.emulator.engine import templates
from stackwright.emulator.engine.admission import body_allowed, template_allowed
from stackwright.emulator.engine.changesets import delete as delete_change_set
from stackwright.emulator.engine.errors import Invalid
from stackwright.emulator.engine.service import Engine
from stackwright.emulator.engine.stacks import ChangeSet, Stack
from stackwright.emulator.middleware import ENGINE

log = logging.getLogger(__name__)

# A describe by name waits this long for the stack to settle. The CLI's waiter sleeps 30 seconds
# between two looks; a connection that waits a little spares it nearly all of them.
PATIENCE = 20.0

# AWS CloudFormation API Reference, "ListStackResources" and others: entries in one answer.
PAGE = 100

Method = Callable[["CloudFormation"], ActionResult]


def answers(method: Method) -> Method:
    """Turn the engine's refusals into the API's errors, and anything else into its own."""

    @functools.wraps(method)
    def answered(self: CloudFormation) -> ActionResult:
        try:
            return method(self)
        except Invalid as refusal:
            raise Refused(refusal.code, str(refusal)) from refusal
        except ServiceException:
            raise
        except Exception as error:
            log.exception("%s broke", method.__name__)
            raise Refused("InternalFailure", f"{type(error).__name__}: {error}") from error

    return answered


class Refused(ServiceException):
    """An API error. moto looks an error's shape up by the module of its class, so ours is here."""


class CloudFormation(BaseResponse):
    """One request to CloudFormation."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def call_action(self) -> Any:
        """Answer one operation, or say which there is not."""
        try:
            return super().call_action()
        except NotImplementedError:
            refusal = Refused("InvalidAction", f"The local AWS has no CloudFormation operation {self._get_action()}")
            return self.serialized(ActionResult(refusal))

    @property
    def engine(self) -> Engine:
        """The engine of the server that took the request."""
        engine: Engine = request.environ[ENGINE]
        return engine

    @property
    def _place(self) -> tuple[str, str]:
        return self.current_account, self.region

    def _stack(self, name: str | None = None) -> Stack:
        return self.engine.store.get(*self._place, name or self.params["StackName"])

    def _living(self) -> Stack:
        name = self.params["StackName"]
        found = self.engine.store.find(*self._place, name)
        if found is None:
            raise Invalid(f"Stack [{name}] does not exist")
        return found

    def _change_set(self) -> ChangeSet:
        name, stack = self.params["ChangeSetName"], self.params.get("StackName")
        return self.engine.store.change_set(*self._place, name, stack)

    def _page(self, key: str, found: list[Any]) -> ActionResult:
        """Return one page; the token counts from the end, because events come at the front."""
        token = self.params.get("NextToken")
        if token and not token.isdecimal():
            raise Invalid("Invalid NextToken")
        start = len(found) - int(token) if token else 0
        left = len(found) - start - PAGE
        page = found[start : start + PAGE]
        return ActionResult({key: page, **({"NextToken": str(left)} if left > 0 else {})})

    @answers
    def create_stack(self) -> ActionResult:
        return _id(self.engine.create_stack(*self._place, self.params))

    @answers
    def update_stack(self) -> ActionResult:
        return _id(self.engine.update_stack(*self._place, self.params))

    @answers
    def delete_stack(self) -> ActionResult:
        self.engine.delete_stack(*self._place, self.params)
        return EmptyResult()

    @answers
    def cancel_update_stack(self) -> ActionResult:
        self.engine.cancel_update(*self._place, self.params["StackName"])
        return EmptyResult()

    @answers
    def continue_update_rollback(self) -> ActionResult:
        self.engine.continue_update_rollback(*self._place, self.params)
        return ActionResult({})

    @answers
    def describe_stacks(self) -> ActionResult:
        name = self.params.get("StackName")
        if name is None:
            found = [each for each in self.engine.store.all(*self._place) if not each.gone]
            return self._page("Stacks", list(map(views.stack, found)))
        stack = self._stack(name)
        if not name.startswith("arn:"):
            self.engine.store.wait(stack, PATIENCE)
            stack = self._stack(name)
        return self._page("Stacks", [views.stack(stack)])

    @answers
    def list_stacks(self) -> ActionResult:
        wanted = self.params.get("StackStatusFilter") or []
        found = self.engine.store.all(*self._place)
        shown = [views.summary(each) for each in found if not wanted or each.status in wanted]
        return self._page("StackSummaries", shown)

    @answers
    def describe_stack_events(self) -> ActionResult:
        events = self._living().events[::-1]
        return self._page("StackEvents", list(map(views.event, events)))

    @answers
    def describe_stack_resources(self) -> ActionResult:
        physical_id = self.params.get("PhysicalResourceId")
        stack = self._holder(physical_id) if physical_id else self._stack()
        wanted = self.params.get("LogicalResourceId")
        found = stack.resources.values()
        shown = [views.resource(stack, each) for each in found if wanted in (None, each.logical_id)]
        return ActionResult({"StackResources": shown})

    def _holder(self, physical_id: str) -> Stack:
        for stack in self.engine.store.all(*self._place):
            if any(each.physical_id == physical_id for each in stack.resources.values()):
                return stack
        raise Invalid(f"Stack for {physical_id} does not exist")

    @answers
    def describe_stack_resource(self) -> ActionResult:
        stack, logical_id = self._stack(), self.params["LogicalResourceId"]
        if logical_id not in stack.resources:
            raise Invalid(f"Resource {logical_id} does not exist for stack {stack.name}")
        detail = views.resource_detail(stack, stack.resources[logical_id])
        return ActionResult({"StackResourceDetail": detail})

    @answers
    def list_stack_resources(self) -> ActionResult:
        stack = self._stack()
        shown = [views.resource_detail(stack, each) for each in stack.resources.values()]
        return self._page("StackResourceSummaries", shown)

    @answers
    def get_template(self) -> ActionResult:
        holder = self._change_set() if self.params.get("ChangeSetName") else self._stack()
        body = holder.revision.body
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})

    @answers
    def get_template_summary(self) -> ActionResult:
        return ActionResult(views.template_summary(self._template()))

    @answers
    def validate_template(self) -> ActionResult:
        return ActionResult(views.validated(self._template()))

    def _template(self) -> dict[str, Any]:
        if self.params.get("StackName"):
            return dict(self._stack().revision.template)
        if self.params.get("TemplateURL"):
            account, region = self._place
            client = self.engine.services.client
            url = self.params["TemplateURL"]
            body = templates.fetch(url, lambda service: client(service, account, region))
        else:
            body = self.params.get("TemplateBody") or ""
            body_allowed(body)
        template = templates.parse(body)
        template_allowed(template)
        return template

    @answers
    def create_change_set(self) -> ActionResult:
        made = self.engine.create_change_set(*self._place, self.params)
        return ActionResult({"Id": made.id, "StackId": made.stack.id})

    @answers
    def describe_change_set(self) -> ActionResult:
        values = bool(self.params.get("IncludePropertyValues"))
        return ActionResult(views.change_set(self._change_set(), values=values))

    @answers
    def execute_change_set(self) -> ActionResult:
        self.engine.execute_change_set(self._change_set(), self.params)
        return ActionResult({})

    @answers
    def delete_change_set(self) -> ActionResult:
        delete_change_set(self.engine.services, self._change_set())
        return ActionResult({})

    @answers
    def list_change_sets(self) -> ActionResult:
        found = self._stack().change_sets.values()
        return self._page("Summaries", list(map(views.change_set_summary, found)))

    @answers
    def update_termination_protection(self) -> ActionResult:
        stack = self._stack()
        if stack.parent is not None:
            raise Invalid(
                f"TerminationProtection cannot be set on nested stack {stack.name}: "
                f"set it on the root stack {stack.root.name}"
            )
        stack.termination_protection = bool(self.params["EnableTerminationProtection"])
        return _id(stack)

    @answers
    def set_stack_policy(self) -> ActionResult:
        self._stack().policy = self.params.get("StackPolicyBody")
        return EmptyResult()

    @answers
    def get_stack_policy(self) -> ActionResult:
        policy = self._stack().policy
        return ActionResult({"StackPolicyBody": policy} if policy else {})

    @answers
    def list_exports(self) -> ActionResult:
        found = self.engine.store.exports(*self._place)
        shown = [
            {"ExportingStackId": stack.id, "Name": name, "Value": output.value}
            for name, (stack, output) in sorted(found.items())
        ]
        return self._page("Exports", shown)

    @answers
    def list_imports(self) -> ActionResult:
        name = self.params["ExportName"]
        found = self.engine.importers(*self._place).get(name)
        if not found:
            raise Invalid(f"Export '{name}' is not imported by any stack.")
        return self._page("Imports", found)

    @answers
    def describe_account_limits(self) -> ActionResult:
        # AWS CloudFormation User Guide, "Understand CloudFormation quotas".
        limits = {"StackLimit": 2000, "StackOutputsLimit": 200}
        shown = [{"Name": name, "Value": value} for name, value in limits.items()]
        return ActionResult({"AccountLimits": shown})


def _id(stack: Stack) -> ActionResult:
    return ActionResult({"StackId": stack.id})
