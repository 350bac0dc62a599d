from __future__ import annotations

import pytest
from support.guarantees import STACKS, findings, resource, seeded, told

RULE = "availability/request-scaling-follows-traffic"


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"])
def test_the_blueprint_scales_on_requests_only_where_it_can(strategy: str) -> None:
    assert findings(RULE, seeded(DeploymentStrategy=strategy)) == []


def _always(stacks: STACKS) -> None:
    del resource(stacks, "Scaling/Requests")["Condition"]


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY"])
def test_a_policy_on_the_group_that_may_be_idle_is_found(strategy: str) -> None:
    (line,) = told(RULE, seeded(_always, DeploymentStrategy=strategy))
    assert line.startswith("Scaling/Requests TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification")
    assert line.endswith("deployments of Service/Service move the traffic away from the target group that it looks at")


def test_codedeploy_moves_it_as_well() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/Service")["Properties"]["DeploymentController"] = {"Type": "CODE_DEPLOY"}

    assert len(findings(RULE, seeded(seed))) == 1
