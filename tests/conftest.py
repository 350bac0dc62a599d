"""What all tests stand on."""

from __future__ import annotations

import gc
import signal

import pytest
from hypothesis import strategies

import stackwright.emulator  # noqa: F401  All sessions of botocore share the models that one has read.
from stackwright.cli import NEW_OBJECTS_BETWEEN_COLLECTIONS


def pytest_configure() -> None:
    gc.set_threshold(NEW_OBJECTS_BETWEEN_COLLECTIONS)
    # Makes Unicode's tables where they are not kept yet: a second and more, for which Hypothesis would blame a test.
    strategies.text().validate()
    # A shell starts what goes on in the background deaf to SIGINT, and what a test starts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Workers are given whole modules in this order; a long one at the end would leave all others idle.
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)
