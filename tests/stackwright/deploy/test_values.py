from __future__ import annotations

import json

import pytest

from stackwright.deploy.changes import KNOWN_AFTER_APPLY
from stackwright.deploy.values import difference


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("1", "2", "P 1 → 2"),
        (None, "2", "P none → 2"),
        ("1", KNOWN_AFTER_APPLY, "P 1 → known after apply"),
        (f"a/{KNOWN_AFTER_APPLY}", "a/b", "P a/(known after apply) → a/b"),
        (
            json.dumps([{"Image": "a", "Cpu": 1}]),
            json.dumps([{"Image": "b", "Cpu": 1}]),
            "P[0].Image a → b",
        ),
        (json.dumps({"A": 1}), json.dumps({"A": 1, "B": {"C": 2}}), 'P.B none → {"C": 2}'),
        (json.dumps([1]), json.dumps([1, 2]), "P [1] → [1, 2]"),
        ("[1, 2, 3 (truncated", "[4", "P [1, 2, 3 (truncated → [4"),
        (json.dumps({"A": 1}), json.dumps({"A": 1}), ""),
    ],
)
def test_only_what_differs_is_told(before: str | None, after: str | None, told: str) -> None:
    assert difference("P", before, after) == told


def test_many_differences_are_counted() -> None:
    before, after = (dict.fromkeys("ABCDE", value) for value in (1, 2))
    told = difference("P", json.dumps(before), json.dumps(after))
    assert told.endswith("P.C 1 → 2, 2 more in P")


def test_long_values_are_cut() -> None:
    assert len(difference("P", "x" * 500, "y" * 500)) < 150
