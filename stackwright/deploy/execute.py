"""Carrying a plan out: the change set, its execution, and deletion, each waited for.

A change set is made inside `proposed`, which takes it away again unless it was executed, whatever
happens in between: a refusal, a "no", an error or Ctrl-C.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError
from stackwright.aws_shapes import resolved
from stackwright.deploy.changes import (
    NESTED,
    Change,
    contains_no_changes,
    everything,
    read_tree,
)
from stackwright.deploy.follow import FIRST_WAIT, LONGEST_WAIT, SLOWER, Progress, Step, follow
from stackwright.deploy.judge import Templates, judge
from stackwright.deploy.plan import Busy, Plan
from stackwright.errors import BadInput, StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws

Heard = Callable[[Progress, list[Step]], None]
ABSENT_PARAMETER = "unable to fetch parameters"
OURS = "/stackwright/"
NOT_THERE = "no such SSM parameter in this region: correct the value in the parameter file"
BUSY = re.compile(r"(?<!REVIEW)_IN_PROGRESS state|status of \[?OBSOLETE")
OUR_CHANGE_SET = re.compile(r":changeSet/stackwright-[0-9a-f]{32}/")
NEVER_EXECUTED = ("AVAILABLE", "UNAVAILABLE", "EXECUTE_FAILED", "OBSOLETE")
BEING_MADE = ("CREATE_PENDING", "CREATE_IN_PROGRESS")
AT_A_PROMPT = timedelta(hours=12)  # how long somebody may have left a deployment waiting for a yes
NOT_YET = ("InvalidChangeSetStatus", "OperationInProgress")
GONE_SECONDS = 60  # how long nested change sets may take to go before we stop waiting for them


@dataclass(frozen=True)
class Source:
    """Where CloudFormation reads the root from, and what it and the nested templates say."""

    argument: dict[str, Any]
    root: dict[str, Any]
    nested: Mapping[str, dict[str, Any]]


@dataclass
class Proposal:
    """A change set that is complete: its judged tree, the templates, and whether it holds nothing at all."""

    id: str
    stack_id: str
    stack_name: str
    token: str
    changes: tuple[Change, ...] = ()
    templates: Templates = field(default_factory=lambda: Templates({}, {}))
    empty: bool = False
    executed: bool = False


@contextmanager
def proposed(aws: Aws, plan: Plan, source: Source) -> Iterator[Proposal]:
    """Make a change set, wait for it and read it; take it away at the end unless executed."""
    token = f"stackwright-{uuid.uuid4().hex}"
    change_set_id, stack_id = _asked(aws, plan, source, token)
    proposal = Proposal(id=change_set_id, stack_id=stack_id, stack_name=plan.stack_name, token=token)
    try:
        with _still_there(plan.stack_name):
            described = _ready(aws, change_set_id, stack_id)
        _read(aws, plan, source, proposal, described)
        yield proposal
    finally:
        if not proposal.executed:
            discard(aws, plan, proposal)


def _asked(aws: Aws, plan: Plan, source: Source, token: str) -> tuple[str, str]:
    """Ask for the change set; return its id and its stack's."""
    try:
        return aws.create_change_set(**plan.request(), **source.argument, ChangeSetName=token, ClientToken=token)
    except AwsError as error:
        _refuse_busy(plan.stack_name, error)
        if ABSENT_PARAMETER not in error.reason.lower():
            raise
        ours = OURS in error.reason
        mend = "deploy the `account` and `region` blueprints first: they write it" if ours else NOT_THERE
        raise BadInput(f"{error.reason}\n{mend}") from error


def _refuse_busy(name: str, error: AwsError) -> None:
    """Raise Busy when somebody else's operation began after the stack was looked at."""
    if BUSY.search(error.reason):
        raise Busy(f"stack {name} is busy: {error.reason}") from error


def _read(aws: Aws, plan: Plan, source: Source, proposal: Proposal, described: Mapping[str, Any]) -> None:
    if described["Status"] == "FAILED":
        if not contains_no_changes(described):
            reason = described.get("StatusReason", "no reason given")
            raise StackwrightError(f"CloudFormation refuses the change set: {reason}")
        proposal.empty = True
        return
    changes = read_tree(described, aws.change_set)
    proposal.templates = Templates(source.root, source.nested, _before(aws, plan, source.root, changes))
    moved = plan.changed_parameters(resolved(described.get("Parameters", [])))
    proposal.changes = judge(changes, proposal.templates, moved)
    proposal.empty = bool(changes) and not any(change.verdict for change in proposal.changes)


def _before(aws: Aws, plan: Plan, root: Mapping[str, Any], changes: tuple[Change, ...]) -> dict[str, dict[str, Any]]:
    """Return the deployed templates of the root and of nested stacks that get another one."""
    if plan.before is None or not changes:
        return {}
    old = aws.template(plan.before.id)
    found = {"": old}
    for change in everything(changes):
        if change.type == NESTED and change.action == "Modify":
            urls = [_url(template, change.path) for template in (old, root)]
            if urls[0] != urls[1]:
                found[change.path] = aws.template(change.physical_id)
    return found


