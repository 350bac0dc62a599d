from __future__ import annotations

import pytest
from support.guarantees import STACKS, alone, findings, seeded, told

RULE = "operability/outputs-are-used"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
def test_ours_are_used_or_described(blueprint: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint)) == []


def test_an_output_nobody_reads_or_describes_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        stacks["vpc"]["Outputs"]["Spare"] = {"Value": "x"}

    problem = "no stack reads it, and nobody is told what it is"
    assert told(RULE, seeded(seed)) == [f"nested/vpc.json Outputs.Spare: {problem}"]


def test_a_description_is_enough() -> None:
    outputs = {"Name": {"Value": "x", "Description": "What to call it"}}
    assert findings(RULE, alone({"Topic": {"Type": "AWS::SNS::Topic"}}, Outputs=outputs)) == []
