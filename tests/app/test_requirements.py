"""What an image installs is what was tested."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# No part of what pip freezes.
UNFROZEN = {"setuptools"}


def _pinned(file: str) -> dict[str, str]:
    content = (REPOSITORY / file).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", content, flags=re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_versions_are_those_tested() -> None:
    tested, installed = _pinned("constraints.txt"), _pinned("app/requirements.txt")
    assert "sanic" in installed
    assert {name: tested.get(name) for name in installed.keys() - UNFROZEN} == {
        name: version for name, version in installed.items() if name not in UNFROZEN
    }


def test_every_package_has_its_hashes() -> None:
    content = (REPOSITORY / "app" / "requirements.txt").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[a-z])", content)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_asked_for_is_what_the_extra_names() -> None:
    config = configparser.RawConfigParser()
    config.read(REPOSITORY / "setup.cfg")
    asked = (REPOSITORY / "app" / "requirements.in").read_text(encoding="utf-8")
    assert _lines(asked) == _lines(config["options.extras_require"]["app"])


def test_service_imports_nothing_else() -> None:
    imported: set[str] = set()
    for file in (REPOSITORY / "app").glob("*.py"):
        imported |= set(re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert imported & {"nested", "stackwright", "templates", "boto3", "troposphere"} == set()