def _url(template: Mapping[str, Any], name: str) -> str | None:
    resource = template.get("Resources", {}).get(name, {})
    url: str | None = resource.get("Properties", {}).get("TemplateURL")
    return url


def _ready(aws: Aws, change_set_id: str, stack_id: str) -> dict[str, Any]:
    """Wait until a change set is complete or has failed; return it."""
    wait = FIRST_WAIT
    while True:
        described = aws.change_set(change_set_id, stack_id)
        if described["Status"] in ("CREATE_COMPLETE", "FAILED"):
            return described
        time.sleep(wait)
        wait = min(wait * SLOWER, LONGEST_WAIT)


def discard(aws: Aws, plan: Plan, proposal: Proposal) -> None:
    """Delete a change set with its nested ones, then the stack if it was only made for it."""
    _delete_change_set(aws, proposal.id, proposal.stack_id)
    if plan.creates:
        _await_gone(aws, proposal.id, proposal.stack_id)
        aws.delete_stack(proposal.stack_id, role=plan.role)


def _delete_change_set(aws: Aws, change_set_id: str, stack_id: str) -> None:
    """Delete a change set, once it is complete when AWS says that it cannot before."""
    try:
        aws.delete_change_set(change_set_id, stack_id)
    except AwsError as error:
        if error.absent:
            return
        if error.code not in NOT_YET:
            raise
        _ready(aws, change_set_id, stack_id)
        aws.delete_change_set(change_set_id, stack_id)


def _await_gone(aws: Aws, change_set_id: str, stack_id: str) -> None:
    """Wait: nested stacks under review go with their change sets, and only while the root is there."""
    deadline = time.monotonic() + GONE_SECONDS
    while not _gone(aws, change_set_id, stack_id) and time.monotonic() < deadline:
        time.sleep(FIRST_WAIT)


def _gone(aws: Aws, change_set_id: str, stack_id: str) -> bool:
    try:
        return bool(aws.change_set(change_set_id, stack_id)["Status"] == "DELETE_FAILED")
    except AwsError as error:
        if error.absent:
            return True
        raise


def discard_leftover(aws: Aws, stack_id: str, *, role: str | None = None) -> None:
    """Delete a stack that never got past its review, its change sets first; wait until it is gone."""
    for change_set_id in aws.change_sets(stack_id):
        _delete_change_set(aws, change_set_id, stack_id)
        _await_gone(aws, change_set_id, stack_id)
    aws.delete_stack(stack_id, role=role)
    deadline = time.monotonic() + GONE_SECONDS
    while aws.stack(stack_id) and time.monotonic() < deadline:
        time.sleep(FIRST_WAIT)


def discard_forgotten(aws: Aws, stack_id: str) -> int:
    """Delete the change sets that killed runs of ours left on a stack; return how many.

    One that can still be executed may be a colleague's, at a prompt: it stays for a while, and goes when another one
    is executed ("ExecuteChangeSet": CloudFormation then deletes the stack's others).
    """
    found = [each for each in aws.change_sets(stack_id) if OUR_CHANGE_SET.search(each)]
    left = [each for each in found if _forgotten(aws, each, stack_id)]
    for change_set_id in left:
        _delete_change_set(aws, change_set_id, stack_id)
    return len(left)


def _forgotten(aws: Aws, change_set_id: str, stack_id: str) -> bool:
    try:
        described = aws.change_set(change_set_id, stack_id)
    except AwsError as error:
        if error.absent:
            return False  # somebody else has just taken it away
        raise
    if described["ExecutionStatus"] not in NEVER_EXECUTED:
        return False
    usable = described["ExecutionStatus"] == "AVAILABLE" or described["Status"] in BEING_MADE
    return not usable or datetime.now(UTC) - described["CreationTime"] > AT_A_PROMPT


@contextmanager
def _still_there(name: str) -> Iterator[None]:
    """Say whose doing it is when a change set is gone: CloudFormation only says that it is."""
    try:
        yield
    except AwsError as error:
        if not error.absent:
            raise
        gone = f"{name}: this change set is gone, because somebody else deployed or destroyed the stack meanwhile"
        raise StackwrightError(
            f"{gone}\nnothing was changed: deploy again to see what there is to change now"
        ) from error


def execute(aws: Aws, proposal: Proposal, heard: Heard) -> Progress:
    """Execute a change set and follow it to its end."""
    with _still_there(proposal.stack_name):
        after = aws.newest_event(proposal.stack_id)
    # Before the call: one that is interrupted may have arrived, and what runs is not to be taken away.
    proposal.executed = True
    try:
        with _still_there(proposal.stack_name):
            aws.execute_change_set(proposal.id, proposal.stack_id, token=proposal.token)
    except StackwrightError as error:
        proposal.executed = False
        if isinstance(error, AwsError):
            _refuse_busy(proposal.stack_name, error)
        raise
    return follow(aws, proposal.stack_id, after=after, heard=heard)


def delete(aws: Aws, stack_id: str, heard: Heard) -> Progress:
    """Delete a stack and follow it to its end."""
    after = aws.newest_event(stack_id)
    aws.delete_stack(stack_id)
    return follow(aws, stack_id, after=after, heard=heard)
