from __future__ import annotations

import pytest
from support.guarantees import alone, findings, seeded, told

RULE = "operability/limits-have-room"
TOPIC = {"Type": "AWS::SNS::Topic"}


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
def test_ours_have_room(blueprint: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint)) == []


def outputs(count: int) -> dict[str, dict[str, str]]:
    return {f"Output{number}": {"Value": "x"} for number in range(count)}


def test_more_than_four_fifths_of_a_limit_is_found() -> None:
    assert findings(RULE, alone({"Topic": TOPIC}, Outputs=outputs(160))) == []
    problem = "CloudFormation takes 200, and less than a fifth of that is left"
    assert told(RULE, alone({"Topic": TOPIC}, Outputs=outputs(161))) == [f"root Outputs: {problem}"]


def test_bytes_count_too() -> None:
    long = {"Type": "AWS::SNS::Topic", "Metadata": {"Text": "x" * 800_000}}
    assert [line.split(":")[0] for line in told(RULE, alone({"Topic": long}))] == ["root bytes"]
