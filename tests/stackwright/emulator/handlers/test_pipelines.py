"""Types of delivery: created, read back, changed, deleted, deleted again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackwright.emulator.handlers import handler_for
from stackwright.emulator.handlers.shapes import PropertyError


def role(service: str) -> tuple[str, dict[str, Any]]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return "AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def action(name: str, category: str, provider: str, **more: Any) -> dict[str, Any]:
    kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {"Name": name, "ActionTypeId": kind, "RunOrder": "1", **more}


UPLOAD = action(
    "Upload",
    "Source",
    "S3",
    Configuration={"S3Bucket": "sources", "S3ObjectKey": "source.zip", "PollForSourceChanges": False},
    OutputArtifacts=[{"Name": "SourceOutput"}],
    Namespace="Source",
)
APPROVE = action("Approve", "Approval", "Manual", Configuration={"CustomData": "of #{Source.VersionId}"})
STAGES = [{"Name": "Source", "Actions": [UPLOAD]}, {"Name": "Prod", "Actions": [APPROVE]}]
PROJECT = {
    "ServiceRole": "@role.Arn",
    "Source": {"Type": "CODEPIPELINE", "BuildSpec": "buildspec.yml"},
    "Artifacts": {"Type": "CODEPIPELINE"},
    "Environment": {
        "Type": "LINUX_CONTAINER",
        "Image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        "ComputeType": "BUILD_GENERAL1_SMALL",
        "PrivilegedMode": "true",
        "EnvironmentVariables": [{"Name": "ENV", "Value": "dev"}],
    },
    "LogsConfig": {"CloudWatchLogs": {"Status": "ENABLED", "GroupName": "builds", "StreamName": "build"}},
    "Cache": {"Type": "S3", "Location": "store/cache"},
    "ConcurrentBuildLimit": 1,
    "TimeoutInMinutes": "20",
    "Tags": [{"Key": "Project", "Value": "stackwright"}],
}
WRITE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:executions:*",
        }
    ],
}
CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::CodePipeline::Pipeline",
        "needs": {"role": role("codepipeline.amazonaws.com")},
        "properties": {
            "RoleArn": "@role.Arn",
            "PipelineType": "V2",
            "ExecutionMode": "QUEUED",
            "ArtifactStores": [{"Region": "us-east-1", "ArtifactStore": {"Type": "S3", "Location": "store"}}],
            "Stages": STAGES,
            "Variables": [{"Name": "reason", "DefaultValue": "none"}],
            "Tags": [{"Key": "Project", "Value": "stackwright"}],
        },
        "read": ("codepipeline", "get_pipeline", {"name": "@"}, "pipeline"),
        "sees": {
            "pipelineType": "V2",
            "executionMode": "QUEUED",
            "artifactStores": {"us-east-1": {"type": "S3", "location": "store"}},
            "stages[0].actions[0].configuration.PollForSourceChanges": "false",
            "stages[0].actions[0].namespace": "Source",
            "variables[0].name": "reason",
            "version": 1,
        },
        "change": {"ExecutionMode": "SUPERSEDED", "Tags": [{"Key": "Project", "Value": "other"}]},
        "then": {"executionMode": "SUPERSEDED", "version": 2},
        "attributes": ("Version", "Arn"),
    },
    {
        "type": "AWS::CodeBuild::Project",
        "needs": {"role": role("codebuild.amazonaws.com")},
        "properties": PROJECT,
        "read": ("codebuild", "batch_get_projects", {"names": ["@"]}, "projects[0]"),
        "sees": {
            "source": {"type": "CODEPIPELINE", "buildspec": "buildspec.yml"},
            "environment.privilegedMode": True,
            "environment.environmentVariables": [{"name": "ENV", "value": "dev"}],
            "logsConfig.cloudWatchLogs.groupName": "builds",
            "cache": {"type": "S3", "location": "store/cache"},
            "concurrentBuildLimit": 1,
            "timeoutInMinutes": 20,
            "queuedTimeoutInMinutes": 480,
            "tags": [{"key": "Project", "value": "stackwright"}],
        },
        "change": {"TimeoutInMinutes": "30", "Tags": [{"Key": "Project", "Value": "other"}]},
        "then": {"timeoutInMinutes": 30, "tags[0].value": "other", "environment.privilegedMode": True},
        "attributes": ("Arn", "Id"),
    },
    {
        "type": "AWS::Logs::ResourcePolicy",
        "properties": {"PolicyName": "web-dev", "PolicyDocument": WRITE},
        "read": ("logs", "describe_resource_policies", {}, "resourcePolicies[?policyName=='web-dev'] | [0]"),
        "sees": {"policyDocument": json.dumps(WRITE)},
        "change": {"PolicyDocument": WRITE | {"Id": "new"}},
        "then": {"policyDocument": json.dumps(WRITE | {"Id": "new"})},
    },
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"])
def test_round_trip(bench: Any, case: dict[str, Any]) -> None:
    bench.round_trip(**case)


def test_tags_of_a_pipeline_change(bench: Any) -> None:
    (case,) = (each for each in CASES if each["type"] == "AWS::CodePipeline::Pipeline")
    for name, (kind, its) in case["needs"].items():
        bench.make(name, kind, its)
    pipeline = bench.make("", case["type"], case["properties"])
    old = bench.fill(case["properties"])
    handler_for(case["type"]).update(bench.context, pipeline, old | {"Tags": [{"Key": "Owner", "Value": "me"}]}, old)
    arn = handler_for(case["type"]).attributes(bench.context, pipeline, old)["Arn"]
    found = bench.context.client("codepipeline").list_tags_for_resource(resourceArn=arn)["tags"]
    assert found == [{"key": "Owner", "value": "me"}]
    assert bench.read(*case["read"])["version"] == 1


@pytest.mark.parametrize(
    ("kind", "properties", "told"),
    [
        ("AWS::CodePipeline::Pipeline", {"Stages": [{"Name": "Source", "Gates": []}]}, "Gates"),
        ("AWS::CodePipeline::Pipeline", {"DisableInboundStageTransitions": []}, "runs no stage"),
        ("AWS::CodeBuild::Project", {**PROJECT, "Triggers": {"Webhook": True}}, "Triggers"),
    ],
)
def test_what_the_api_does_not_take_is_an_error(bench: Any, kind: str, properties: dict[str, Any], told: str) -> None:
    bench.make("role", *role("codebuild.amazonaws.com"))
    with pytest.raises(PropertyError, match=told):
        bench.make("", kind, properties)
