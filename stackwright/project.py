"""The project a verb works on: its blueprints by name, its parameter files, and where output goes."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright.errors import BadInput, StackwrightError
from stackwright.quoting import named, quoted

if TYPE_CHECKING:
    from stackwright.compose import Blueprint

ACCEPTED_RISKS = "accepted-risks.json"  # beside a blueprint's parameter files; no environment

_ENVIRONMENT = re.compile(r"[A-Za-z0-9-]+")  # what may end a stack's name
_NAMING = "an environment is named in letters, digits and hyphens, because its stacks are"


@dataclass(frozen=True)
class Project:
    """A folder with blueprints; `makers` maps a blueprint's name to the function that composes it."""

    root: Path
    makers: Mapping[str, Callable[[], Blueprint]]

    @property
    def build(self) -> Path:
        """Where rendered files go."""
        return self.root / "build"

    @property
    def cache(self) -> Path:
        """Where results are kept that the same content would give again."""
        return self.root / ".cache" / "stackwright"

    def names(self, given: Sequence[str] = ()) -> list[str]:
        """Return these blueprints' names, each once, or all; raises BadInput for an unknown one."""
        for name in given:
            if name not in self.makers:
                raise BadInput(f"no blueprint {quoted(name)}{_mend(name, self.makers)}")
        return list(dict.fromkeys(given)) or list(self.makers)

    def blueprint(self, name: str) -> Blueprint:
        """Return the composed blueprint; raises BadInput for an unknown name and for Python that fails."""
        from stackwright.compose import translated

        make = self.makers[self.names([name])[0]]
        try:
            with translated(name):
                return make()
        except StackwrightError:
            raise
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            raise BadInput(f"blueprint {name} cannot be composed\n{self._place_of(error)}: {told}") from error

    def _place_of(self, error: Exception) -> str:
        """Return the innermost line of the project's own code that an exception passed through."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if Path(frame.filename).is_relative_to(self.root)]
        return f"{self.shown(Path(own[-1].filename))}:{own[-1].lineno}" if own else "outside the project"

    def environments(self, blueprint: str) -> list[str]:
        """Return the environments that a blueprint has a parameter file for, in order of name.

        What an editor keeps beside a file, hidden by a dot, is none.
        """
        files = self.params(blueprint).glob("[!.]*.json")
        return sorted(path.stem for path in files if path.name != ACCEPTED_RISKS)

    def strays(self) -> list[str]:
        """Return the names of folders of parameter files that belong to no blueprint."""
        folders = (path.name for path in (self.root / "params").glob("[!.]*/") if path.is_dir())
        return sorted(name for name in folders if name not in self.makers)

    def parameter_file(self, blueprint: str, environment: str) -> Path:
        """Return the file; raises BadInput when blueprint or environment is unknown."""
        known = self.environments(self.names([blueprint])[0])
        if environment not in known:
            raise BadInput(f"no environment {quoted(environment)} of {blueprint}{_mend(environment, known)}")
        path = self.params(blueprint) / f"{environment}.json"
        if not _ENVIRONMENT.fullmatch(environment):
            raise BadInput(f"{named(self.shown(path))}: {_NAMING}; rename the file")
        return path

    def shown(self, path: Path) -> str:
        """Return a path as a person would type it here."""
        return os.path.relpath(path)

    def params(self, blueprint: str) -> Path:
        """Return the folder of a blueprint's parameter files."""
        return self.root / "params" / blueprint


def _mend(word: str, known: Mapping[str, object] | Sequence[str]) -> str:
    """Return the names closest to a misspelt one, or all there are when none is close."""
    from stackwright.aws_errors import near_misses

    there = f"; there is {', '.join(known)}" if known else "; there is none"
    return near_misses(word, known) or there
