from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from stackwright.aws_shapes import Event

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROOT_ID = "arn:stack/shop-dev"


@pytest.fixture
def event() -> Callable[..., Event]:
    """Make events, each a second after the one before."""
    numbers: Iterator[int] = count()

    def make(
        logical_id: str,
        status: str,
        kind: str = "AWS::EC2::VPC",
        *,
        stack: str = ROOT_ID,
        physical_id: str = "",
        reason: str = "",
    ) -> Event:
        number = next(numbers)
        return Event(
            id=f"event-{number}",
            stack_id=stack,
            logical_id=logical_id,
            physical_id=physical_id,
            type=kind,
            status=status,
            reason=reason,
            time=START + timedelta(seconds=number),
        )

    return make


@pytest.fixture
def own(event: Callable[..., Event]) -> Callable[..., Event]:
    """Make events of a stack about itself."""

    def make(status: str, *, stack: str = ROOT_ID, **others: Any) -> Event:
        return event("itself", status, "AWS::CloudFormation::Stack", stack=stack, physical_id=stack, **others)

    return make


@pytest.fixture
def nested(event: Callable[..., Event]) -> Callable[..., Event]:
    """Make events of the root about its nested stack `Vpc`."""

    def make(status: str, **others: Any) -> Event:
        return event("Vpc", status, "AWS::CloudFormation::Stack", physical_id="arn:stack/vpc", **others)

    return make
