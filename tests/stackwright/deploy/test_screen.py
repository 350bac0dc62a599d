from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from stackwright import console
from stackwright.aws_shapes import Event
from stackwright.deploy.follow import advance, begin
from stackwright.deploy.screen import Screen
from stackwright.deploy.show import Line

Make = Callable[..., Event]


def test_a_log_gets_plain_lines(own: Make, capsys: pytest.CaptureFixture[str]) -> None:
    progress = begin("arn:stack/shop-dev")
    added = advance(progress, [own("CREATE_IN_PROGRESS")])
    with Screen(yes=True).following() as heard:
        heard(progress, added)
    told = capsys.readouterr()
    assert told.err.endswith("creating the stack\n") and "\x1b" not in told.err and not told.out


def test_a_terminal_gets_the_tree_as_it_stands(
    own: Make,
    nested: Make,
    event: Make,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(console, "terminal", lambda stream: stream is sys.stderr)
    progress = begin("arn:stack/shop-dev")
    inside = event("Vpc", "CREATE_COMPLETE", stack="arn:stack/vpc")
    object.__setattr__(inside, "time", inside.time.replace(year=2027))
    advance(progress, [own("CREATE_IN_PROGRESS"), nested("CREATE_IN_PROGRESS")])
    with Screen(yes=True).following() as heard:
        heard(progress, advance(progress, [inside]))
    assert "Vpc: creating, 1/1" in capsys.readouterr().err


def test_ctrl_c_says_that_the_operation_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), Screen(yes=True).following():
        raise KeyboardInterrupt
    assert "goes on in AWS" in capsys.readouterr().err


def test_trees_are_indented(capsys: pytest.CaptureFixture[str]) -> None:
    Screen(yes=True).show([Line(0, "a"), Line(1, "b", "bad")])
    assert capsys.readouterr().err == "a\n  b\n"
