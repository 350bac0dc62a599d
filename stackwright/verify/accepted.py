"""Accepted risks: findings that somebody decided to live with, beside the parameters, each with its reason.

    params/<blueprint>/accepted-risks.json
    [{"Rule": "availability/survives-zone-loss", "Environment": "dev", "Resource": "Vpc/*", "Reason": "..."}]

`Resource` is a path in the graph, in which * stands for anything. An acceptance that accepts nothing any more is a
finding itself: it would hide the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from stackwright.errors import BadInput
from stackwright.verify.examine import Outcome
from stackwright.verify.rule import Finding

UNUSED = "accepted-risks"
_KEYS = ("Rule", "Environment", "Resource", "Reason")
_SHAPE = 'write [{"Rule": ..., "Environment": ..., "Resource": ..., "Reason": ...}]'


@dataclass(frozen=True)
class Acceptance:
    """One accepted risk."""

    rule: str
    environment: str
    resource: str
    reason: str

    def accepts(self, rule: str, finding: Finding) -> bool:
        """Tell whether this is a finding of that rule that is accepted."""
        return rule == self.rule and fnmatchcase(finding.resource, self.resource)


@dataclass(frozen=True)
class Judged:
    """One rule's findings, those that stand and those that are accepted with their reasons."""

    rule: str
    standing: tuple[Finding, ...] = ()
    accepted: tuple[tuple[Finding, str], ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the rule found nothing at all."""
        return not self.standing and not self.accepted


def acceptances(path: Path, *, shown: str, rules: Sequence[str], environments: Sequence[str]) -> list[Acceptance]:
    """Return what a file accepts, nothing where there is none; raises BadInput with all that is wrong."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise BadInput(f"{shown}: cannot be read: {error}") from error
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise BadInput(f"{shown}: {_SHAPE}")
    wrong = [
        f"{shown}: {index}: {problem}"
        for index, each in enumerate(content, 1)
        for problem in _problems(each, rules, environments)
    ]
    if wrong:
        raise BadInput("\n".join(wrong))
    return [Acceptance(*(each[key] for key in _KEYS)) for each in content]


def _problems(each: dict[str, Any], rules: Sequence[str], environments: Sequence[str]) -> Iterator[str]:
    from stackwright.aws_errors import near_misses

    for key in _KEYS:
        if not isinstance(each.get(key), str) or not each[key].strip():
            yield f"{key} is missing; {_SHAPE}"
    for key in each.keys() - set(_KEYS):
        yield f"{key!r} is unknown; {_SHAPE}"
    for key, names in (("Rule", rules), ("Environment", environments)):
        if isinstance(each.get(key), str) and each[key] not in names:
            yield f"no {key.lower()} {each[key]!r}{near_misses(each[key], names)}"


def judged(outcomes: Iterable[Outcome], accepted: Sequence[Acceptance], *, file: str) -> list[Judged]:
    """Return the outcomes judged by what is accepted in this environment, with one more for what accepts nothing."""
    found = [_judged(each, accepted) for each in outcomes]
    idle = [each for each in accepted if not any(_used(each, outcome) for outcome in found)]
    unused = tuple(
        Finding(each.resource, "", each.rule, "is accepted and not found any more", f"take it out of {file}")
        for each in idle
    )
    return [*found, Judged(UNUSED, unused)] if unused else found


def _judged(outcome: Outcome, accepted: Sequence[Acceptance]) -> Judged:
    standing, lived_with = [], []
    for finding in outcome.findings:
        reason = next((each.reason for each in accepted if each.accepts(outcome.rule, finding)), None)
        if reason is None:
            standing.append(finding)
        else:
            lived_with.append((finding, reason))
    return Judged(outcome.rule, tuple(standing), tuple(lived_with))


def _used(acceptance: Acceptance, judged: Judged) -> bool:
    return any(acceptance.accepts(judged.rule, finding) for finding, _ in judged.accepted)
