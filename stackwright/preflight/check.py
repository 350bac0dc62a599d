"""A check, and what it finds: points that hold, fail, cannot be told, or are not for this plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject


class Verdict(StrEnum):
    """What a check, or one point of it, comes to."""

    HOLDS = "holds"
    FAILS = "fails"
    WAIVED = "waived"
    UNTOLD = "cannot be told"
    MOOT = "not applicable"


@dataclass(frozen=True)
class Point:
    """One thing a check found out; `mend` says what to do about one that fails."""

    verdict: Verdict
    text: str
    mend: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the point as JSON has it, without an empty mend."""
        return {"result": self.verdict, "text": self.text} | ({"mend": self.mend} if self.mend else {})


def holds(text: str) -> Point:
    """Return that something is as it should be."""
    return Point(Verdict.HOLDS, text)


def fails(text: str, *, mend: str) -> Point:
    """Return what is wrong, naming resource or parameter and value, and its mend."""
    return Point(Verdict.FAILS, text, mend)


def untold(reason: str) -> Point:
    """Return why something cannot be told; that never stops a deployment."""
    return Point(Verdict.UNTOLD, reason)


def moot(reason: str) -> Point:
    """Return why there is nothing to ask about this plan."""
    return Point(Verdict.MOOT, reason)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question: `claim` is what holds if all is well, `source` the AWS document it is from."""

    number: int
    name: str
    claim: str
    why: str
    source: str
    ask: Callable[[Subject], Iterable[Point]]


@dataclass(frozen=True)
class Result:
    """What a check found out about one plan, and whether a person accepts that it fails."""

    check: Check
    points: tuple[Point, ...]
    accepted: bool = False

    @property
    def verdict(self) -> Verdict:
        """The worst that was found; waived is a failure that is accepted."""
        found = {each.verdict for each in self.points}
        order = (Verdict.FAILS, Verdict.UNTOLD, Verdict.HOLDS)
        worst = next((each for each in order if each in found), Verdict.MOOT)
        return Verdict.WAIVED if worst is Verdict.FAILS and self.accepted else worst

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON has it."""
        return {
            "number": self.check.number,
            "name": self.check.name,
            "claim": self.check.claim,
            "result": self.verdict,
            "points": [each.to_json() for each in self.points],
        }
