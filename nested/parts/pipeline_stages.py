"""Stages of a pipeline: source, build, the first environment, and the second once a person has agreed.

What concerns one environment is one stage, so that the stage's lock holds all of it together: what is reviewed is what
stands, and what was approved is what goes on ("How pipeline executions work", AWS CodePipeline User Guide).
"""

from __future__ import annotations

import json
from typing import Any, Literal

from troposphere import GetAtt, If, NoValue, Ref, Sub
from troposphere.codepipeline import Actions, ActionTypeId, InputArtifacts, OutputArtifacts, Stages

from nested import inputs
from nested.parts import pipeline_projects as projects
from nested.parts import pipeline_releases as releases
from nested.parts.pipeline_buckets import SOURCE
from nested.parts.pipeline_systems import CHANGE_SET, Environment, stack_name

Deploy = Literal["cloudformation", "ecs"]

SOURCE_KEY = "source.zip"
CONNECTED = "HasConnection"

# What the actions hand on: artifacts, and the namespaces of what they export.
_SOURCE, _BUILT, _PROMOTED = "SourceOutput", "BuildOutput", "PromoteOutput"
_BUILD, _REVIEW, _PROMOTE = "Build", "Review", "Promote"
_IMAGES = "imagedefinitions.json"

# The templates create roles without names; nothing in them expands. For that the capability is enough.
CAPABILITY = "CAPABILITY_IAM"


def stages(deploy: Deploy) -> list[Stages]:
    """Return the stages, with a deployment of either kind."""
    deployment = _cloudformation if deploy == "cloudformation" else _ecs
    return [
        Stages(Name="Source", Actions=[If(CONNECTED, _from_repository(), _from_bucket())]),
        Stages(Name="Build", Actions=[_build()]),
        Stages(Name="Dev", Actions=deployment("Dev", 1)),
        Stages(Name="Prod", Actions=[_review(), _approve(), _promote(deploy), *deployment("Prod", 4)]),
    ]


def _from_bucket() -> Actions:
    """Source from S3; EventBridge says when, and asking too would start everything twice."""
    place = {"S3Bucket": Ref(SOURCE), "S3ObjectKey": SOURCE_KEY, "PollForSourceChanges": "false"}
    return _action("Upload", "Source", "S3", place, gives=_SOURCE)


def _from_repository() -> Actions:
    """Source by a connection, which itself tells CodePipeline of a push."""
    place = {
        "ConnectionArn": Ref(inputs.CONNECTION_ARN.name),
        "FullRepositoryId": Ref(inputs.FULL_REPOSITORY_ID.name),
        "BranchName": Ref(inputs.BRANCH_NAME.name),
        "OutputArtifactFormat": "CODE_ZIP",
    }
    return _action("Repository", "Source", "CodeStarSourceConnection", place, gives=_SOURCE)


def _build() -> Actions:
    return _codebuild("Build", projects.BUILD, {}, gives=_BUILT, Namespace=_BUILD)


def _review() -> Actions:
    """Render what CodePipeline cannot: the tree of nested change sets, and the guarantees."""
    return _codebuild("Review", projects.REVIEW, {"IMAGE": _image("Dev")}, order=1, Namespace=_REVIEW)


def _approve() -> Actions:
    found = [f"#{{{_REVIEW}.{name}}}" for name in ("GUARANTEES", "CHANGES")]
    asked = {
        "CustomData": Sub(f"${{ApprovalMessage}} {'; '.join(found)}; image {_image('Dev')}"),
        "ExternalEntityLink": f"#{{{_REVIEW}.REPORT}}",
        "NotificationArn": Ref("Notifications"),
    }
    return _action("Approve", "Approval", "Manual", asked, order=2)


def _promote(deploy: Deploy) -> Actions:
    """Copy the image of the first environment's registry, by its digest, into the second's."""
    given = {"IMAGE": _image("Dev"), "COMMIT": f"#{{{_BUILD}.COMMIT}}"}
    left = _PROMOTED if deploy == "ecs" else ""
    return _codebuild("Promote", projects.PROMOTE, given, order=3, gives=left, Namespace=_PROMOTE)


