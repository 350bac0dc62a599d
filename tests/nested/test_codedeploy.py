"""The deployment group: what stops a release, what takes it back, and what its role may do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import codedeploy
from stackwright.emulator.services.codedeploy_configs import info
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

TEMPLATE: dict[str, Any] = json.loads(codedeploy.template().to_json())
GIVEN = {
    "ClusterName": "cluster",
    "ServiceName": "service",
    "LoadBalancerFullName": "app/alb/1",
    "ListenerArn": "arn:listener",
    "TargetGroupName": "blue",
    "AlternateTargetGroupName": "green",
    "TaskExecutionRoleArn": "arn:execution",
    "TaskRoleArn": "arn:task",
    "UnhealthyHostsAlarm": "unhealthy",
    "ServerErrorsAlarm": "errors",
}


def deployed(**parameters: str) -> Graph:
    return resolve(TEMPLATE, {}, GIVEN | parameters, region="us-east-1", stack_name="s")


def group(**parameters: str) -> Any:
    return rendered(deployed(**parameters).resources["DeploymentGroup"].properties)


def test_either_alarm_a_failure_or_a_stop_takes_it_back() -> None:
    made = group()
    assert [each["Name"] for each in made["AlarmConfiguration"]["Alarms"]] == ["unhealthy", "errors"]
    assert made["AlarmConfiguration"]["Enabled"] is True
    assert set(made["AutoRollbackConfiguration"]["Events"]) == {
        "DEPLOYMENT_FAILURE",
        "DEPLOYMENT_STOP_ON_ALARM",
        "DEPLOYMENT_STOP_ON_REQUEST",
    }


@pytest.mark.parametrize("shift", TEMPLATE["Parameters"]["TrafficShift"]["AllowedValues"])
def test_each_way_to_shift_is_one_that_codedeploy_has(shift: str) -> None:
    name = group(TrafficShift=shift)["DeploymentConfigName"]
    assert info(object(), name)["computePlatform"] == "ECS"


@pytest.mark.parametrize(("listener", "route"), [("", None), ("arn:test", {"ListenerArns": ["arn:test"]})])
def test_a_test_listener_is_told_of_where_there_is_one(listener: str, route: Any) -> None:
    (pair,) = group(TestListenerArn=listener)["LoadBalancerInfo"]["TargetGroupPairInfoList"]
    assert pair.get("TestTrafficRoute") == route
    assert pair["ProdTrafficRoute"] == {"ListenerArns": ["arn:listener"]}
    assert [each["Name"] for each in pair["TargetGroups"]] == ["blue", "green"]


def test_its_role_changes_this_service_and_this_load_balancer_only() -> None:
    role = rendered(deployed().resources["Role"].properties)
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    changing = [each for each in statements if each["Resource"] == "*"]
    assert all(":Describe" in action for each in changing for action in each["Action"])
    arns = [arn for each in statements if each["Resource"] != "*" for arn in _listed(each["Resource"])]
    assert all(_own(arn) for arn in arns), arns
    trusted = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _own(arn: str) -> bool:
    named = ("cluster/service", "app/alb/1/", "function:CodeDeployHook_", "arn:execution", "arn:task")
    return any(each in arn for each in named)
