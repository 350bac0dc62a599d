"""Why an operation failed: the first real failure, in the deepest nested stack, and what blocks its rollback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from stackwright.deploy.changes import NESTED
from stackwright.deploy.follow import Step
from stackwright.deploy.sentences import noun

# Said of what was stopped because something else failed: a consequence, never the cause.
CONSEQUENCES = ("creation cancelled", "update cancelled", "deletion cancelled", "cancelled")
NOBODY_SAID = "no reason given"
TIMED_OUT = "exceeded the specified timeout"
NOTHING_SAID = ("", "Resource creation Initiated", "Eventual consistency check initiated")


@dataclass(frozen=True)
class Failure:
    """What failed: its path from the root, its type and AWS's reason."""

    path: str
    type: str
    reason: str

    def sentence(self) -> str:
        """Return `Service/Service (ECS service): reason`."""
        return f"{self.path or 'the stack'} ({noun(self.type)}): {self.reason or NOBODY_SAID}"


def first_failure(steps: Iterable[Step]) -> Failure | None:
    """Return the first failure that is not the consequence of another; None if nothing failed.

    A nested stack's failure only repeats that of something in it, so one of a plain resource
    counts first, and among nested stacks the deepest.
    """
    in_time = sorted(steps, key=lambda step: step.event.time)
    real = [step for step in in_time if step.event.status.endswith("_FAILED") and not consequence(step)]
    plain = [step for step in real if step.event.type != NESTED]
    if plain:
        return _failure(plain[0])
    deepest = sorted(real, key=lambda step: -len(step.path.split("/")) if step.path else 0)
    return _waited(_failure(deepest[0]), in_time) if deepest else None


def _waited(failure: Failure, in_time: list[Step]) -> Failure:
    """Return the failure of a stack that ran out of time with what was last said by those it waited for."""
    if TIMED_OUT not in failure.reason:
        return failure
    ended = {step.path for step in in_time if step.event.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")}
    below = f"{failure.path}/" if failure.path else ""
    said = {
        step.path: step.event.reason
        for step in in_time
        if step.path.startswith(below) and step.path not in ended and step.event.type != NESTED
        if step.event.status.endswith("_IN_PROGRESS") and step.event.reason not in NOTHING_SAID
    }
    waiting = [f"{path} was waiting: {reason}" for path, reason in said.items()]
    return replace(failure, reason="; ".join([failure.reason, *waiting]))


def blockers(steps: Iterable[Step]) -> list[Failure]:
    """Return what could not be rolled back: the plain resources that failed after the root turned back."""
    in_time = sorted(steps, key=lambda step: step.event.time)
    turned = next((step.event.time for step in in_time if not step.path and _backwards(step)), None)
    found = {step.path: _failure(step) for step in in_time if turned and _blocks(step, turned)}
    return list(found.values())


def cause(steps: Iterable[Step]) -> str:
    """Return why an operation did not end well, in one line; the root's own words where nothing failed."""
    steps = list(steps)
    failure = first_failure(steps)
    if failure:
        return failure.sentence()
    # A cancelled update has no failure, only the reason why the root turned back.
    said = (step.event.reason for step in steps if not step.path and _backwards(step))
    return next((reason.strip() for reason in said if reason.strip()), NOBODY_SAID)


def consequence(step: Step) -> bool:
    """Tell whether a failure only follows from another one."""
    reason = step.event.reason.lower()
    return any(each in reason for each in CONSEQUENCES) and len(reason) < 60


def _backwards(step: Step) -> bool:
    return step.event.status.endswith("ROLLBACK_IN_PROGRESS") or step.event.status == "DELETE_IN_PROGRESS"


def _blocks(step: Step, turned: datetime) -> bool:
    event = step.event
    return event.type != NESTED and event.status.endswith("_FAILED") and event.time >= turned and not consequence(step)


def _failure(step: Step) -> Failure:
    return Failure(path=step.path, type=step.event.type, reason=step.event.reason)
