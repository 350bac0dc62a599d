"""What CodePipeline and CodeBuild refuse before anything runs; the words are AWS's where its documentation has them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
CLOUDFORMATION = {
    "ActionMode": "CHANGE_SET_REPLACE",
    "StackName": "shop-dev",
    "ChangeSetName": "pipeline",
    "RoleArn": "arn:aws:iam::123456789012:role/execution",
    "TemplatePath": "Built::root.json",
    "ParameterOverrides": json.dumps({"Image": "#{Build.IMAGE}"}),
}


def action(name: str, category: str, provider: str, configuration: dict[str, str], **more: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": configuration, **more}


PIPELINE = {
    "name": "shop",
    "pipelineType": "V2",
    "artifactStore": {"type": "S3", "location": "store"},
    "stages": [
        {
            "name": "Source",
            "actions": [
                action(
                    "Upload",
                    "Source",
                    "S3",
                    {"S3Bucket": "sources", "S3ObjectKey": "source.zip"},
                    outputArtifacts=[{"name": "Source"}],
                )
            ],
        },
        {
            "name": "Build",
            "actions": [
                action(
                    "Build",
                    "Build",
                    "CodeBuild",
                    {"ProjectName": "build"},
                    inputArtifacts=[{"name": "Source"}],
                    outputArtifacts=[{"name": "Built"}],
                    namespace="Build",
                )
            ],
        },
        {
            "name": "Dev",
            "actions": [
                action("Propose", "Deploy", "CloudFormation", CLOUDFORMATION, inputArtifacts=[{"name": "Built"}]),
                action(
                    "Execute",
                    "Deploy",
                    "CloudFormation",
                    {"ActionMode": "CHANGE_SET_EXECUTE", "StackName": "shop-dev", "ChangeSetName": "pipeline"},
                    runOrder=2,
                ),
                action("Approve", "Approval", "Manual", {"CustomData": "of #{codepipeline.PipelineExecutionId}"}),
            ],
        },
    ],
}


@pytest.fixture
def create(client: Client) -> Callable[[dict[str, Any]], dict[str, Any]]:
    trust = {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = client("iam").create_role(RoleName="pipeline", AssumeRolePolicyDocument=document)["Role"]["Arn"]

    def created(pipeline: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = client("codepipeline").create_pipeline(pipeline={"roleArn": role, **pipeline})
        return found

    return created


def changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    pipeline = copy.deepcopy(PIPELINE)
    change(pipeline)
    return pipeline


def of(pipeline: dict[str, Any], stage: str, name: str) -> dict[str, Any]:
    actions = next(each["actions"] for each in pipeline["stages"] if each["name"] == stage)
    found: dict[str, Any] = next(each for each in actions if each["name"] == name)
    return found


def configured(stage: str, name: str, **configuration: str) -> dict[str, Any]:
    return changed(lambda pipeline: of(pipeline, stage, name)["configuration"].update(configuration))


def without(stage: str, name: str, key: str) -> dict[str, Any]:
    return changed(lambda pipeline: of(pipeline, stage, name)["configuration"].pop(key) and None)


def with_(stage: str, name: str, **members: Any) -> dict[str, Any]:
    return changed(lambda pipeline: of(pipeline, stage, name).update(members))


def headed(**members: Any) -> dict[str, Any]:
    return changed(lambda pipeline: pipeline.update(members))


def staged(change: Callable[[list[Any]], Any]) -> dict[str, Any]:
    return changed(lambda pipeline: change(pipeline["stages"]) and None)


def released(*missing: str, **configuration: str) -> dict[str, Any]:
    """A release by CodeDeploy, with these keys of its configuration missing or otherwise."""
    files = {"TaskDefinitionTemplateArtifact": "Built", "AppSpecTemplateArtifact": "Built"}
    images = {"Image1ArtifactName": "Built", "Image1ContainerName": "IMAGE1_NAME"}
    given = {"ApplicationName": "shop", "DeploymentGroupName": "shop", **files, **images, **configuration}
    kept = {key: value for key, value in given.items() if key not in missing}
    release = action("Release", "Deploy", "CodeDeployToECS", kept, inputArtifacts=[{"name": "Built"}], runOrder=3)
    return staged(lambda stages: stages[2]["actions"].append(release))


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "a queue without V2": (headed(pipelineType="V1", executionMode="QUEUED"), "InvalidStructure", "type V2"),
    "variables without V2": (headed(pipelineType="V1", variables=[{"name": "a"}]), "InvalidStructure", "type V2"),
    "two stores": (headed(artifactStores={}), "InvalidStructure", "artifactStores"),
    "a name with a space": (headed(name="my shop"), "Validation", "pattern"),
    "one stage": (staged(lambda stages: stages.pop() and stages.pop()), "InvalidStructure", "minimum of 2"),
    "two stages of a name": (staged(lambda stages: stages[2].update(name="Build")), "InvalidStructure", "unique"),
    "an action's name twice": (
        staged(lambda stages: stages[2]["actions"].append(stages[2]["actions"][0])),
        "InvalidStructure",
        "unique",
    ),
    "a build first": (staged(lambda stages: stages.pop(0)), "InvalidStageDeclaration", "source actions only"),
    "a source later": (
        staged(lambda stages: stages[1]["actions"].append(stages[0]["actions"][0] | {"name": "Again"})),
        "InvalidStageDeclaration",
        "first stage",
    ),
    "an unknown key": (configured("Dev", "Propose", ImageUri="a"), "InvalidActionDeclaration", "'ImageUri'"),
    "a missing key": (without("Build", "Build", "ProjectName"), "InvalidActionDeclaration", "'ProjectName'"),
    "a mode without its role": (without("Dev", "Propose", "RoleArn"), "InvalidActionDeclaration", "'RoleArn'"),
    "an unknown mode": (configured("Dev", "Propose", ActionMode="CHANGE"), "InvalidActionDeclaration", "'CHANGE'"),
    "too long a value": (configured("Dev", "Approve", CustomData="x" * 1001), "Validation", "1000"),
    "overrides that are no object": (
        configured("Dev", "Propose", ParameterOverrides="Image=a"),
        "InvalidActionDeclaration",
        "JSON",
    ),
    "a path into nobody's artifact": (
        configured("Dev", "Propose", TemplatePath="Source::root.json"),
        "InvalidActionDeclaration",
        "TemplatePath",
    ),
    "a release of nobody's artifact": (
        released(AppSpecTemplateArtifact="Source"),
        "InvalidActionDeclaration",
        "AppSpecTemplateArtifact names 'Source'",
    ),
    "a release of a fifth image": (
        released(Image5ArtifactName="Built"),
        "InvalidActionDeclaration",
        "'Image5ArtifactName'",
    ),
    "a release without a group": (
        released("DeploymentGroupName"),
        "InvalidActionDeclaration",
        "'DeploymentGroupName'",
    ),
    "an artifact that nobody gives": (
        with_("Build", "Build", inputArtifacts=[{"name": "Other"}]),
        "InvalidActionDeclaration",
        "'Other'",
    ),
    "an artifact given twice": (
        with_("Build", "Build", outputArtifacts=[{"name": "Source"}]),
        "InvalidStructure",
        "Output artifact",
    ),
    "a build without a source": (with_("Build", "Build", inputArtifacts=[]), "InvalidActionDeclaration", "1 to 5"),
    "a namespace that nobody has": (
        configured("Dev", "Propose", ParameterOverrides='{"Image": "#{Built.IMAGE}"}'),
        "InvalidActionDeclaration",
        "VariableReferenceText=[Built.IMAGE]",
    ),
    "a key that nobody exports": (
        changed(
            lambda pipeline: (
                of(pipeline, "Source", "Upload").update(namespace="From")
                or of(pipeline, "Dev", "Approve")["configuration"].update(CustomData="#{From.Commit}")
            )
        ),
        "InvalidActionDeclaration",
        "From.Commit",
    ),
    "a namespace of the same run order": (
        changed(
            lambda pipeline: (
                of(pipeline, "Dev", "Propose").update(namespace="Stack")
                or of(pipeline, "Dev", "Approve")["configuration"].update(CustomData="#{Stack.Url}")
            )
        ),
        "InvalidActionDeclaration",
        "Stack.Url",
    ),
    "a namespace called like an artifact": (
        with_("Build", "Build", namespace="Built"),
        "InvalidActionDeclaration",
        "'Built'",
    ),
    "a timeout of a build": (with_("Build", "Build", timeoutInMinutes=5), "InvalidActionDeclaration", "timeout"),
    "a provider of its own": (
        with_(
            "Build", "Build", actionTypeId={"category": "Build", "owner": "Custom", "provider": "CI", "version": "1"}
        ),
        "InvalidActionDeclaration",
        "not available",
    ),
}


def test_a_pipeline_that_is_right_is_kept_as_it_is(create: Any, client: Client) -> None:
    create(PIPELINE)
    found = client("codepipeline").get_pipeline(name="shop")["pipeline"]
    assert found["pipelineType"] == "V2"
    assert of(found, "Build", "Build")["namespace"] == "Build"
    assert json.loads(of(found, "Dev", "Propose")["configuration"]["ParameterOverrides"]) == {"Image": "#{Build.IMAGE}"}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_pipeline_that_is_wrong_is_refused(create: Any, wrong: str) -> None:
    pipeline, code, told = WRONG[wrong]
    with pytest.raises(ClientError) as raised:
        create(pipeline)
    error = raised.value.response["Error"]
    assert error["Code"] == f"{code}Exception"
    assert told in error["Message"]


def test_an_update_is_checked_as_the_creation_is(create: Any, client: Client) -> None:
    made = create(PIPELINE)["pipeline"]
    with pytest.raises(ClientError, match="unknown configuration"):
        client("codepipeline").update_pipeline(
            pipeline={**configured("Build", "Build", A="b"), "roleArn": made["roleArn"]}
        )
    assert client("codepipeline").get_pipeline(name="shop")["pipeline"]["version"] == 1


PROJECT: dict[str, Any] = {
    "name": "build",
    "source": {"type": "CODEPIPELINE"},
    "artifacts": {"type": "CODEPIPELINE"},
    "environment": {"type": "LINUX_CONTAINER", "image": "image", "computeType": "BUILD_GENERAL1_SMALL"},
}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"artifacts": {"type": "NO_ARTIFACTS"}}, "both source and artifacts"),
        ({"source": {"type": "CODEPIPELINE", "location": "bucket/key"}}, "location must not be set"),
        ({"source": {"type": "S3"}, "artifacts": {"type": "NO_ARTIFACTS"}}, "location is required"),
        ({"timeoutInMinutes": 2161}, "between 5 and 2160"),
        ({"environment": {**PROJECT["environment"], "type": "HUGE"}}, "Invalid type"),
    ],
)
def test_a_project_that_is_wrong_is_refused(client: Client, members: dict[str, Any], told: str) -> None:
    account = client("sts").get_caller_identity()["Account"]
    role = f"arn:aws:iam::{account}:role/build"
    codebuild = client("codebuild")
    with pytest.raises(ClientError, match=told):
        codebuild.create_project(**PROJECT | {"serviceRole": role} | members)
    codebuild.create_project(**PROJECT, serviceRole=role)
    with pytest.raises(ClientError, match=told):
        codebuild.update_project(name="build", **members)
    with pytest.raises(ClientError, match="already exists"):
        codebuild.create_project(**PROJECT, serviceRole=role)
