from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, findings, seeded, told

RULE = "availability/deployment-keeps-serving"


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_the_blueprint_keeps_serving(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


def test_a_service_that_may_stop_everything_is_found() -> None:
    (line,) = told(RULE, seeded(MinimumHealthyPercent="0"))
    assert line == (
        "Service/Service DeploymentConfiguration.MinimumHealthyPercent: a deployment may stop every task before a new "
        "one answers"
    )


@pytest.mark.parametrize(
    "service",
    [
        {},
        {"DesiredCount": 2, "DeploymentConfiguration": {"MinimumHealthyPercent": 1}},
        {"DesiredCount": 0, "DeploymentConfiguration": {"MinimumHealthyPercent": 0}},
        {"SchedulingStrategy": "DAEMON", "DeploymentConfiguration": {"MinimumHealthyPercent": 0}},
        {"DeploymentController": {"Type": "CODE_DEPLOY"}, "DeploymentConfiguration": {"MinimumHealthyPercent": 0}},
        {"DeploymentConfiguration": {"MinimumHealthyPercent": {"Ref": "Stored"}}},
    ],
    ids=["defaults", "rounded-up", "at-rest", "daemon", "another-controller", "unknown"],
)
def test_who_keeps_a_task_passes(service: dict[str, Any]) -> None:
    stored = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored"}}
    assert (
        findings(RULE, alone({"Service": {"Type": "AWS::ECS::Service", "Properties": service}}, Parameters=stored))
        == []
    )
