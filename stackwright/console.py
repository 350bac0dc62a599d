"""The one place that prints: data on stdout, everything else on stderr.

On a terminal tables, progress and colour come from rich, imported when the first of them is shown; in a
log everything is a plain line. Colour never says what the words do not; NO_COLOR turns it off.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from stackwright.quoting import harmless

if TYPE_CHECKING:
    from rich.console import Console

_OWN = re.compile(r"(\x1b\[(?:31|32|33|1|2|0)m)")  # what `paint` writes
_ANSI = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}


def out(text: str = "") -> None:
    """Print a line of data."""
    _write(sys.stdout, text)


def data(value: Any) -> None:
    """Print a value as JSON for machines."""
    out(json.dumps(value, indent=2))


def say(text: str = "") -> None:
    """Print a line that tells what goes on."""
    _write(sys.stderr, text)


def error(text: str) -> None:
    """Print what went wrong."""
    say(f"{paint('error:', 'red', stream=sys.stderr)} {text}")


def warn(text: str) -> None:
    """Print what a person should know although nothing failed."""
    say(f"{paint('note:', 'yellow', stream=sys.stderr)} {text}")


def terminal(stream: TextIO | None) -> bool:
    """Tell whether a person watches this stream; one that is closed is None."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, *, stream: TextIO) -> str:
    """Return the text in red, green, yellow, bold or dim where a terminal shows it, else as it is."""
    if not terminal(stream) or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{_ANSI[colour]}m{text}\x1b[0m"


def rich(*, stderr: bool = True) -> Console:
    """Return a rich console for what is drawn live; never interprets markup in what it is given."""
    from rich.console import Console

    return Console(file=sys.stderr if stderr else sys.stdout, markup=False, highlight=False, emoji=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, footer: str = "") -> None:
    """Print rows under their headings, numbers to the right; the footer is a line below."""
    if terminal(sys.stdout):
        _drawn(columns, rows)
    else:
        _plain(columns, rows)
    if footer:
        out(footer)


def confirm(question: str) -> bool:
    """Ask on stderr; anything but y or yes, or nobody to answer, is no."""
    _write(sys.stderr, f"{question} [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Show that something takes time; the function it yields tells how far it is.

    On a terminal this is one line that goes away, in a log the title alone.
    """
    if not terminal(sys.stderr):
        say(title)
        yield lambda _: None
        return
    from rich.live import Live

    # Without a thread that refreshes: what is done meanwhile may fork.
    with Live(title, console=rich(), auto_refresh=False, transient=True) as live:
        live.refresh()
        yield lambda step: live.update(f"{title} {step}", refresh=True)


def _write(stream: TextIO | None, text: str, *, end: str = "\n") -> None:
    if stream is None:  # closed before we began: nobody wants it
        return
    parts = _OWN.split(text)
    stream.write("".join(part if _OWN.fullmatch(part) else harmless(part) for part in parts) + end)
    stream.flush()


def _drawn(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD)
    for at, column in enumerate(columns):
        drawn.add_column(column, justify="right" if _numeric(rows, at) else "left")
    for row in rows:
        drawn.add_row(*map(harmless, row))
    rich(stderr=False).print(drawn)


def _plain(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    right = [_numeric(rows, at) for at in range(len(columns))]
    for row in [columns, *rows]:
        cells = zip(row, widths, right, strict=True)
        line = "  ".join(text.rjust(width) if side else text.ljust(width) for text, width, side in cells)
        out(line.rstrip())


def _numeric(rows: Sequence[Sequence[str]], at: int) -> bool:
    return bool(rows) and all(row[at][:1].isdigit() for row in rows)
