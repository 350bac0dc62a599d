"""Generated names are formed as CloudFormation forms them, type by type."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from stackwright.emulator.handlers import Context
from tests.stackwright.emulator.handlers.conftest import Bench

ROLE = "arn:aws:iam::123456789012:role/one"
METRIC = {"MetricName": "web", "CloudWatchMetricsEnabled": False, "SampledRequestsEnabled": False}
WITHOUT: dict[str, dict[str, Any]] = {
    "AWS::CloudWatch::Dashboard": {"DashboardBody": '{"widgets": []}'},
    "AWS::SecretsManager::Secret": {"SecretString": "one"},
    "AWS::StepFunctions::StateMachine": {
        "RoleArn": ROLE,
        "Definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    },
    "AWS::WAFv2::WebACL": {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": METRIC},
}


@pytest.mark.parametrize("kind", WITHOUT)
def test_some_are_named_after_their_logical_id_alone(bench: Bench, kind: str) -> None:
    physical_id = bench.make("first", kind, WITHOUT[kind])
    assert re.search(r"(^|:)MadeFirst-[A-Z0-9]{12}\b", physical_id)


def test_the_others_are_named_after_their_stack_first(bench: Bench) -> None:
    assert re.fullmatch("web-dev-MadeTopic-[A-Z0-9]{12}", bench.make("topic", "AWS::SNS::Topic", {}).split(":")[-1])


@pytest.mark.parametrize("with_stack", [False, True])
def test_a_replacement_has_another_name_and_none_is_too_long(context: Context, with_stack: bool) -> None:
    first = replace(context, logical_id="A" * 200)
    names = [replace(first, generation=number).generated_name(80, with_stack=with_stack) for number in (0, 0, 1)]
    assert [len(each) for each in names] == [80, 80, 80]
    assert names[0] == names[1] != names[2]
