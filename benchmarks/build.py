"""Claim: building 25 templates takes under 2.5 s cold and under 0.35 s unchanged.

As a script, builds in FOLDER the registry's blueprints and SERVICES more, each with a port of its own and so a
template of its own.
"""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.measure import REPOSITORY, Row, timed
from stackwright.wiring.text import as_text
from templates import BLUEPRINTS

if TYPE_CHECKING:
    from stackwright.compose import Blueprint

TEMPLATES = 25
FIRST_PORT = 3001


def rows() -> list[Row]:
    """Measure a build that has nothing kept, and one that has it all."""
    with TemporaryDirectory() as folder:
        shutil.copy(REPOSITORY / ".cfnlintrc", folder)
        command = ["-m", "benchmarks.build", folder, str(TEMPLATES - _templates() - 1)]
        cold = timed(f"build {TEMPLATES} templates, cold", command, limit=2.5, before=partial(_forget, folder))
        return [cold, timed("build them again, unchanged", command, limit=0.35)]


def _templates() -> int:
    """Return how many distinct templates the registry has."""
    made = [make() for make in BLUEPRINTS.values()]
    return len({as_text(body) for each in made for body in (each.root, *each.nested.values())})


def _forget(folder: str) -> None:
    for made in ("build", ".cache"):
        shutil.rmtree(Path(folder, made), ignore_errors=True)


def main() -> None:
    """Build, as `build.py build` does."""
    from stackwright.cli import run
    from stackwright.project import Project

    folder, services = sys.argv[1:]
    project = Project(Path(folder), BLUEPRINTS | {"synthetic": partial(_services, int(services))})
    if run(["build"], project=project) > 1:
        sys.exit(2)


def _services(number: int) -> Blueprint:
    from nested import service
    from stackwright.compose import compose, several

    ports = range(FIRST_PORT, FIRST_PORT + number)
    stacks = {f"service{port}": several(service.template(capacity="ec2", port=port), f"On{port}") for port in ports}
    return compose("synthetic", description="Services, each on its port", **stacks)


if __name__ == "__main__":
    main()
