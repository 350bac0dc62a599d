from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.application import Application

from app.identity import accepted

ROOT = "1-67891233-abcdef012345678912345678"
SOUND = string.ascii_letters + string.digits + "._:/=+-"


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (f"Root={ROOT}", ROOT),
        (f"Self=1-67891234-12456789abcdef012345678;Root={ROOT}", ROOT),
        (f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1", ROOT),
        (f"Self=1-2-3; Root={ROOT}", ROOT),
        ("Root=", None),
        ("Root=a b", None),
        (f"NotRoot={ROOT}", None),
        ("", None),
        (None, None),
    ],
)
def test_root_of_a_trace_is_the_id(trace: str | None, expected: str | None) -> None:
    assert accepted(None, trace) == expected


def test_own_id_comes_before_the_trace() -> None:
    assert accepted("mine", f"Root={ROOT}") == "mine"


def test_unsound_id_gives_way_to_the_trace() -> None:
    assert accepted("a\nb", f"Root={ROOT}") == ROOT


@given(st.text(), st.text())
def test_whatever_is_given_only_sound_ids_are_accepted(one: str, other: str) -> None:
    found = accepted(one, "Root=" + other)
    assert found is None or (len(found) <= 128 and set(found) <= set(SOUND))


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/=+-]{0,127}", fullmatch=True))
def test_sound_ids_are_accepted(value: str) -> None:
    assert accepted(value, None) == value


def test_id_comes_back_and_stands_in_the_log(service: Application) -> None:
    answer = service.get("/status", X_Request_Id="abc-1")
    assert answer.headers["x-request-id"] == "abc-1"
    assert [line["path"] for line in service.lines() if line.get("request_id") == "abc-1"] == ["/status"]


def test_trace_comes_back_as_the_id(service: Application) -> None:
    assert service.get("/status", X_Amzn_Trace_Id=f"Root={ROOT}").headers["x-request-id"] == ROOT


@pytest.mark.parametrize("bad", ["x" * 129, 'a"b', "<script>", "a b", "-a"])
def test_unsound_id_is_replaced(service: Application, bad: str) -> None:
    found = service.get("/nope", X_Request_Id=bad).headers["x-request-id"]
    assert found != bad
    assert len(found) == 32


def test_two_requests_have_two_ids(service: Application) -> None:
    first, second = (service.get("/").headers["x-request-id"] for _ in range(2))
    assert first != second
