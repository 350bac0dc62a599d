from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


DECLARED = {"ZoneId": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stackwright/hosted-zone-id"}}
LOGS = {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "ZoneId"}}}}
SECURE = {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "{{resolve:ssm-secure:/shop/key:1}}"}}}


def put(aws: Aws, name: str, kind: str = "String") -> None:
    aws.call("ssm", "put_parameter", Name=name, Value="Z0123", Type=kind)


def test_holds_for_a_parameter_that_is_there(aws: Aws, plan: Plan, asked: Asked) -> None:
    put(aws, "/stackwright/hosted-zone-id")
    subject = plan(LOGS, declared=DECLARED)
    assert subject.graph.resources["Logs"].properties["LogGroupName"] == "Z0123"
    assert asked("parameters-present", subject).verdict == "holds"


def test_fails_for_what_account_and_region_have_yet_to_write(plan: Plan, asked: Asked) -> None:
    result = asked("parameters-present", plan(LOGS, declared=DECLARED))
    assert result.verdict == "fails"
    assert result.points[0].text == "ZoneId: SSM has no parameter /stackwright/hosted-zone-id"
    assert "python build.py deploy account dev --profile mine" in result.points[0].mend


def test_fails_for_a_dynamic_reference_to_nothing(aws: Aws, plan: Plan, asked: Asked) -> None:
    logs = {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "{{resolve:ssm:/shop/name:1}}"}}}
    assert asked("parameters-present", plan(logs)).verdict == "fails"
    put(aws, "/shop/name")
    assert asked("parameters-present", plan(logs)).verdict == "holds"


def test_a_secure_parameter_is_asked_for_and_not_read(aws: Aws, plan: Plan, asked: Asked) -> None:
    assert asked("parameters-present", plan(SECURE)).verdict == "fails"
    put(aws, "/shop/key", "SecureString")
    subject = plan(SECURE)
    assert asked("parameters-present", subject).verdict == "holds"
    assert subject.world.found == {"/shop/key:1": "kms:alias/aws/ssm:Z0123"}  # as moto encrypts


def test_cannot_be_told_where_ssm_is_not_shown(plan: Plan, asked: Asked, deny: Any) -> None:
    deny("ssm", "get_parameter", "AccessDeniedException")
    assert asked("parameters-present", plan(LOGS, declared=DECLARED)).verdict == "cannot be told"


def test_a_plan_that_reads_nothing_has_nothing_to_ask(plan: Plan, asked: Asked) -> None:
    assert asked("parameters-present", plan({})).verdict == "not applicable"
