"""What every check has: number, name, words, documentation, and tests both ways."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from stackwright.preflight import names
from stackwright.preflight.check import Check
from stackwright.preflight.examine import checks

HERE = Path(__file__).parent
PAGE = (HERE.parents[2] / "docs" / "preflight.md").read_text(encoding="utf-8")
EACH = pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)


def test_numbers_are_counted_up_from_one() -> None:
    assert [check.number for check in checks()] == list(range(1, len(checks()) + 1))


def test_names_are_those_of_the_modules() -> None:
    assert sorted(check.name for check in checks()) == names()


@EACH
def test_words_are_plain_sentences(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.name)
    assert check.ask.__module__.endswith(f".checks.{check.name.replace('-', '_')}")
    for text in (check.claim, check.why):
        assert text[0].isupper()
        assert not text.endswith(".")
    assert re.search(r"(Guide|Reference)$", check.source)


@EACH
def test_it_is_documented(check: Check) -> None:
    row = f"| {check.number} | `{check.name}` | {check.claim}. | {check.why}. | {check.source} |"
    assert row in PAGE.splitlines()


def test_nothing_else_is_documented() -> None:
    assert re.findall(r"^\| \d+ \| `([^`]+)`", PAGE, flags=re.MULTILINE) == [check.name for check in checks()]


@EACH
def test_it_is_tested_both_ways(check: Check) -> None:
    file = HERE / "checks" / f"test_{check.name.replace('-', '_')}.py"
    tests = [node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)]
    assert any(name.startswith("test_holds_") for name in tests)
    assert any("fails_" in name for name in tests)
