"""Conditions of bucket policies decide whether a statement applies."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.emulator.services.bucket_policies import applying


def _statement(condition: dict[str, Any] | None) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    return statement | ({"Condition": condition} if condition else {})


@pytest.mark.parametrize(
    ("condition", "applies"),
    [
        (None, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, False),
    ],
)
def test_statement_applies_only_where_its_condition_holds(condition: dict[str, Any] | None, applies: bool) -> None:
    kept = applying({"Statement": [_statement(condition)]})["Statement"]
    assert len(kept) == applies


def test_a_single_statement_need_not_be_a_list() -> None:
    assert len(applying({"Statement": _statement(None)})["Statement"]) == 1
