"""What holds each pitfall is there: rule, check or test, and the module that prevents it."""

from __future__ import annotations

import pytest
from support.references import REPOSITORY, absent
from test_docs import names, rows, sections

PAGE = "pitfalls.md"
COLUMNS = ("pitfall", "here", "by", "held by", "source")


def pitfalls(section: str) -> list[dict[str, str]]:
    return rows(sections(PAGE)[section], "pitfall")


def place(holder: str) -> str:
    """Where a test, a rule or a check is in the repository."""
    if "::" in holder:
        return holder
    folder = "stackwright/verify/rules" if "/" in holder else "stackwright/preflight/checks"
    return f"{folder}/{holder.replace('-', '_')}.py"


@pytest.mark.parametrize("section", sections(PAGE))
def test_every_pitfall_says_what_is_done_and_what_holds_it(section: str) -> None:
    assert pitfalls(section)
    for row in pitfalls(section):
        assert tuple(row) == COLUMNS
        assert row["pitfall"] and row["here"] and names(row["by"]) and names(row["held by"]), row["pitfall"]


@pytest.mark.parametrize("section", sections(PAGE))
def test_what_prevents_and_holds_it_is_there(section: str) -> None:
    told = pitfalls(section)
    assert absent(each for row in told for each in names(row["by"])) == []
    assert absent(place(each) for row in told for each in names(row["held by"])) == []


def test_every_pitfall_is_told_once() -> None:
    told = [row["pitfall"] for section in sections(PAGE) for row in pitfalls(section)]
    assert len(told) == len(set(told))


def test_a_rule_alone_is_no_proof_that_ours_keep_it() -> None:
    """Rules and checks judge what they are given; that they are right, and that ours pass, is what tests show."""
    for section in sections(PAGE):
        for row in pitfalls(section):
            assert any("::" in each for each in names(row["held by"])), row["pitfall"]
    assert (REPOSITORY / "docs" / PAGE).is_file()
