from __future__ import annotations

from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/apis-are-logged"


def test_ours_is_logged() -> None:
    assert findings(RULE, seeded(blueprint="ec2-api")) == []


def test_a_stage_without_an_access_log_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "Api/Stage")["Properties"]["AccessLogSetting"]

    (line,) = told(RULE, seeded(seed, blueprint="ec2-api"))
    assert line == "Api/Stage AccessLogSetting.DestinationArn: nobody can tell who called it"


def test_bodies_in_a_log_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Api/Stage")["Properties"]["MethodSettings"][0]["DataTraceEnabled"] = True

    (line,) = told(RULE, seeded(seed, blueprint="ec2-api"))
    assert line.startswith("Api/Stage MethodSettings.0.DataTraceEnabled: whole requests and answers are logged")


def test_an_http_api_is_logged_too() -> None:
    stage = {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": "a", "StageName": "prod"}}
    assert len(told(RULE, alone({"Stage": stage}))) == 1
