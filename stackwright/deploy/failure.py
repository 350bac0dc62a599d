"""Why an operation failed: the first real failure, in the deepest nested stack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stackwright.deploy.changes import NESTED
from stackwright.deploy.follow import Step
from stackwright.deploy.sentences import noun

# Said of what was stopped because something else failed: a consequence, never the cause.
CONSEQUENCES = ("creation cancelled", "update cancelled", "deletion cancelled", "cancelled")


@dataclass(frozen=True)
class Failure:
    """What failed first: its path from the root, its type and AWS's reason."""

    path: str
    type: str
    reason: str

    def sentence(self) -> str:
        """Return `Service/Service (ECS service): reason`."""
        return f"{self.path or 'the stack'} ({noun(self.type)}): {self.reason or 'no reason given'}"


def first_failure(steps: Iterable[Step]) -> Failure | None:
    """Return the first failure that is not the consequence of another; None if nothing failed.

    A nested stack's failure only repeats that of something in it, so one of a plain resource
    counts first, and among nested stacks the deepest.
    """
    in_time = sorted(steps, key=lambda step: step.event.time)
    failed = [step for step in in_time if step.event.status.endswith("_FAILED")]
    real = [step for step in failed if not _consequence(step)] or failed
    plain = [step for step in real if step.event.type != NESTED]
    if plain:
        return _failure(plain[0])
    deepest = sorted(real, key=lambda step: -len(step.path.split("/")) if step.path else 0)
    return _failure(deepest[0]) if deepest else None


def _consequence(step: Step) -> bool:
    reason = step.event.reason.lower()
    return any(each in reason for each in CONSEQUENCES) and len(reason) < 60


def _failure(step: Step) -> Failure:
    return Failure(path=step.path, type=step.event.type, reason=step.event.reason)