def _cloudformation(of: Environment, order: int) -> list[Any]:
    """Write a change set of the published root with the environment's parameters and the image, and execute it.

    Where CodeDeploy deploys the service, that registers a revision and moves nothing; the release follows.
    """
    named = {"StackName": Sub(stack_name(of)), "ChangeSetName": CHANGE_SET}
    proposed = named | {
        "ActionMode": "CHANGE_SET_REPLACE",
        "TemplatePath": Sub(f"{_BUILT}::build/${{BlueprintName}}/packaged.json"),
        "TemplateConfiguration": Sub(f"{_BUILT}::params/${{BlueprintName}}/${{{of}Environment}}.json"),
        "ParameterOverrides": json.dumps({"Image": _image(of)}),
        "Capabilities": CAPABILITY,
        "RoleArn": Ref(inputs.EXECUTION_ROLE.name),
    }
    executed = named | {"ActionMode": "CHANGE_SET_EXECUTE"}
    return [
        _action("Propose", "Deploy", "CloudFormation", proposed, takes=_BUILT, order=order),
        _action("Execute", "Deploy", "CloudFormation", executed, order=order + 1),
        *(If(releases.BY_CODEDEPLOY, each, NoValue) for each in _codedeploy(of, order + 2)),
    ]


def _codedeploy(of: Environment, order: int) -> list[Actions]:
    """Write down the revision that the stack has registered, and have CodeDeploy move the traffic to one like it."""
    variables = {"IMAGE": _image(of), "ENV": f"${{{of}Environment}}"}
    written, namespace = f"{of}Release", f"{of}Write"
    taken = {
        "ApplicationName": f"#{{{namespace}.APPLICATION}}",
        "DeploymentGroupName": f"#{{{namespace}.DEPLOYMENT_GROUP}}",
        "TaskDefinitionTemplateArtifact": written,
        "TaskDefinitionTemplatePath": "taskdef.json",
        "AppSpecTemplateArtifact": written,
        "AppSpecTemplatePath": "appspec.json",
        "Image1ArtifactName": written,
        "Image1ContainerName": "IMAGE1_NAME",
    }
    own_role = {"RoleArn": GetAtt(releases.role(of), "Arn")}
    return [
        _codebuild("Write", projects.WRITE, variables, order=order, gives=written, Namespace=namespace),
        _action("Release", "Deploy", "CodeDeployToECS", taken, takes=written, order=order + 1, **own_role),
    ]


def _ecs(of: Environment, order: int) -> list[Actions]:
    """Deploy by ECS alone, and leave the image where the stack's next update looks, once it runs."""
    place = {"ClusterName": Ref(f"{of}ClusterName"), "ServiceName": Ref(f"{of}ServiceName"), "FileName": _IMAGES}
    written = {"IMAGE": _image(of), "ENV": f"${{{of}Environment}}"}
    return [
        _action("Deploy", "Deploy", "ECS", place, takes=_BUILT if of == "Dev" else _PROMOTED, order=order),
        _codebuild("Point", projects.POINT, written, order=order + 1),
    ]


def _image(of: Environment) -> str:
    """Return the image in an environment's own registry, by its digest, as the build or the promotion exports it."""
    return f"#{{{_BUILD if of == 'Dev' else _PROMOTE}.IMAGE}}"


def _codebuild(
    name: str, project: str, variables: dict[str, str], *, order: int = 1, gives: str = "", **more: Any
) -> Actions:
    configuration: dict[str, Any] = {"ProjectName": Ref(project)}
    if variables:
        listed = [{"name": key, "value": value, "type": "PLAINTEXT"} for key, value in variables.items()]
        text = json.dumps(listed)
        configuration["EnvironmentVariables"] = Sub(text) if "${" in text else text
    return _action(name, "Build", "CodeBuild", configuration, takes=_SOURCE, gives=gives, order=order, **more)


def _action(
    name: str,
    category: str,
    provider: str,
    configuration: dict[str, Any],
    *,
    takes: str = "",
    gives: str = "",
    order: int = 1,
    **more: Any,
) -> Actions:
    return Actions(
        Name=name,
        ActionTypeId=ActionTypeId(Category=category, Owner="AWS", Provider=provider, Version="1"),
        Configuration=configuration,
        RunOrder=order,
        **({"InputArtifacts": [InputArtifacts(Name=takes)]} if takes else {}),
        **({"OutputArtifacts": [OutputArtifacts(Name=gives)]} if gives else {}),
        **more,
    )
