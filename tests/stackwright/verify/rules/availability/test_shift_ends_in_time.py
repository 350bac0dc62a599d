from __future__ import annotations

import pytest
from support.guarantees import alone, findings, seeded, told

RULE = "availability/shift-ends-in-time"


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"])
@pytest.mark.parametrize("blueprint", ["ec2-alb", "fargate-alb"])
def test_the_blueprints_end_in_time(blueprint: str, strategy: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, DeploymentStrategy=strategy)) == []


@pytest.mark.parametrize(
    ("strategy", "given", "key"),
    [
        ("LINEAR", {"StepPercent": "3", "StepBakeTimeInMinutes": "66"}, "LinearConfiguration.StepBakeTimeInMinutes"),
        ("CANARY", {"StepBakeTimeInMinutes": "1440", "BakeTimeInMinutes": "720"}, "CanaryConfiguration.CanaryBakeTime"),
    ],
)
def test_what_takes_longer_than_a_day_and_a_half_is_found(strategy: str, given: dict[str, str], key: str) -> None:
    (line,) = told(RULE, seeded(DeploymentStrategy=strategy, **given))
    assert f"DeploymentConfiguration.{key}" in line
    assert line.endswith("h, and CloudFormation gives up after 36")


@pytest.mark.parametrize(("minutes", "late"), [(700, False), (701, True)])
def test_the_last_step_is_not_waited_for(minutes: int, late: bool) -> None:
    # Four steps of 25 %, three waits between them; of 36 hours one is left for the rest, so 2,100 minutes are not late.
    given = {"StepPercent": "25", "StepBakeTimeInMinutes": str(minutes), "BakeTimeInMinutes": "0"}
    assert bool(findings(RULE, seeded(DeploymentStrategy="LINEAR", **given))) is late


def test_unknown_minutes_are_not_judged() -> None:
    linear = {"StepPercent": {"Ref": "AWS::NoValue"}, "StepBakeTimeInMinutes": "{{resolve:ssm:minutes}}"}
    configuration = {"Strategy": "LINEAR", "LinearConfiguration": linear}
    service = {"Type": "AWS::ECS::Service", "Properties": {"DeploymentConfiguration": configuration}}
    assert findings(RULE, alone({"Service": service})) == []
