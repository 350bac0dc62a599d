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
    assert findings(RULE, seeded(blueprint="fargate-bluegreen")) == []


GROUP = "Codedeploy/DeploymentGroup"


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("AutoRollbackConfiguration", "Enabled", False),
        ("AutoRollbackConfiguration", "Events", ["DEPLOYMENT_FAILURE"]),
        ("AutoRollbackConfiguration", "Events", ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]),
        ("AlarmConfiguration", "Enabled", False),
        ("AlarmConfiguration", "Alarms", []),
        ("AlarmConfiguration", "Alarms", [{"Name": ""}]),
    ],
)
def test_a_group_of_codedeploy_that_does_not_is_found(part: str, key: str, value: object) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, GROUP)["Properties"][part][key] = value

    (line,) = told(RULE, seeded(seed, blueprint="fargate-bluegreen"))
    assert line.startswith(f"{GROUP} {part}.{key}: a release that")


def test_a_group_of_codedeploy_that_says_nothing_lacks_all_of_it() -> None:
    group = {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": {"ECSServices": [{"ServiceName": "web"}]}}
    lines = told(RULE, alone({"Group": group}))
    assert [line.split()[1] for line in lines] == [
        "AutoRollbackConfiguration.Enabled:",
        "AlarmConfiguration.Enabled:",
        "AutoRollbackConfiguration.Events:",
        "AutoRollbackConfiguration.Events:",
        "AlarmConfiguration.Alarms:",
    ]
    of_instances = {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": {}}
    assert findings(RULE, alone({"Group": of_instances})) == []


SHIFTING = ("BLUE_GREEN", "LINEAR", "CANARY")


@pytest.mark.parametrize("strategy", SHIFTING)
@pytest.mark.parametrize("blueprint", ["ec2-alb", "fargate-alb"])
def test_what_shifts_traffic_rolls_back_on_alarms(blueprint: str, strategy: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, DeploymentStrategy=strategy)) == []


@pytest.mark.parametrize("switch", ["Enable", "Rollback"])
def test_without_alarms_it_does_not(switch: str) -> None:
    def seed(stacks: STACKS) -> None:
        configuration = resource(stacks, "Service/Service")["Properties"]["DeploymentConfiguration"]
        configuration["Alarms"][switch] = False

    (line,) = told(RULE, seeded(seed, DeploymentStrategy="BLUE_GREEN"))
    assert line.startswith(f"Service/Service DeploymentConfiguration.Alarms.{switch}: a release that")
    assert findings(RULE, seeded(seed)) == []


def test_an_alarm_that_rings_when_the_old_tasks_are_gone_is_found() -> None:
    lines = told(RULE, seeded(DeploymentStrategy="BLUE_GREEN", BakeTimeInMinutes="4"))
    assert lines == [
        "Service/Service DeploymentConfiguration.BakeTimeInMinutes: the old tasks are gone after 4 min, and "
        "Service/FailedTasks needs 5 min to ring"
    ]
    assert findings(RULE, seeded(DeploymentStrategy="BLUE_GREEN", BakeTimeInMinutes="5")) == []
