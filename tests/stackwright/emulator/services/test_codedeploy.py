"""ECS deployments by CodeDeploy: what they do to the listener, how they end, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from support.blue_green import EVENTS, Bed, bed_of

from stackwright.emulator.services import codedeploy_traffic, ecs_task_sets
from stackwright.emulator.services.codedeploy_configs import steps

Client = Callable[..., Any]


@pytest.fixture
def bed(client: Client) -> Bed:
    return bed_of(client)


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_service_begins_with_one_task_set_in_production(bed: Bed) -> None:
    (only,) = bed.service()["taskSets"]
    assert (only["status"], only["runningCount"], only["computedDesiredCount"]) == ("PRIMARY", 2, 2)
    assert bed.service()["deployments"] == []


def test_a_deployment_goes_through_its_events_and_leaves_the_traffic_on_the_other_group(bed: Bed) -> None:
    bed.group()
    assert bed.weights() == {"blue": 100, "green": 0}
    done = bed.ended(bed.release())
    assert done["status"] == "Succeeded"
    assert bed.events(done) == dict.fromkeys(EVENTS, "Succeeded")
    assert bed.weights() == bed.weights("test") == {"green": 100, "blue": 0}
    (only,) = bed.service()["taskSets"]
    assert only["loadBalancers"][0]["targetGroupArn"] == bed.groups["green"]
    assert bed.images() == {bed.image()}


def test_the_next_deployment_comes_back_to_the_first_group(bed: Bed) -> None:
    bed.group()
    bed.ended(bed.release())
    bed.ended(bed.release(bed.image("two")))
    assert bed.weights() == {"blue": 100, "green": 0}
    assert bed.images() == {bed.image("two")}


def test_before_traffic_moves_production_is_as_it_was_and_the_test_listener_leads_to_the_replacement(bed: Bed) -> None:
    bed.group(ready="STOP_DEPLOYMENT")
    deployment = bed.reached(bed.release(), "Ready")
    assert bed.weights() == {"blue": 100, "green": 0}
    assert bed.weights("test") == {"green": 100, "blue": 0}
    target = bed.target(deployment)
    assert [each["trafficWeight"] for each in target["taskSetsInfo"]] == [100.0, 0.0]
    assert [each["taskSetLabel"] for each in target["taskSetsInfo"]] == ["Blue", "Green"]
    assert [each["runningCount"] for each in target["taskSetsInfo"]] == [2, 2]
    bed.codedeploy.continue_deployment(deploymentId=deployment["deploymentId"], deploymentWaitType="READY_WAIT")
    assert bed.ended(deployment["deploymentId"])["status"] == "Succeeded"


def test_tasks_that_never_get_healthy_end_it_and_the_original_stays(bed: Bed) -> None:
    bed.group(events=("DEPLOYMENT_FAILURE",))
    bed.push("sick", {"stackwright.local/healthy": "false"})
    failed = bed.ended(bed.release(bed.image("sick")))
    assert failed["status"] == "Failed"
    assert failed["errorInformation"]["code"] == "TIMEOUT"
    assert "replacement task set to become healthy" in failed["errorInformation"]["message"]
    assert bed.events(failed) == {"BeforeInstall": "Succeeded", "Install": "Failed"} | dict.fromkeys(
        EVENTS[2:], "Skipped"
    )
    back = bed.codedeploy.get_deployment(deploymentId=failed["rollbackInfo"]["rollbackDeploymentId"])["deploymentInfo"]
    assert (back["creator"], back["status"]) == ("codeDeployRollback", "Succeeded")
    assert bed.weights() == {"blue": 100, "green": 0}
    assert bed.images() == {"public.ecr.aws/x/bootstrap:1"}
    assert "Task failed" in bed.stop_reasons()


def test_an_image_that_is_not_there_says_so_of_the_stopped_tasks(bed: Bed) -> None:
    bed.group()
    assert bed.ended(bed.release(bed.image("missing")))["status"] == "Failed"
    assert "CannotPullContainerError" in bed.stop_reasons()


@pytest.mark.parametrize("events", [(), ("DEPLOYMENT_STOP_ON_ALARM",)])
def test_an_alarm_stops_it_and_rolls_back_where_told_to(bed: Bed, events: tuple[str, ...]) -> None:
    bed.group(ready="STOP_DEPLOYMENT", events=events, alarm="errors")
    deployment = bed.reached(bed.release(), "Ready")
    bed.client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    stopped = bed.ended(deployment["deploymentId"])
    assert (stopped["status"], stopped["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    assert ("rollbackDeploymentId" in stopped["rollbackInfo"]) == bool(events)
    assert bed.weights() == {"blue": 100, "green": 0}
    assert bed.weights("test") == {"blue": 100, "green": 0}
    assert len(bed.service()["taskSets"]) == 1


def test_a_stopped_one_rolls_back_when_the_call_says_so(bed: Bed) -> None:
    bed.group(ready="STOP_DEPLOYMENT")
    deployment = bed.reached(bed.release(), "Ready")
    bed.codedeploy.stop_deployment(deploymentId=deployment["deploymentId"], autoRollbackEnabled=True)
    stopped = bed.ended(deployment["deploymentId"])
    assert (stopped["status"], stopped["errorInformation"]["code"]) == ("Stopped", "MANUAL_STOP")
    assert stopped["rollbackInfo"]["rollbackDeploymentId"].startswith("d-")
    assert refusal(bed.codedeploy.stop_deployment, deploymentId=deployment["deploymentId"])[0] == (
        "DeploymentAlreadyCompletedException"
    )


def test_a_group_deploys_one_thing_at_a_time(bed: Bed) -> None:
    bed.group(ready="STOP_DEPLOYMENT")
    first = bed.reached(bed.release(), "Ready")["deploymentId"]
    assert refusal(bed.release) == (
        "DeploymentLimitExceededException",
        f"The Deployment Group 'group' already has an active Deployment '{first}'",
    )


def test_one_that_is_refused_leaves_the_group_free(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.group()
    with monkeypatch.context() as broken:
        broken.setattr(ecs_task_sets, "primary", lambda service: None)
        assert refusal(bed.release)[0] == "InvalidECSServiceException"
    assert bed.codedeploy.list_deployments()["deployments"] == []
    assert bed.ended(bed.release())["status"] == "Succeeded"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_the_local_aws_fails_can_be_followed_to_its_end(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.group(ready="STOP_DEPLOYMENT", events=["DEPLOYMENT_STOP_ON_REQUEST"])
    stopped = bed.reached(bed.release(), "Ready")["deploymentId"]
    begun: list[dict[str, Any]] = []

    def fail(*_: Any) -> None:
        (back,) = {*bed.codedeploy.list_deployments()["deployments"]} - {stopped}
        begun.append(bed.target({"deploymentId": back}))
        raise ZeroDivisionError

    monkeypatch.setattr(codedeploy_traffic, "shift", fail)
    bed.codedeploy.stop_deployment(deploymentId=stopped)
    failed = bed.ended(stopped)
    assert (failed["status"], failed["errorInformation"]["code"]) == ("Failed", "INTERNAL_ERROR")
    back = bed.ended(failed["rollbackInfo"]["rollbackDeploymentId"])
    assert "completeTime" in failed and back["status"] == "Failed"
    assert [each["status"] for each in (*begun, bed.target(back))] == ["InProgress", "Failed"]
    assert bed.events(back)["AllowTraffic"] == "Failed"


def test_a_listener_that_leads_elsewhere_is_no_listener_of_the_service(bed: Bed) -> None:
    bed.group()
    bed.forward({"green": 100})
    failed = bed.ended(bed.release())
    assert "Primary taskset target group must be behind listener" in failed["errorInformation"]["message"]


def test_only_the_rules_of_the_pair_are_rewritten(bed: Bed) -> None:
    before = bed.listener()
    bed.group()
    bed.ended(bed.release())
    assert bed.listener() == before


def test_a_default_action_that_forwards_is_rewritten_too(bed: Bed) -> None:
    forward = {"TargetGroups": [{"TargetGroupArn": bed.groups["blue"], "Weight": 1}]}
    bed.elb.modify_listener(
        ListenerArn=bed.listeners["production"], DefaultActions=[{"Type": "forward", "ForwardConfig": forward}]
    )
    bed.group()
    bed.ended(bed.release())
    assert bed.shown(bed.listener()["DefaultActions"]) == {"green": 100, "blue": 0}


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("taskDefinition", "app", "Unable to update task definition on services with a CODE_DEPLOY"),
        ("platformVersion", "1.4.0", "Unable to update platform version on services with a CODE_DEPLOY"),
        ("forceNewDeployment", True, "Cannot force a new deployment on services with a CODE_DEPLOY"),
        ("loadBalancers", [{"containerName": "app", "containerPort": 80}], "Unable to update load balancers"),
    ],
)
def test_ecs_leaves_to_codedeploy_what_it_deploys(bed: Bed, member: str, value: Any, words: str) -> None:
    code, message = refusal(bed.ecs.update_service, cluster="c", service="app", **{member: value})
    assert code == "InvalidParameterException"
    assert words in message
    assert message.endswith("Use AWS CodeDeploy to trigger a new deployment.")


def test_ecs_changes_the_number_of_tasks_of_the_set_in_production(bed: Bed) -> None:
    bed.ecs.update_service(cluster="c", service="app", desiredCount=3)
    assert bed.service()["taskSets"][0]["runningCount"] == bed.service()["runningCount"] == 3


def test_ecs_refuses_a_circuit_breaker_for_codedeploy(bed: Bed) -> None:
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    code, message = refusal(bed.ecs.update_service, cluster="c", service="app", deploymentConfiguration=breaker)
    assert (code, "circuit breaker" in message) == ("InvalidParameterException", True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"deploymentStyle": {"deploymentType": "IN_PLACE"}}, "InvalidDeploymentStyleException"),
        ({"blueGreenDeploymentConfiguration": {}}, "InvalidBlueGreenDeploymentConfigurationException"),
        ({"loadBalancerInfo": {"targetGroupPairInfoList": []}}, "InvalidTargetGroupPairException"),
        ({"deploymentConfigName": "nobodys"}, "DeploymentConfigDoesNotExistException"),
        ({"ecsServices": [{"clusterName": "c", "serviceName": "other"}]}, "InvalidECSServiceException"),
        ({"autoRollbackConfiguration": {"enabled": True}}, "InvalidAutoRollbackConfigException"),
    ],
)
def test_a_group_that_could_not_deploy_is_refused(bed: Bed, change: dict[str, Any], code: str) -> None:
    assert refusal(bed.group, change=change)[0] == code


def test_a_service_has_one_group(bed: Bed) -> None:
    bed.group()
    assert refusal(bed.group, change={"deploymentGroupName": "second"})[0] == "ECSServiceMappingLimitExceededException"


@pytest.mark.parametrize("kind", ["AppSpecContent", "String"])
def test_an_appspec_is_read_as_json_and_as_yaml(bed: Bed, kind: str) -> None:
    bed.group()
    written = bed.appspec()
    yaml = f"version: 0.0\nResources: {json.dumps(json.loads(written)['Resources'])}\n"
    assert bed.ended(bed.deploy(yaml, kind=kind))["status"] == "Succeeded"


@pytest.mark.parametrize("content", ["", "version: 1\n", "{", '{"version": 0.0, "Resources": []}'])
def test_an_appspec_that_nobody_understands_is_refused(bed: Bed, content: str) -> None:
    bed.group()
    assert refusal(bed.deploy, content=content)[0] in ("InvalidRevisionException", "ParamValidationError")


def test_an_own_configuration_says_in_which_steps(bed: Bed) -> None:
    canary = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 25, "canaryInterval": 2}}
    create = bed.codedeploy.create_deployment_config
    create(deploymentConfigName="quarter", computePlatform="ECS", trafficRoutingConfig=canary)
    bed.group(change={"deploymentConfigName": "quarter"})
    told = bed.codedeploy.get_deployment_config(deploymentConfigName="quarter")["deploymentConfigInfo"]
    assert steps(told["trafficRoutingConfig"]) == [25, 100]
    assert refusal(bed.codedeploy.delete_deployment_config, deploymentConfigName="quarter")[0] == (
        "DeploymentConfigInUseException"
    )
    assert refusal(create, deploymentConfigName="none", computePlatform="ECS", trafficRoutingConfig={
        "type": "TimeBasedLinear"})[0] == "InvalidTrafficRoutingConfigurationException"  # fmt: skip


@given(st.integers(1, 99), st.integers(1, 60))
def test_steps_grow_and_end_with_all_of_it(percentage: int, minutes: int) -> None:
    linear = {"linearPercentage": percentage, "linearInterval": minutes}
    shares = steps({"type": "TimeBasedLinear", "timeBasedLinear": linear})
    assert shares == sorted(set(shares))
    assert shares[-1] == 100
    assert all(b - a <= percentage for a, b in zip([0, *shares], shares, strict=False))


@pytest.mark.parametrize(("ready", "tasks"), [("STOP_DEPLOYMENT", [2, 2]), ("CONTINUE_DEPLOYMENT", [3])])
def test_scaling_does_nothing_while_a_deployment_runs(bed: Bed, ready: str, tasks: list[int]) -> None:
    bed.group(ready=ready)
    bed.reached(bed.release(), "Ready", "Succeeded")
    bed.busy()
    assert [each["runningCount"] for each in bed.service()["taskSets"]] == tasks
