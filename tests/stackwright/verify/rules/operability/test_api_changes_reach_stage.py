from __future__ import annotations

from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "operability/api-changes-reach-stage"
API = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}}


def test_ours_is_one_document() -> None:
    assert findings(RULE, seeded(blueprint="ec2-api")) == []


def test_methods_that_go_after_the_snapshot_are_found() -> None:
    method = {"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "HttpMethod": "GET"}}
    taken = {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}}
    (line,) = told(RULE, alone({"Api": API, "Get": method, "Taken": taken}))
    assert line.startswith("Get HttpMethod: CloudFormation deletes a method last, when Taken has it in its snapshot")
    assert findings(RULE, alone({"Api": API, "Taken": taken})) == []


def test_a_stage_that_is_a_deployments_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        made = stacks["api"]["Resources"]
        taken = next(name for name, each in made.items() if each["Type"] == "AWS::ApiGateway::Deployment")
        resource(stacks, f"Api/{taken}")["Properties"]["StageName"] = "prod"

    (line,) = told(RULE, seeded(seed, blueprint="ec2-api"))
    assert "StageName: the stage is this deployment's" in line


def test_an_http_api_that_nobody_deploys_is_found() -> None:
    def stage(**properties: object) -> dict[str, object]:
        return {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": "a", "StageName": "prod", **properties}}

    (line,) = told(RULE, alone({"Stage": stage()}))
    assert line == "Stage AutoDeploy: it serves nothing until somebody deploys the API"
    assert findings(RULE, alone({"Stage": stage(AutoDeploy=True)})) == []
