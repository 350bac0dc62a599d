"""What can be asked before anything is created, and would otherwise fail half an hour later.

    subject   the plan as a resolved graph with the account's real parameters, and what the stack holds already
    checks/   one question a module, found by walking the package: number, name, claim, why, source, and the asking
    examine   every check on one subject, side by side; what AWS would not tell is told as such
    report    results as lines and as JSON

Nothing here changes anything. `deploy` runs it before it publishes, `build.py preflight` by itself.
"""

from __future__ import annotations

import pkgutil
from pathlib import Path

CHECKS = Path(__file__).parent / "checks"


def names() -> list[str]:
    """Return the checks' names in alphabetical order, without importing one."""
    return sorted(each.name.replace("_", "-") for each in pkgutil.iter_modules([str(CHECKS)]))
