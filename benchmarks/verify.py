"""Claim: verifying one environment takes under 0.5 s beyond rendering, and many in one process take as much each.

As a script, verifies in FOLDER the blueprint BLUEPRINT in as many environments as its folder of parameters has.
"""

from __future__ import annotations

import json
import shutil
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import REPOSITORY, Row, timed
from templates import BLUEPRINTS

BLUEPRINT = "ec2-alb"
ENVIRONMENTS = (10, 20, 40)
BEYOND_RENDERING = 0.5
RENDERING = 0.15  # seconds, as `render` measures it


def rows() -> list[Row]:
    """Measure one environment with nothing kept and unchanged, and more and more of them in one process."""
    with TemporaryDirectory() as folder:
        one = _command(Path(folder), 1)
        limit = RENDERING + BEYOND_RENDERING
        forget = partial(shutil.rmtree, Path(folder, ".cache"), ignore_errors=True)
        found = [
            timed(f"verify `{BLUEPRINT}` in one environment, nothing kept", one, limit=limit, before=forget),
            timed("verify it again, unchanged", one, limit=limit),
        ]
        for count in ENVIRONMENTS:
            command = _command(Path(folder), count)
            found.append(timed(f"verify it in {count} environments, nothing kept", command, limit=None, before=forget))
    return found


def _command(folder: Path, count: int) -> list[str]:
    """Give the blueprint that many environments, each a little different, and return what verifies them all."""
    given = json.loads((REPOSITORY / "params" / BLUEPRINT / "prod.json").read_text())
    place = folder / "params" / BLUEPRINT
    place.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        given["Parameters"]["ProjectName"] = f"project-{number}"
        (place / f"prod-{number}.json").write_text(json.dumps(given))
    return ["-m", "benchmarks.verify", str(folder)]


def main() -> None:
    """Verify, as `build.py verify` does."""
    from stackwright.cli import run
    from stackwright.project import Project

    sys.exit(run(["verify", BLUEPRINT], project=Project(Path(sys.argv[1]), {BLUEPRINT: BLUEPRINTS[BLUEPRINT]})))


if __name__ == "__main__":
    main()
