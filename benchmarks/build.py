"""Claim: building all that the registry has takes under 0.3 s a template cold, and under 0.7 s unchanged.

As a script, builds it in the folder given.
"""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import REPOSITORY, Row, timed
from stackwright.wiring.text import as_text
from templates import BLUEPRINTS


def rows() -> list[Row]:
    """Measure a build that has nothing kept, and one that has it all."""
    count = _templates()
    with TemporaryDirectory() as folder:
        shutil.copy(REPOSITORY / ".cfnlintrc", folder)
        command = ["-m", "benchmarks.build", folder]
        limit = 0.3 * count
        cold = timed(f"build all {count} templates, cold", command, limit=limit, before=partial(_forget, folder))
        return [cold, timed("build them again, unchanged", command, limit=0.7)]


def _templates() -> int:
    """Return how many distinct templates the registry has: the same one is linted once."""
    made = [make() for make in BLUEPRINTS.values()]
    return len({as_text(body) for each in made for body in (each.root, *each.nested.values())})


def _forget(folder: str) -> None:
    for made in ("build", ".cache"):
        shutil.rmtree(Path(folder, made), ignore_errors=True)


def main() -> None:
    """Build, as `build.py build` does."""
    from stackwright.cli import run
    from stackwright.project import Project

    if run(["build"], project=Project(Path(sys.argv[1]), BLUEPRINTS)):
        sys.exit(1)


if __name__ == "__main__":
    main()
