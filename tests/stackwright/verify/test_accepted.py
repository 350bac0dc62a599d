"""Accepted risks: what they take off, what is wrong with a file, and that none outlives its finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stackwright.errors import BadInput
from stackwright.verify.accepted import UNUSED, Acceptance, acceptances, judged
from stackwright.verify.examine import Outcome
from stackwright.verify.rule import Finding

RULES = ["availability/spans-zones", "security/https-only"]
RISK = {"Rule": RULES[0], "Environment": "dev", "Resource": "Vpc/*", "Reason": "one NAT gateway is cheaper"}


def finding(resource: str) -> Finding:
    return Finding(resource, "SubnetId", "x", "is alone", "add another")


def read(tmp_path: Path, content: Any) -> list[Acceptance]:
    path = tmp_path / "accepted-risks.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return acceptances(path, shown="risks.json", rules=RULES, environments=["dev", "prod"])


def test_no_file_accepts_nothing(tmp_path: Path) -> None:
    assert acceptances(tmp_path / "none.json", shown="none.json", rules=RULES, environments=["dev"]) == []


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    assert read(tmp_path, [RISK]) == [Acceptance(RULES[0], "dev", "Vpc/*", "one NAT gateway is cheaper")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "cannot be read"),
        ({"Rule": "x"}, "write [{"),
        ([{**RISK, "Reason": " "}], "1: Reason is missing"),
        ([{key: value for key, value in RISK.items() if key != "Resource"}], "1: Resource is missing"),
        ([RISK, {**RISK, "Rule": "availability/span-zones"}], "2: no rule 'availability/span-zones' (did you mean"),
        ([{**RISK, "Environment": "staging"}], "1: no environment 'staging'"),
        ([{**RISK, "Until": "2027"}], "1: 'Until' is unknown"),
    ],
)
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, content: Any, problem: str) -> None:
    with pytest.raises(BadInput) as error:
        read(tmp_path, content)
    assert str(error.value).startswith("risks.json: ")
    assert problem in str(error.value)


def test_an_accepted_finding_stands_no_more_but_is_kept_with_its_reason(tmp_path: Path) -> None:
    outcome = Outcome(RULES[0], (finding("Vpc/NatGatewayOne"), finding("Service/Service")))
    (found,) = judged([outcome], read(tmp_path, [RISK]), file="risks.json")
    assert [each.resource for each in found.standing] == ["Service/Service"]
    assert [(each.resource, reason) for each, reason in found.accepted] == [("Vpc/NatGatewayOne", RISK["Reason"])]
    assert not found.holds


def test_an_acceptance_is_of_one_rule_only(tmp_path: Path) -> None:
    outcome = Outcome(RULES[1], (finding("Vpc/NatGatewayOne"),))
    found, _ = judged([outcome], read(tmp_path, [RISK]), file="risks.json")
    assert found.standing and not found.accepted


def test_an_acceptance_that_accepts_nothing_is_a_finding(tmp_path: Path) -> None:
    holds, unused = judged([Outcome(RULES[0])], read(tmp_path, [RISK]), file="risks.json")
    assert holds.holds
    assert unused.rule == UNUSED
    assert [(each.value, each.mend) for each in unused.standing] == [(RULES[0], "take it out of risks.json")]
