"""What verify says: findings by promise, what was accepted with its reason, and one line to quote."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stackwright import console
from stackwright.resolve.symbols import rendered
from stackwright.verify.accepted import UNUSED, Judged
from stackwright.verify.rule import Finding

LONGEST_VALUE = 80


@dataclass(frozen=True)
class Report:
    """One blueprint in one environment, judged."""

    blueprint: str
    environment: str
    judged: Sequence[Judged]

    @property
    def name(self) -> str:
        """Blueprint and environment, or the file of a template that has neither."""
        return f"{self.blueprint} {self.environment}".strip()

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """The findings that stand, each with its rule's name."""
        return [(each.rule, finding) for each in self.judged for finding in each.standing]

    @property
    def quotable(self) -> str:
        """The one line: `ec2-alb prod: 31 of 31 guarantees hold`."""
        promises = [each for each in self.judged if each.rule != UNUSED]
        holding = sum(each.holds for each in promises)
        accepted = sum(bool(each.accepted) and not each.standing for each in promises)
        also = f", {accepted} accepted {'risk' if accepted == 1 else 'risks'}" if accepted else ""
        return f"{self.name}: {holding} of {len(promises)} guarantees hold{also}"

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        return {
            "blueprint": self.blueprint,
            "environment": self.environment,
            "guarantees": {each.rule: _state(each) for each in self.judged},
            "findings": [{"rule": rule, **finding.to_json()} for rule, finding in self.findings],
            "accepted": [
                {"rule": each.rule, "reason": reason, **finding.to_json()}
                for each in self.judged
                for finding, reason in each.accepted
            ],
            "summary": self.quotable,
        }


def _state(judged: Judged) -> str:
    if judged.standing:
        return "fails"
    return "accepted" if judged.accepted else "holds"


def show(reports: Sequence[Report], *, accepted: bool = True) -> None:
    """Print the findings of each report and its line, what was `accepted` greyed."""
    for report in reports:
        for line in finding_lines(report):
            console.out(line)
        for line in _accepted_lines(report) if accepted else ():
            console.out(console.paint(line, "dim", stream=sys.stdout))
        colour = "red" if report.findings else "green"
        console.out(console.paint(report.quotable, colour, stream=sys.stdout))


def finding_lines(report: Report) -> Iterator[str]:
    """Yield the findings that stand, each promise under its name."""
    promise = ""
    for rule, finding in report.findings:
        if rule.partition("/")[0] != promise:
            promise = rule.partition("/")[0]
            yield f"{report.name}, {promise}:"
        yield f"  {rule}: {_place(finding)}: {finding.problem}"
        yield f"    mend: {finding.mend}"


def _accepted_lines(report: Report) -> Iterator[str]:
    for each in report.judged:
        for finding, reason in each.accepted:
            yield f"  accepted: {each.rule}: {_place(finding)}: {finding.problem}"
            yield f"    because: {reason}"


def _place(finding: Finding) -> str:
    where = " ".join(each for each in (finding.resource, finding.property) if each) or "deployment"
    if finding.value is None:
        return where
    value = str(rendered(finding.value))
    return f"{where} = {value if len(value) <= LONGEST_VALUE else f'{value[:LONGEST_VALUE]}...'}"
