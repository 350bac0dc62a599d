"""The process: `python -m app`. Exit status 0 after an orderly end, 1 if it cannot listen, 2 for a bad setting."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> int:
    """Run the service until it is told to stop; return the exit status."""
    # Process 1 is deaf to signals that it does not handle, and importing the rest takes a moment.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _leave)

    from app import config, server

    try:
        return server.run(config.read(os.environ))
    except config.BadSetting as error:
        sys.stderr.write(f"app: {error}\n")
        return 2
    except server.CannotListen as error:
        sys.stderr.write(f"app: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
