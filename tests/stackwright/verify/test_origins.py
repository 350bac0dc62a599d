from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, seeded

from stackwright.verify.origins import Origin, origin

NAME = {"Type": "String", "Default": "a"}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("written", Origin()),
        ({"Ref": "Name"}, Origin("Name", NAME)),
        ({"Fn::Sub": "${Name}"}, None),
        ({"Ref": "AWS::Region"}, None),
    ],
)
def test_a_value_is_written_or_a_parameters(expression: Any, found: Origin | None) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": expression}}
    deployment = alone({"Topic": topic}, Parameters={"Name": NAME})
    assert origin(deployment, deployment.graph.resources["Topic"], "DisplayName") == found
    assert origin(deployment, deployment.graph.resources["Topic"], "TopicName.0") is None


def test_a_parameter_of_a_nested_stack_is_the_roots() -> None:
    deployment = seeded()
    found = origin(deployment, deployment.graph.resources["Service/ApplicationLogs"], "RetentionInDays")
    assert found == Origin("LogRetentionDays", deployment.root["Parameters"]["LogRetentionDays"])
