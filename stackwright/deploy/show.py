"""Change sets and progress as lines of plain data, for any terminal or log.

A line has a depth in the tree, a text and a tone. The tone is only ever a second signal: what is
red also says REPLACED, so that a log without colours tells as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from stackwright.deploy.changes import (
    NESTED,
    Cause,
    Change,
    Replacement,
    Verdict,
    everything,
)
from stackwright.deploy.follow import Node, Step
from stackwright.deploy.sentences import doing, noun, sentence
from stackwright.deploy.values import difference

SIGNS = {"Add": "+", "Remove": "-", "Import": ">", "Modify": "~", "Dynamic": "?"}
TONES = {"Add": "good", "Remove": "bad", "Import": "good"}
KEPT = {"Retain", "ReplaceAndRetain"}


@dataclass(frozen=True)
class Line:
    """One line; `tone` is good, change, bad, later, quiet or plain."""

    depth: int
    text: str
    tone: str = "plain"


def change_lines(changes: tuple[Change, ...]) -> list[Line]:
    """Return a judged change set as a tree, what will not happen only counted, and its sum."""
    lines = [line for change in changes for line in _tree(change, depth=0)]
    idle = sum(1 for change in _leaves(changes) if change.verdict is Verdict.IDLE)
    if idle:
        lines.append(
            Line(
                0,
                f"{idle} more previewed only because values handed between stacks count as"
                " unknown: they stay as they are",
                "quiet",
            )
        )
    return [*lines, Line(0, summary(changes))]


def summary(changes: tuple[Change, ...]) -> str:
    """Return the sum in words: `3 to add, 1 to change, 0 to remove, 1 REPLACED`."""
    happening = [change for change in _leaves(changes) if change.verdict is not Verdict.IDLE]
    replaced = sum(1 for change in happening if change.replaced is Replacement.YES)
    perhaps = sum(1 for change in happening if change.replaced in (Replacement.AFTER_APPLY, Replacement.CONDITIONAL))
    counts = {
        "to add": sum(1 for change in happening if change.action in ("Add", "Import")),
        "to change": sum(1 for change in happening if change.action in ("Modify", "Dynamic")),
        "to remove": sum(1 for change in happening if change.action == "Remove"),
    }
    told = [f"{count} {what}" for what, count in counts.items()]
    told += [f"{replaced} of them REPLACED"] if replaced else []
    told += [f"{perhaps} perhaps replaced"] if perhaps else []
    return ", ".join(told)


def _leaves(changes: tuple[Change, ...]) -> Iterator[Change]:
    return (change for change in everything(changes) if change.type != NESTED)


def _tree(change: Change, *, depth: int) -> Iterator[Line]:
    if change.verdict is Verdict.IDLE:
        return
    yield Line(depth, _text(change), _tone(change))
    for child in change.children:
        yield from _tree(child, depth=depth + 1)


def _text(change: Change) -> str:
    head = f"{SIGNS.get(change.action, '?')} {change.logical_id} ({noun(change.type)})"
    if change.action == "Remove":
        return f"{head}: {'left to itself' if change.policy in KEPT else 'REMOVED'}"
    if change.action != "Modify":
        return head
    reasons = ", ".join(dict.fromkeys(_reason(cause) for cause in _telling(change)))
    told = f"{head} {_happening(change)}".rstrip()
    return f"{told}: {reasons}" if reasons else told


def _happening(change: Change) -> str:
    """Return in words what becomes of a modified resource."""
    if change.replaced is Replacement.YES:
        return "REPLACED, the old one kept" if change.policy in KEPT else "REPLACED"
    if change.replaced is Replacement.AFTER_APPLY:
        return "perhaps replaced, known after apply"
    if change.replaced is Replacement.CONDITIONAL:
        return "perhaps replaced, CloudFormation decides"
    if change.verdict is Verdict.AFTER_APPLY:
        return "perhaps changed, known after apply"
    return ""


def _telling(change: Change) -> list[Cause]:
    """Return the causes that say something: not idle ones, nor a nested stack's inner change."""
    hidden = {"TemplateURL", "Parameters"} if change.type == NESTED else set()
    causes = [cause for cause in change.causes if cause.verdict is not Verdict.IDLE]
    return [cause for cause in causes if cause.target not in hidden]


def _reason(cause: Cause) -> str:
    if cause.before is not None or cause.after is not None:
        return difference(cause.target, cause.before, cause.after) or cause.target
    entity = f" (by {cause.entity})" if cause.entity else ""
    return f"{cause.target}{entity}"


def _tone(change: Change) -> str:
    if change.replaced is Replacement.YES:
        return "bad"
    if change.verdict is Verdict.AFTER_APPLY or change.replaced is not Replacement.NO:
        return "later"
    return TONES.get(change.action, "change")


# --- progress -------------------------------------------------------------------------------


def step_line(step: Step) -> Line | None:
    """Return one event as a line of a log; None for one that says nothing new to a person."""
    event = step.event
    if event.status.endswith("_IN_PROGRESS") and event.reason and not event.own:
        return None if "initiated" in event.reason.lower() else _step(step)
    return _step(step) if not (event.own and step.path) else None


def _step(step: Step) -> Line:
    event = step.event
    what = sentence(event.type, event.status) if step.path else f"{doing(event.status)} the stack"
    failed = event.status.endswith("_FAILED")
    named = f"{what} {step.path}".rstrip()
    told = f"{named}: {event.reason}" if failed and event.reason else named
    tone = "bad" if failed else "plain" if event.status.endswith("_COMPLETE") else "quiet"
    return Line(0, f"{event.time.astimezone():%H:%M:%S} {told}", tone)


def progress_lines(root: Node, now: datetime) -> list[Line]:
    """Return the tree as it stands: stacks with what is going on in them, finished ones folded."""
    return [line for node in root.children.values() for line in _progress(node, now, depth=0)]


def _progress(node: Node, now: datetime, *, depth: int) -> Iterator[Line]:
    yield Line(depth, _state(node, now), _state_tone(node))
    for child in node.children.values():
        if node.busy and (child.busy or child.failed):
            yield from _progress(child, now, depth=depth + 1)


def _state(node: Node, now: datetime) -> str:
    took = f" {elapsed(node.started, node.ended or now)}" if node.started else ""
    failed = f": {node.reason}" if node.failed and node.reason else ""
    if node.type != NESTED:
        return f"{sentence(node.type, node.status)} {node.logical_id}{took}{failed}"
    ready = sum(1 for child in node.children.values() if child.status.endswith("_COMPLETE"))
    count = f", {ready}/{len(node.children)}" if node.children else ""
    return f"{node.logical_id}: {doing(node.status)}{count}{took}{failed}"


def _state_tone(node: Node) -> str:
    if node.failed:
        return "bad"
    return "change" if node.busy else "good"


def elapsed(start: datetime, end: datetime) -> str:
    """Return a duration as a person says it: `4 s`, `3 min 20 s`."""
    seconds = max(0, round((end - start).total_seconds()))
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60} s"
