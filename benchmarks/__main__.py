"""Measure every claim, or those named, and print the table that goes into the docs.

`python -m benchmarks` or `python -m benchmarks render services`
"""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module

from benchmarks.measure import RUNS, Row, table

CLAIMS = ("render", "services", "build", "verify", "deploy")


def main() -> None:
    """Print the table on stdout, what is being measured on stderr."""
    rows: list[Row] = []
    for name in sys.argv[1:] or CLAIMS:
        sys.stderr.write(f"measuring {name}\n")
        rows += import_module(f"benchmarks.{name}").rows()
    sys.stdout.write(
        f"Medians of {RUNS} whole processes, Python {platform.python_version()}, {os.cpu_count()} cores.\n\n"
    )
    sys.stdout.write(table(rows))


if __name__ == "__main__":
    main()
