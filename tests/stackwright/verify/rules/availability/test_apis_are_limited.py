from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/apis-are-limited"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_has_a_limit(environment: str) -> None:
    assert findings(RULE, seeded(blueprint="ec2-api", environment=environment)) == []


@pytest.mark.parametrize("narrow", [{"HttpMethod": "GET"}, {"ResourcePath": "/cart"}])
def test_a_limit_of_one_method_leaves_the_others_open(narrow: dict[str, str]) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Api/Stage")["Properties"]["MethodSettings"][0].update(narrow)

    (line,) = told(RULE, seeded(seed, blueprint="ec2-api"))
    assert line.startswith("Api/Stage MethodSettings.ThrottlingRateLimit: one caller may use up the account's limit")


def http(**settings: Any) -> dict[str, Any]:
    properties = {"ApiId": "a", "StageName": "prod", "DefaultRouteSettings": settings}
    return {"Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": properties}}


def test_an_http_api_has_one_too() -> None:
    assert len(told(RULE, alone(http()))) == 1
    assert told(RULE, alone(http(ThrottlingRateLimit=0))) == [
        "Stage DefaultRouteSettings.ThrottlingRateLimit: every request gets 429"
    ]
    assert findings(RULE, alone(http(ThrottlingRateLimit=10))) == []
