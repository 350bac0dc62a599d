from __future__ import annotations

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/deployment-rolls-back"


def test_a_service_that_rolls_back_passes() -> None:
    assert findings(RULE, seeded()) == []


@pytest.mark.parametrize("switch", ["Enable", "Rollback"])
def test_a_service_that_does_not_is_found(switch: str) -> None:
    def seed(stacks: STACKS) -> None:
        breaker = resource(stacks, "Service/Service")["Properties"]["DeploymentConfiguration"][
            "DeploymentCircuitBreaker"
        ]
        breaker[switch] = False

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"Service/Service DeploymentConfiguration.DeploymentCircuitBreaker.{switch}: a release")


def test_codedeploy_has_a_rollback_of_its_own() -> None:
    service = {"Type": "AWS::ECS::Service", "Properties": {"DeploymentController": {"Type": "CODE_DEPLOY"}}}
    assert findings(RULE, alone({"Service": service})) == []
