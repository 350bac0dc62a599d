"""The local AWS kept running: what it takes for a delay."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright import serve
from stackwright.errors import BadInput


@pytest.mark.parametrize(
    "seconds",
    [
        "",
        "soon",
        "-1",
        "+1",
        "nan",
        "inf",
        "1e9",
        "1_0",
        ".5",
        "5.",
        "100000",
        "9" * 400,
        " 5",
        "5\n",
        "1=2",
        "\u0663",
        "\u00b2",
    ],
)
def test_a_delay_that_is_no_time_is_refused(seconds: str) -> None:
    with pytest.raises(BadInput, match=r"write TYPE=SECONDS, as AWS::ECS::Service=20; at most 99999") as refused:
        serve.serve(port=0, delay=[f"AWS::ECS::Service={seconds}"], region="us-east-1")
    assert len(str(refused.value)) < 300 and "\n" not in str(refused.value)


@pytest.mark.parametrize(("seconds", "read"), [("0", 0.0), ("20", 20.0), ("0.25", 0.25), ("99999", 99999.0)])
def test_a_delay_is_read_in_seconds(monkeypatch: pytest.MonkeyPatch, seconds: str, read: float) -> None:
    given: dict[str, Any] = {}

    class Ended:
        def __init__(self, *, delays: dict[str, float]) -> None:
            given.update(delays)

        def start(self, port: int) -> str:
            return f"http://localhost:{port}"

        def serve(self) -> None:
            """End at once."""

    monkeypatch.setattr("stackwright.emulator.server.LocalAws", Ended)
    assert serve.serve(port=0, delay=[f"AWS::ECS::Service={seconds}"], region="us-east-1") == 0
    assert given == {"AWS::ECS::Service": read}
