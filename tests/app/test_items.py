from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.application import Application

from app.items import LEAST, MOST, parse


@given(st.integers(LEAST, MOST))
def test_every_number_of_64_bits_is_an_id(value: int) -> None:
    assert parse(str(value)) == value


@given(st.integers(max_value=LEAST - 1) | st.integers(MOST + 1))
def test_no_other_number_is(value: int) -> None:
    assert parse(str(value)) is None


@given(st.text())
def test_any_text_is_a_plain_number_or_refused(text: str) -> None:
    value = parse(text)
    assert value is None or (text.isascii() and int(text) == value)


@pytest.mark.parametrize("text", ["", "-", "+1", "1_0", " 1", "1\n", "1.0", "0x1", "\u0661"])
def test_what_int_would_take_but_is_no_plain_number_is_refused(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("path", ["/items/5", "/backend/items/5"])
def test_item_is_given_back(service: Application, path: str) -> None:
    assert service.get(path).json() == {"item_id": 5, "q": None}


def test_query_is_given_back(service: Application) -> None:
    assert service.get("/items/-7?q=caf%C3%A9%20%22").json() == {"item_id": -7, "q": 'café "'}


@pytest.mark.parametrize(
    ("query", "given_back"), [("", None), ("?q=", ""), ("?q", ""), ("?q=1&q=2", "1"), ("?r=1", None)]
)
def test_empty_query_is_not_an_absent_one(service: Application, query: str, given_back: str | None) -> None:
    assert service.get("/items/5" + query).json() == {"item_id": 5, "q": given_back}


@pytest.mark.parametrize("given_id", ["x", "1.5", "%31x", "9223372036854775808", "%0a", "%ff"])
def test_bad_id_is_a_bad_request(service: Application, given_id: str) -> None:
    answer = service.get("/items/" + given_id)
    assert answer.status == 400
    assert answer.json() == {
        "status": 400,
        "error": "The id must be a whole number of 64 bits",
        "request_id": answer.headers["x-request-id"],
    }
