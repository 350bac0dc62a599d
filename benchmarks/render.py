"""Claim: rendering everything there is takes under 0.6 s.

As a script, renders it all once into the folder given.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Row, timed


def rows() -> list[Row]:
    """Measure a first rendering and one that changes nothing."""
    with TemporaryDirectory() as folder:
        command = ["-m", "benchmarks.render", folder]
        return [timed("render every blueprint", command, limit=0.6)]


def main() -> None:
    """Render every blueprint of the registry."""
    from stackwright.render import render
    from templates import BLUEPRINTS

    render([make() for make in BLUEPRINTS.values()], Path(sys.argv[1]))


if __name__ == "__main__":
    main()
