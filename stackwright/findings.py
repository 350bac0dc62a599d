"""A finding: what a linter says of one place in one template."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """`path` is the place in the template (`Resources/Vpc/Properties/CidrBlock`), `level` the linter's word."""

    path: str
    rule: str
    level: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class Job:
    """A template to lint: its file, whether it is a root, and a hash of all its meaning hangs on."""

    path: str
    root: bool
    content: str
