"""Plain lines in a log, drawn and coloured on a terminal, data apart from everything else."""

from __future__ import annotations

import io
import json
import sys
import threading

import pytest

from stackwright import console


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> tuple[Terminal, Terminal]:
    """Put terminals in the place of stdout and stderr; in the test, because pytest puts its own there before."""
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return out, err


def test_data_goes_to_stdout_and_the_rest_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console.data({"name": "é"})
    console.say("working")
    console.error("bad")
    out, err = capsys.readouterr()
    assert json.loads(out) == {"name": "é"}
    assert err == "working\nerror: bad\n"


def test_table_in_a_log_is_aligned_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console.table(("name", "count"), [("a", "10"), ("long", "7")], footer="two")
    assert capsys.readouterr().out == "name  count\na        10\nlong      7\ntwo\n"


def test_table_without_rows_is_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    console.table(("name", "count"), [])
    assert capsys.readouterr().out == "name  count\n"


def test_table_on_a_terminal_has_every_cell_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout, _ = watched(monkeypatch)
    console.table(("name", "count"), [("[red]a[/red]", "10")], footer="one")
    drawn = stdout.getvalue()
    assert "─" in drawn or "━" in drawn
    assert "[red]a[/red]" in drawn
    assert drawn.endswith("one\n")


def test_error_is_coloured_on_a_terminal_and_says_so_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, stderr = watched(monkeypatch)
    console.error("bad")
    assert stderr.getvalue() == "\x1b[31merror:\x1b[0m bad\n"
    monkeypatch.setenv("NO_COLOR", "1")
    console.error("bad")
    assert stderr.getvalue().endswith("\nerror: bad\n")


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_yes_is_yes(monkeypatch: pytest.MonkeyPatch, answer: str, agreed: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert console.confirm("delete?") is agreed


def test_progress_in_a_log_is_its_title_once(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress("linting") as step:
        step("1 of 2")
    assert capsys.readouterr().err == "linting\n"


def test_progress_on_a_terminal_shows_steps_without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    _, stderr = watched(monkeypatch)
    before = threading.active_count()
    with console.progress("linting") as step:
        step("1 of 2")
        assert threading.active_count() == before
    assert "linting 1 of 2" in stderr.getvalue()
