"""Rotation: what event starts it, what the state machine may and does call, and that it tells when it fails."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import boto3
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from nested import rotation
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/prod-a1B2c3"
FED = {
    "ClusterName": "main",
    "ServiceName": "web",
    "SecretId": "shop/prod-a1B2c3",
    "RedeployOnRotation": "on",
    "NotificationTopicArn": "arn:aws:sns:eu-west-1:123456789012:told",
}


def deployed(**given: str) -> Graph:
    template = rotation.template().to_dict()
    return resolve(template, {}, FED | given, region="eu-west-1", stack_name="shop-prod-Rotation-1A2B")


@cache
def on() -> dict[str, dict[str, Any]]:
    return {path: rendered(each.properties) for path, each in deployed().resources.items()}


def definition() -> dict[str, Any]:
    """The state machine as Step Functions would have it."""
    given = on()["Redeployment"]
    text = json.dumps(given["Definition"])
    for name, value in given["DefinitionSubstitutions"].items():
        text = text.replace(f"${{{name}}}", value)
    found: dict[str, Any] = json.loads(text)
    return found


def statements(role: str) -> list[dict[str, Any]]:
    return [each for policy in on()[role]["Policies"] for each in policy["PolicyDocument"]["Statement"]]


def test_off_or_without_a_secret_it_holds_nothing_that_acts() -> None:
    assert list(deployed(RedeployOnRotation="off").resources) == ["RedeploymentLogs"]
    assert list(deployed(SecretId="").resources) == ["RedeploymentLogs"]


def test_the_event_is_a_new_current_version_of_this_secret() -> None:
    assert on()["SecretChanged"]["EventPattern"] == {
        "source": ["aws.secretsmanager"],
        "detail-type": ["Secret Label Updated"],
        "resources": [SECRET],
        "detail": {"labelUpdated": ["AWSCURRENT"]},
    }


def test_the_definition_is_amazon_states_language() -> None:
    AmazonStateLanguageParser.parse(json.dumps(definition()))


def test_it_calls_ecs_with_members_that_the_call_knows() -> None:
    (state,) = definition()["States"].values()
    assert state["Resource"] == "arn:aws:states:::aws-sdk:ecs:updateService"
    shape = boto3.client("ecs", "eu-west-1").meta.service_model.operation_model("UpdateService").input_shape
    members = {name[0].upper() + name[1:] for name in shape.members}
    assert state["Parameters"] == {"Cluster": "main", "Service": "web", "ForceNewDeployment": True}
    assert state["Parameters"].keys() <= members


def test_it_calls_ecs_of_the_partition_that_it_is_in() -> None:
    template = rotation.template().to_dict()
    elsewhere = resolve(template, {}, FED, region="cn-north-1", stack_name="shop-prod-Rotation-1A2B")
    given = rendered(elsewhere.resources["Redeployment"].properties["DefinitionSubstitutions"])
    assert given["UpdateService"] == "arn:aws-cn:states:::aws-sdk:ecs:updateService"
    assert "arn:aws:" not in json.dumps(template)


def test_it_may_update_this_service_and_write_its_logs() -> None:
    update, logs = statements("RedeploymentRole")
    assert (update["Action"], update["Resource"]) == (
        "ecs:UpdateService",
        "arn:aws:ecs:eu-west-1:123456789012:service/main/web",
    )
    assert all(action.startswith("logs:") for action in logs["Action"])
    (start,) = statements("SecretChangedRole")
    assert (start["Action"], start["Resource"]) == ("states:StartExecution", "${Redeployment.Ref}")


def test_its_role_is_for_this_machine_of_this_account_alone() -> None:
    (statement,) = on()["RedeploymentRole"]["AssumeRolePolicyDocument"]["Statement"]
    machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:Redeployment-1A2B"
    assert fnmatchcase(machine, statement["Condition"]["ArnLike"]["aws:SourceArn"])
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


def test_eventbridge_is_not_asked_what_its_pages_do_not_promise() -> None:
    (statement,) = on()["SecretChangedRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert "Condition" not in statement


def test_what_ecs_refuses_is_tried_again_and_what_fails_for_good_is_told() -> None:
    (state,) = definition()["States"].values()
    (retry,) = state["Retry"]
    assert retry["ErrorEquals"] == ["States.ALL"]
    waits = [retry["IntervalSeconds"] * retry["BackoffRate"] ** n for n in range(retry["MaxAttempts"])]
    assert 180 <= sum(waits) <= 600
    (target,) = on()["SecretChanged"]["Targets"]
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
    alarm = on()["RedeploymentFailed"]
    watched = {each["MetricStat"]["Metric"]["MetricName"] for each in alarm["Metrics"] if "MetricStat" in each}
    assert watched == {"ExecutionsFailed", "FailedInvocations"}
    assert alarm["AlarmActions"] == [FED["NotificationTopicArn"]]


def test_its_logs_expire() -> None:
    assert rendered(deployed(LogRetentionDays="7").resources["RedeploymentLogs"].properties) == {"RetentionInDays": "7"}
