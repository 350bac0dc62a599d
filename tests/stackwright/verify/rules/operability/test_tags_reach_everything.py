from __future__ import annotations

import pytest
from support.guarantees import STACKS, findings, resource, seeded, told

RULE = "operability/tags-reach-everything"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_reach(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


def test_a_service_that_keeps_its_tags_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/Service")["Properties"]["PropagateTags"] = "NONE"

    assert told(RULE, seeded(seed)) == ["Service/Service PropagateTags: its tasks carry no tags"]


def test_a_group_whose_tags_stay_with_it_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        for each in resource(stacks, "Cluster/AutoScalingGroup")["Properties"]["Tags"]:
            each["PropagateAtLaunch"] = each["Key"] != "Project"

    assert told(RULE, seeded(seed)) == ["Cluster/AutoScalingGroup Tags: what it starts has no Project tag"]


def test_untagged_volumes_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "Cluster/LaunchTemplate")["Properties"]["LaunchTemplateData"]["TagSpecifications"][1]

    problem = "what it starts has no Project and no Environment tag"
    assert told(RULE, seeded(seed)) == [f"Cluster/LaunchTemplate TagSpecifications.volume: {problem}"]
