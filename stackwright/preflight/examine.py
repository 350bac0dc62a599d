"""Every check on one subject, side by side."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from stackwright.aws_errors import near_misses
from stackwright.errors import BadInput, StackwrightError
from stackwright.preflight import names
from stackwright.preflight.check import Check, Point, Result, untold
from stackwright.preflight.report import brief, failing
from stackwright.preflight.subject import AT_ONCE
from stackwright.quoting import quoted

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject


class Unready(StackwrightError):
    """A check fails: the deployment would, too."""


def checks() -> list[Check]:
    """Return every check by its number."""
    modules = [importlib.import_module(f"{__package__}.checks.{name.replace('-', '_')}") for name in names()]
    return sorted((module.CHECK for module in modules), key=lambda check: check.number)


def check_waived(waived: Collection[str]) -> None:
    """Refuse to waive what is no check."""
    for name in waived:
        if name not in names():
            raise BadInput(f"--waive {quoted(name)}: no such check{near_misses(name, names())}; see --help")


def examine(subject: Subject, *, waived: Collection[str] = ()) -> list[Result]:
    """Return what each check finds, in their order; calls AWS."""
    found = checks()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        points = list(pool.map(partial(points_of, subject), found))
    return [Result(check, each, check.name in waived) for check, each in zip(found, points, strict=True)]


def check_ready(subject: Subject, *, waived: Collection[str], say: Callable[[str], None]) -> None:
    """Say what is not as it should be; raises Unready when a check fails that is not waived."""
    results = examine(subject, waived=waived)
    for line in brief(results):
        say(line)
    wrong = failing(results)
    if wrong:
        accepted = " ".join(f"--waive {name}" for name in wrong)
        raise Unready(
            f"preflight of {subject.stack_name} failed: {', '.join(wrong)}; the stack was not touched"
            f"\nmend that, or deploy all the same with {accepted}"
        )


def points_of(subject: Subject, check: Check) -> tuple[Point, ...]:
    """Return what one check finds; what AWS refuses to answer cannot be told."""
    return tuple(_points(subject, check))


def _points(subject: Subject, check: Check) -> Iterator[Point]:
    try:
        yield from check.ask(subject)
    except StackwrightError as error:
        yield untold(str(error))
