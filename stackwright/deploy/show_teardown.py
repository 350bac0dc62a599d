"""A teardown as lines: what is to go and to be done, and what remains of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stackwright.deploy.sentences import noun
from stackwright.deploy.show import Line
from stackwright.deploy.teardown import Task, Teardown


def plan_lines(name: str, teardown: Teardown) -> list[Line]:
    """Return what is done first, what goes, by stack and kind, what is done after, and what stays, one by one."""
    going = teardown.going
    lines = [Line(0, f"- {name}: {len(going)} resources to DELETE", "bad")]
    scopes = dict.fromkeys(each.path.rpartition("/")[0] for each in going)
    for scope in scopes:
        kinds = Counter(each.type for each in going if each.path.rpartition("/")[0] == scope)
        told = ", ".join(noun(kind) if count == 1 else f"{count} x {noun(kind)}" for kind, count in kinds.items())
        lines.append(Line(1, f"- {scope}: {told}" if scope else f"- {told}", "bad"))
    lines += staying_lines(teardown)
    first = [Line(0, "first:")] if teardown.before else []
    then = [Line(0, "then:")] if teardown.after else []
    return [*lines, *first, *task_lines(teardown.before), *then, *task_lines(teardown.after)]


def staying_lines(teardown: Teardown) -> list[Line]:
    """Return one line for each resource that a policy keeps."""
    return [Line(1, f"= {each.named()} stays", "good") for each in teardown.staying]


def task_lines(tasks: Iterable[Task]) -> list[Line]:
    """Return one line for each task, with what it takes where that is known."""
    return [Line(1, f"- {task.sentence()} ({task.physical_id}){_taken(task)}", "bad") for task in tasks]


def _taken(task: Task) -> str:
    return f": {task.takes}" if task.takes else ""


def rest_lines(teardown: Teardown, records: Iterable[tuple[str, str]]) -> list[Line]:
    """Return what remains, each with its id, because no stack knows it any more; `records` with their zone."""
    kept = [Line(1, each.named()) for each in teardown.staying]
    left = [Line(1, f"validation record {name} in hosted zone {zone}") for zone, name in records]
    return [
        *([Line(0, "what remains, kept by its DeletionPolicy:"), *kept] if kept else []),
        *([Line(0, "what remains, because other certificates of the name renew by it:"), *left] if left else []),
    ]


def namesake_lines(names: list[str]) -> list[Line]:
    """Return what may have been a forgotten stack's, to judge by the names."""
    head = "no stack knows these, which begin with its name; what of it is yours to delete, delete by hand:"
    return [Line(0, head), *(Line(1, name) for name in names)] if names else []
