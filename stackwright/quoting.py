"""Text from files, arguments and AWS as messages show it: on one line, short, obeyed by no terminal."""

from __future__ import annotations

import re

LONGEST = 100  # characters of a value that a message shows

# C0 but for tab and newline, C1, half characters, and what turns the direction of writing (UAX #9).
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def quoted(value: str) -> str:
    """Return a value in quotes, the middle of a long one left out."""
    if len(value) <= LONGEST:
        return repr(value)
    half = LONGEST // 2
    return f"{value[:half] + '...' + value[-half:]!r} ({len(value)} characters)"


def named(name: str) -> str:
    """Return a name as it is, or in quotes when it has no plain, short text."""
    return name if name.isprintable() and 0 < len(name) <= LONGEST else quoted(name)


def harmless(text: str) -> str:
    """Return text with everything that a terminal would obey written out, as JSON writes it."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def half_characters(text: str) -> bool:
    """Tell whether text has surrogates, which JSON can write and no encoding can."""
    return any("\ud800" <= character <= "\udfff" for character in text)
