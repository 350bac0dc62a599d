"""Live weights against a change set: an update may write a rule anew only where nothing has moved."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.aws_shapes import Held
from stackwright.deploy.changes import Change, Verdict
from stackwright.deploy.judge import Templates
from stackwright.deploy.weights import LISTENER, RULE, refuse_collisions, shares, told
from stackwright.errors import StackwrightError

BLUE, GREEN = (f"arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/{color}/1" for color in ("blue", "green"))


class Live:
    """AWS with one rule and one listener, both with these weights."""

    def __init__(self, **weights: float) -> None:
        groups = [{"TargetGroupArn": arn, "Weight": weights[name]} for name, arn in (("blue", BLUE), ("green", GREEN))]
        self.actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        if operation == "describe_rules":
            return {"Rules": [{"Actions": self.actions}]}
        return {"Listeners": [{"DefaultActions": self.actions}]}

    def held(self, stack_id: str) -> list[Held]:
        assert stack_id == "nested-id"
        return [Held("Blue", BLUE, "", ""), Held("Green", GREEN, "", "")]


def forward(**weights: int) -> list[dict[str, Any]]:
    groups = [{"TargetGroupArn": {"Ref": name}, "Weight": weight} for name, weight in weights.items()]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def refuse(live: Live, actions: Any, *, kind: str = RULE, verdict: Verdict = Verdict.CERTAIN) -> None:
    member = {RULE: "Actions", LISTENER: "DefaultActions"}[kind]
    rule = {"Type": kind, "Properties": {member: actions}}
    root = {"Resources": {"Service": {"Properties": {"TemplateURL": "s"}}}}
    known = Templates(root, {"s": {"Resources": {"Rule": rule}}})
    child = Change("Service/Rule", kind, "Modify", physical_id="arn", verdict=verdict)
    parent = Change("Service", "AWS::CloudFormation::Stack", "Modify", physical_id="nested-id", children=(child,))
    refuse_collisions(live, (parent,), known, stack_id="root-id")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [RULE, LISTENER])
def test_traffic_that_has_moved_is_not_sent_back(kind: str) -> None:
    with pytest.raises(StackwrightError, match=r"send 100 % to blue, while 100 % to green is sent now"):
        refuse(Live(blue=0, green=100), forward(Blue=100, Green=0), kind=kind)


def test_traffic_half_way_is_left_alone() -> None:
    with pytest.raises(StackwrightError, match=r"while 90 % to blue and 10 % to green is sent now"):
        refuse(Live(blue=90, green=10), forward(Blue=100, Green=0))


@pytest.mark.parametrize(
    ("live", "actions", "verdict"),
    [
        (Live(blue=1, green=0), forward(Blue=100, Green=0), Verdict.CERTAIN),
        (Live(blue=0, green=100), forward(Blue=100, Green=0), Verdict.IDLE),
        (Live(blue=0, green=100), [{"Type": "fixed-response"}], Verdict.CERTAIN),
        (Live(blue=0, green=100), {"Fn::If": ["Encrypted", [], []]}, Verdict.CERTAIN),
    ],
)
def test_what_moves_nothing_goes_on(live: Live, actions: Any, verdict: Verdict) -> None:
    refuse(live, actions, verdict=verdict)


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 999), min_size=1, max_size=4))
def test_shares_are_of_a_hundred(weights: dict[str, int]) -> None:
    found = shares(weights.items())
    assert not found or sum(found.values()) == pytest.approx(100, abs=0.3)
    assert set(found) == {group for group, weight in weights.items() if weight}
    assert told(found).count("%") >= len(found)
