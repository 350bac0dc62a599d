"""What all tests stand on."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    # A shell starts what goes on in the background deaf to SIGINT, and what a test starts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
