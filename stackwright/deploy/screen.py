"""What deploy and destroy tell and ask: live on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from stackwright import console
from stackwright.aws_errors import LOST
from stackwright.deploy.show import Line, progress_lines, step_line
from stackwright.errors import BadInput
from stackwright.place import place
from stackwright.quoting import harmless

if TYPE_CHECKING:
    from rich.text import Text

    from stackwright.aws import Aws
    from stackwright.deploy.again import Where
    from stackwright.deploy.execute import Heard
    from stackwright.deploy.follow import Progress, Step

COLOURS = {"good": "green", "change": "yellow", "bad": "red", "quiet": "dim", "later": "dim"}
GOES_ON = "no longer followed, but it goes on in AWS; the stack's events tell how it ends"
UNTOUCHED = "nothing was changed"
PER_SECOND = 5  # redraws of the live tree


class Screen:
    """The person at the other end; with `yes` nothing is asked.

    Raises BadInput when it would have to ask and nobody is there.
    """

    def __init__(self, *, yes: bool) -> None:
        if not yes and not console.terminal(sys.stdin):
            raise BadInput("there is no terminal to ask on: give --yes to go ahead without asking")
        self.yes = yes

    def say(self, text: str) -> None:
        console.say(text)

    def show(self, lines: list[Line]) -> None:
        """Print lines of a tree."""
        for line in lines:
            console.say("  " * line.depth + self._painted(line))

    def agreed(self, question: str, *, declined: str = UNTOUCHED) -> bool:
        """Return whether the person agrees; a "no" is answered with `declined`."""
        return self.yes or _answered(lambda: console.confirm(question), declined=declined)

    def named(self, name: str) -> bool:
        """Return whether the person types this name."""
        if self.yes:
            return True
        console.say(f"type the stack's name ({name}) to go ahead:")
        return _answered(lambda: sys.stdin.readline().strip() == name, declined=UNTOUCHED)

    @contextmanager
    def following(self, goes_on: Sequence[str] = (GOES_ON,)) -> Iterator[Heard]:
        """Yield what a followed operation reports to.

        Ctrl-C, or an AWS that cannot be asked any more, ends the following alone: `goes_on` says so.
        """
        with interruptible(goes_on):
            if console.terminal(sys.stderr):
                with _live() as heard:
                    yield heard
            else:
                yield self._log

    def _log(self, _progress: Progress, added: list[Step]) -> None:
        self.show([line for step in added if (line := step_line(step))])

    def _painted(self, line: Line) -> str:
        colour = COLOURS.get(line.tone)
        return console.paint(line.text, colour, stream=sys.stderr) if colour else line.text


@contextmanager
def reached(where: Where, screen: Screen) -> Iterator[Aws]:
    """Yield AWS, having said whose it is."""
    with place(local=where.local, profile=where.profile, region=where.region) as aws:
        screen.say(f"account {aws.account}, region {aws.region}{', local AWS' if where.local else ''}")
        yield aws


@contextmanager
def interruptible(goes_on: Iterable[str]) -> Iterator[None]:
    """Say what goes on after an interruption: Ctrl-C, or an AWS that cannot be asked any more."""
    try:
        yield
    except (KeyboardInterrupt, *LOST):
        for line in goes_on:
            console.say(line)
        raise


def _answered(ask: Callable[[], bool], *, declined: str) -> bool:
    """Ask; say that nothing came of it when the person declines, or ends the command by Ctrl-C."""
    try:
        agreed = ask()
    except KeyboardInterrupt:
        console.say(f"\n{declined}")
        raise
    if not agreed:
        console.say(declined)
    return agreed


@contextmanager
def _live() -> Iterator[Heard]:
    from rich.live import Live

    with Live(console=console.rich(), refresh_per_second=PER_SECOND) as live:

        def heard(progress: Progress, _added: list[Step]) -> None:
            now = datetime.now(progress.since.tzinfo if progress.since else None)
            live.update(_text(progress_lines(progress.root, now)))

        yield heard


def _text(lines: list[Line]) -> Text:
    from rich.text import Text

    text = Text()
    for line in lines:
        text.append("  " * line.depth + harmless(line.text) + "\n", style=COLOURS.get(line.tone, ""))
    return text
