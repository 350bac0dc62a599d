"""What the checks found, as lines for a person and as JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from stackwright.preflight.check import Point, Result, Verdict

if TYPE_CHECKING:
    from stackwright.aws import Aws

QUIET = {Verdict.HOLDS, Verdict.MOOT}
# Of what one check found, what a person has to read: a failure hides what holds beside it.
TELLING = {
    Verdict.HOLDS: {Verdict.HOLDS},
    Verdict.FAILS: {Verdict.FAILS, Verdict.UNTOLD},
    Verdict.WAIVED: {Verdict.FAILS, Verdict.UNTOLD},
    Verdict.UNTOLD: {Verdict.UNTOLD},
    Verdict.MOOT: {Verdict.MOOT},
}


def every_line(results: Sequence[Result]) -> list[str]:
    """Return every check by its number with what it found, and the sum."""
    return [*(line for result in results for line in _lines(result)), summary(results)]


def brief(results: Sequence[Result]) -> list[str]:
    """Return what fails, is waived or cannot be told, and the sum."""
    return [*(line for result in results if result.verdict not in QUIET for line in _lines(result)), summary(results)]


def failing(results: Sequence[Result]) -> list[str]:
    """Return the names of the checks that fail and are not waived."""
    return [result.check.name for result in results if result.verdict is Verdict.FAILS]


def summary(results: Sequence[Result]) -> str:
    """Return the sum in words: `preflight: 9 of 11 hold, 1 waived, 1 could not be told`."""
    verdicts = [result.verdict for result in results if result.verdict is not Verdict.MOOT]
    counted = ((Verdict.FAILS, "failed"), (Verdict.WAIVED, "waived"), (Verdict.UNTOLD, "could not be told"))
    told = [f"{verdicts.count(verdict)} {words}" for verdict, words in counted if verdict in verdicts]
    return ", ".join([f"preflight: {verdicts.count(Verdict.HOLDS)} of {len(verdicts)} hold", *told])


def as_json(aws: Aws, stack_name: str, results: Sequence[Result]) -> dict[str, Any]:
    """Return the results as JSON has them."""
    return {
        "stack": stack_name,
        "account": aws.account,
        "region": aws.region,
        "failing": failing(results),
        "checks": [each.to_json() for each in results],
    }


def _lines(result: Result) -> Iterator[str]:
    telling = [each for each in result.points if each.verdict in TELLING[result.verdict]]
    told = list(_told(telling))
    yield f"{result.check.number:2} {result.check.name}: {result.verdict}" + (f": {told[0]}" if told else "")
    yield from (f"   {line}" for line in told[1:])


def _told(points: Sequence[Point]) -> Iterator[str]:
    """Yield what was found; a mend that several have in common comes once, after the last of them."""
    for place, point in enumerate(points, 1):
        yield from point.text.splitlines()
        if point.mend and point.mend not in [each.mend for each in points[place:]]:
            yield f"mend: {point.mend}"
