"""Which AWS a verb works on, and what contradicts --local."""

from __future__ import annotations

import pytest

from stackwright.errors import BadInput
from stackwright.place import check_local, place


@pytest.mark.parametrize("profile", [None, "", "mine"])
@pytest.mark.parametrize("endpoint", ["", "http://localhost:5005", "http://127.0.0.1:5005", "http://[::1]:5005"])
def test_a_profile_contradicts_the_local_aws(
    monkeypatch: pytest.MonkeyPatch, profile: str | None, endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    if not profile:
        check_local(profile)
        return
    with pytest.raises(BadInput, match="--local needs no --profile: give one of the two"):
        check_local(profile)


@pytest.mark.parametrize("endpoint", ["https://sts.amazonaws.com", "http://192.0.2.1:5005", "http://localhost.evil"])
def test_the_local_aws_is_never_another_machine(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with (
        pytest.raises(BadInput, match="unset one of the two"),
        place(local=True, profile=None, region="us-east-1"),
    ):
        raise AssertionError("not refused")
