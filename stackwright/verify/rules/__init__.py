"""Every rule there is, found by walking this package: `<promise>/<rule>.py` is the rule `<promise>/<rule>`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from stackwright.verify.rule import Rule

# In the order a report tells them.
PROMISES = ("availability", "security", "operability")


def names() -> list[str]:
    """Return every rule's name, promise by promise, without importing one."""
    return list(_modules())


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its name, promise by promise."""
    return {name: import_module(f"{__name__}.{module}").RULE for name, module in _modules().items()}


def _modules() -> dict[str, str]:
    here = Path(__file__).parent
    files = [path for promise in PROMISES for path in sorted((here / promise).glob("[!_]*.py"))]
    return {f"{path.parent.name}/{path.stem.replace('_', '-')}": f"{path.parent.name}.{path.stem}" for path in files}
