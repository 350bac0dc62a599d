"""Blueprints as files: `build/<blueprint>/root.json`, `nested/*.json` and one manifest over all of them.

Given the same blueprints and tools the bytes are the same on any machine: no times, no paths, no user. A file is
replaced as a whole and only when its bytes change, so that an unchanged build touches nothing and a reader
never sees half a file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import awacs
import troposphere

from stackwright import __version__
from stackwright.compose import Blueprint
from stackwright.errors import BadInput
from stackwright.wiring.text import as_text

ROOT = "root.json"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Rendered:
    """The files of one blueprint: relative path to sha256, and which of them were written anew."""

    blueprint: str
    folder: Path
    files: dict[str, str]
    changed: tuple[str, ...]

    @property
    def root(self) -> Path:
        return self.folder / ROOT

    @property
    def paths(self) -> list[Path]:
        """The files, root first."""
        return [self.folder / file for file in self.files]


def render(blueprints: Iterable[Blueprint], build: Path) -> list[Rendered]:
    """Write these blueprints below `build`, drop nested files they no longer have, and bring the manifest up to date.

    Blueprints that are not given keep their files and their place in the manifest. Raises BadInput if `build`
    cannot be written.
    """
    try:
        build.mkdir(parents=True, exist_ok=True)
        with _alone(build):
            rendered = [_render(blueprint, build / blueprint.name) for blueprint in blueprints]
            _write(build / MANIFEST, as_text(_manifest(rendered, build)).encode())
    except OSError as error:
        raise BadInput(
            f"{error.filename or build} cannot be written: {error.strerror}; make {build} a folder you may write to"
        ) from error
    return rendered


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one run at a time write: the manifest is read, added to and written, and strange files are dropped.

    The folder itself is locked, which leaves nothing behind; where there is no such lock, nothing is.
    """
    try:
        from fcntl import LOCK_EX, flock
    except ModuleNotFoundError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flock(descriptor, LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _render(blueprint: Blueprint, folder: Path) -> Rendered:
    documents = {ROOT: blueprint.root} | blueprint.nested
    contents = {file: as_text(body).encode() for file, body in documents.items()}
    (folder / "nested" if blueprint.nested else folder).mkdir(parents=True, exist_ok=True)
    changed = tuple(file for file, content in contents.items() if _write(folder / file, content))
    _drop_others(folder, contents)
    digests = {file: sha256(content).hexdigest() for file, content in contents.items()}
    return Rendered(blueprint.name, folder, digests, changed)


def _write(path: Path, content: bytes) -> bool:
    """Replace a file in one step if its bytes differ; return whether they did."""
    with suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return False
    # The process id keeps two runs at once apart where there is no lock.
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _drop_others(folder: Path, kept: Iterable[str]) -> None:
    nested = folder / "nested"
    names = {folder / file for file in kept}
    for path in [] if not nested.is_dir() else sorted(nested.iterdir()):
        if path not in names and path.is_file():
            path.unlink()
    with suppress(OSError):
        nested.rmdir()


def _manifest(rendered: list[Rendered], build: Path) -> dict[str, Any]:
    earlier = {name: files for name, files in _earlier(build).items() if (build / name / ROOT).is_file()}
    now = {each.blueprint: each.files for each in rendered}
    together = earlier | now
    makers = {"awacs": awacs.__version__, "stackwright": __version__, "troposphere": troposphere.__version__}
    return {
        "versions": makers,
        "blueprints": {name: together[name] for name in sorted(together)},
    }


def _earlier(build: Path) -> dict[str, dict[str, str]]:
    # A manifest that cannot be read is made anew: it holds nothing that the files do not.
    try:
        found = json.loads((build / MANIFEST).read_text(encoding="utf-8"))
        return dict(found["blueprints"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}
