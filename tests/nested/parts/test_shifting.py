"""Shifting: each strategy has what it needs and nothing of another's, and may move this service's traffic alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.services import FED, deployed, properties

from nested import service
from nested.parts import shifting
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

SHIFTING = ("BLUE_GREEN", "LINEAR", "CANARY")
LISTENER = {"TestListenerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/lb/1/3"}
HOOK = "arn:aws:lambda:eu-west-1:123456789012:function:approve"


def configuration(**given: str) -> dict[str, Any]:
    found: dict[str, Any] = properties(deployed(**given), "Service")["DeploymentConfiguration"]
    return found


def balancer(**given: str) -> dict[str, Any]:
    (found,) = properties(deployed(**given), "Service")["LoadBalancers"]
    return dict(found)


def test_rolling_has_nothing_that_shifts() -> None:
    found = configuration()
    assert found["Strategy"] == "ROLLING"
    assert not {"BakeTimeInMinutes", "LinearConfiguration", "CanaryConfiguration", "LifecycleHooks"} & found.keys()
    assert found["DeploymentCircuitBreaker"]["Enable"] is found["DeploymentCircuitBreaker"]["Rollback"] is True
    assert "AdvancedConfiguration" not in balancer()
    assert not {"TrafficRole", "FailedTask", "FailedTasks"} & deployed().resources.keys()


@pytest.mark.parametrize(
    ("strategy", "own"),
    [
        ("BLUE_GREEN", {}),
        ("LINEAR", {"LinearConfiguration": {"StepPercent": "25", "StepBakeTimeInMinutes": "4"}}),
        ("CANARY", {"CanaryConfiguration": {"CanaryPercent": "5", "CanaryBakeTimeInMinutes": "4"}}),
    ],
)
def test_a_strategy_has_its_own_steps_alone(strategy: str, own: dict[str, Any]) -> None:
    steps = {"StepPercent": "25", "CanaryPercent": "5", "StepBakeTimeInMinutes": "4", "BakeTimeInMinutes": "7"}
    found = configuration(DeploymentStrategy=strategy, **steps)
    assert (found["Strategy"], found["BakeTimeInMinutes"]) == (strategy, "7")
    assert {key: found[key] for key in ("LinearConfiguration", "CanaryConfiguration") if key in found} == own


@pytest.mark.parametrize("strategy", SHIFTING)
def test_the_circuit_breaker_is_off_and_says_so(strategy: str) -> None:
    # Left out, an update of a service that had it on may leave it on.
    found = configuration(DeploymentStrategy=strategy)["DeploymentCircuitBreaker"]
    assert found == {"Enable": False, "Rollback": False}


@pytest.mark.parametrize("strategy", SHIFTING)
def test_traffic_moves_from_the_primary_group_to_the_alternate_one_by_the_production_rule(strategy: str) -> None:
    found = balancer(DeploymentStrategy=strategy)
    assert found["TargetGroupArn"] == "${TargetGroup.Ref}"
    assert found["AdvancedConfiguration"] == {
        "AlternateTargetGroupArn": "${AlternateTargetGroup.Ref}",
        "ProductionListenerRule": "${ListenerRule.Ref}",
        "RoleArn": "${TrafficRole.Arn}",
    }


def test_with_a_test_listener_the_next_revision_is_shown_there_first() -> None:
    assert "TestListenerRule" not in deployed(DeploymentStrategy="BLUE_GREEN").resources
    found = balancer(DeploymentStrategy="BLUE_GREEN", **LISTENER)["AdvancedConfiguration"]
    assert found["TestListenerRule"] == "${TestListenerRule.Ref}"


@pytest.mark.parametrize(
    ("listener", "rules"), [({}, ["ListenerRule"]), (LISTENER, ["ListenerRule", "TestListenerRule"])]
)
def test_ecs_may_move_this_services_traffic_and_no_other(listener: dict[str, str], rules: list[str]) -> None:
    role = properties(deployed(DeploymentStrategy="BLUE_GREEN", **listener), "TrafficRole")
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs.amazonaws.com"}
    looks, registers, moves = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert all(action.startswith("elasticloadbalancing:Describe") for action in looks["Action"])
    assert registers["Resource"] == ["${TargetGroup.Ref}", "${AlternateTargetGroup.Ref}"]
    assert (moves["Action"], moves["Resource"]) == (
        "elasticloadbalancing:ModifyRule",
        [f"${{{each}.Ref}}" for each in rules],
    )


def hooked(**given: str) -> dict[str, Any]:
    template = service.template(capacity="fargate", hooks=("POST_TEST_TRAFFIC_SHIFT",)).to_dict()
    graph = resolve(template, {}, FED | given, region="eu-west-1", stack_name="shop-prod-Service-1A2B")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_a_hook_asks_its_function_at_its_stages_and_may_call_no_other() -> None:
    found = hooked(DeploymentStrategy="BLUE_GREEN", LifecycleHookArn=HOOK)
    (hook,) = found["Service"]["DeploymentConfiguration"]["LifecycleHooks"]
    assert hook == {
        "HookTargetArn": HOOK,
        "RoleArn": "${HookRole.Arn}",
        "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
    }
    (statement,) = found["HookRole"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("lambda:InvokeFunction", HOOK)


@pytest.mark.parametrize("given", [{}, {"DeploymentStrategy": "BLUE_GREEN"}, {"LifecycleHookArn": HOOK}])
def test_without_a_function_or_with_rolling_nobody_is_asked(given: dict[str, str]) -> None:
    found = hooked(**given)
    assert "LifecycleHooks" not in found["Service"]["DeploymentConfiguration"]
    assert "HookRole" not in found


def test_without_the_option_there_is_no_question_for_a_function() -> None:
    assert "LifecycleHookArn" not in json.dumps(service.template(hooks=()).to_dict())


@pytest.mark.parametrize("stage", ["SCALE_UP", "BAKE_TIME", "AfterAllowTraffic"])
def test_a_stage_that_takes_no_hook_is_refused(stage: str) -> None:
    with pytest.raises(ValueError, match=f"lifecycle hook at {stage}"):
        service.template(hooks=(stage,))


def test_the_stages_are_those_of_ecs() -> None:
    import botocore.session

    model = botocore.session.get_session().get_service_model("ecs")
    assert set(shifting.STAGES) == set(model.shape_for("DeploymentLifecycleHookStage").enum)
