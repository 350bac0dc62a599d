"""Claim: building 25 templates takes under 2.5 s cold and under 0.35 s unchanged.

As a script, builds in FOLDER the registry's blueprints, and its nested templates again as COPIES blueprints of their
own, told apart by their description: distinct content of the same mixture.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import REPOSITORY, Row, timed
from stackwright.compose import Blueprint
from stackwright.wiring.text import as_text
from templates import BLUEPRINTS

TEMPLATES = 25


def rows() -> list[Row]:
    """Measure a build that has nothing kept, and one that has it all."""
    with TemporaryDirectory() as folder:
        shutil.copy(REPOSITORY / ".cfnlintrc", folder)
        command = ["-m", "benchmarks.build", folder, str(TEMPLATES - _templates())]
        cold = timed(f"build {TEMPLATES} templates, cold", command, limit=2.5, before=partial(_forget, folder))
        _check(Path(folder))
        return [cold, timed("build them again, unchanged", command, limit=0.35)]


def _templates() -> int:
    """Return how many distinct templates the registry has."""
    made = [make() for make in BLUEPRINTS.values()]
    return len({as_text(body) for each in made for body in (each.root, *each.nested.values())})


def _forget(folder: str) -> None:
    for made in ("build", ".cache"):
        shutil.rmtree(Path(folder, made), ignore_errors=True)


def _check(folder: Path) -> None:
    distinct = {path.read_bytes() for path in folder.glob("build/*/**/*.json")}
    if len(distinct) != TEMPLATES:
        raise RuntimeError(f"{len(distinct)} templates were built, not {TEMPLATES}")


def main() -> None:
    """Build, as `build.py build` does."""
    from stackwright.cli import run
    from stackwright.project import Project

    folder, copies = sys.argv[1:]
    # Composed once, so that what is timed is the work of a build and no more.
    makers: dict[str, Callable[[], Blueprint]] = {name: cache(make) for name, make in BLUEPRINTS.items()}
    again: dict[str, Callable[[], Blueprint]] = {
        f"copy-{number}": partial(_copy, makers, number) for number in range(int(copies))
    }
    if run(["build"], project=Project(Path(folder), makers | again)) > 1:
        sys.exit(2)


def _copy(makers: dict[str, Callable[[], Blueprint]], number: int) -> Blueprint:
    bodies = [body for make in makers.values() for body in make().nested.values()]
    body = next(islice(cycle(bodies), number, None))
    return Blueprint(f"copy-{number}", body | {"Description": f"Copy {number}"}, {})


if __name__ == "__main__":
    main()
