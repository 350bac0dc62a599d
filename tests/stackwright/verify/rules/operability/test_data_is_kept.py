from __future__ import annotations

import pytest
from support.guarantees import STACKS, findings, resource, seeded, told

RULE = "operability/data-is-kept"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
def test_ours_is_kept(blueprint: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint)) == []


@pytest.mark.parametrize(
    ("policy", "value", "problem"),
    [
        ("DeletionPolicy", "Delete", "its data goes with the stack"),
        ("UpdateReplacePolicy", "RetainExceptOnCreate", "its data goes when a property has it replaced"),
    ],
)
def test_data_that_goes_is_found(policy: str, value: str, problem: str) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Registry/Repository")[policy] = value

    assert told(RULE, seeded(seed)) == [f"Registry/Repository {policy}: {problem}"]
