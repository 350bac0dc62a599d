from __future__ import annotations

import base64

import pytest

from stackwright.resolve.symbols import Symbol, Text, apply
from stackwright.verify.user_data import text

SYMBOL = Symbol("Other", "Ref")


@pytest.mark.parametrize(
    ("data", "known"),
    [
        ("echo hello", "echo hello"),
        (base64.b64encode(b"echo hello").decode(), "echo hello"),
        (apply("Fn::Base64", Text(("echo ", SYMBOL))), "echo ${Other.Ref}"),
        (SYMBOL, ""),
        (None, ""),
    ],
)
def test_user_data_is_decoded_as_far_as_it_is_known(data: object, known: str) -> None:
    assert text(data) == known
