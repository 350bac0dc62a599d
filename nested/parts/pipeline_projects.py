"""CodeBuild projects of a pipeline: build, review and promotion, each with a role of its own, and their one log group.

One more writes down what CodeDeploy is to release, or what ECS was given. What they run stands in the source beside the
code (`buildspec*.yml`); what they may do stands here.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, GetAtt, If, NoValue, Ref, Sub, Template, iam, logs
from troposphere.codebuild import (
    Artifacts,
    CloudWatchLogs,
    Environment,
    EnvironmentVariable,
    LogsConfig,
    Project,
    ProjectCache,
    Source,
)

from nested import inputs
from nested.parts import grants, pipeline_systems
from nested.parts.permissions import Statement, allow, policy, trust
from nested.parts.pipeline_buckets import STORE
from nested.parts.pipeline_releases import BY_CODEDEPLOY

BUILD, REVIEW, PROMOTE = "BuildProject", "ReviewProject", "PromoteProject"
POINT, WRITE = "PointProject", "WriteProject"
LOGS = "BuildLogs"

_ON_ARM = "BuildsOnArm"
# "Docker images provided by CodeBuild", AWS CodeBuild User Guide: Amazon Linux 2023 has the Python that the specs name.
_X86_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
_ARM_IMAGE = "aws/codebuild/amazonlinux-aarch64-standard:3.0"

# An hour builds and tests an image without any cache; a third of it installs the tool and asks CloudFormation.
_BUILD_MINUTES = 60
_OTHER_MINUTES = 20
_QUEUE_MINUTES = 60

# Where a deployment by ECS leaves its image; "PutParameter" knows no empty value.
_POINT_SPEC = """version: 0.2
phases:
  build:
    commands:
      - aws ssm put-parameter --name "/stackwright/$BLUEPRINT-$ENV/image" --value "${IMAGE:?}" --overwrite
"""


def add_to(t: Template, *, releases: bool) -> None:
    """Add log group, roles and projects; the template needs what `pipeline.template` declares.

    With `releases` the caller adds the condition BY_CODEDEPLOY: under it `deploy --no-execute` in the review asks
    CodeDeploy whether a release is under way.
    """
    looks = [If(BY_CODEDEPLOY, each, NoValue) for each in _look_at_releases()] if releases else []
    t.add_condition(_ON_ARM, Equals(Ref(inputs.CPU_ARCHITECTURE.name), "ARM64"))
    t.add_resource(_log_group())
    t.add_resource([_role("BuildRole", _build()), _build_project()])
    t.add_resource([_role("ReviewRole", [*_review(), *looks]), _role("PromoteRole", _promote())])
    t.add_resource(_project(REVIEW, "ReviewRole", "buildspec-review.yml", "Prod"))
    t.add_resource(_project(PROMOTE, "PromoteRole", "buildspec-promote.yml", "Prod"))


def add_pointer_to(t: Template, pointers: list[Any]) -> None:
    """Add the project that writes an environment's image to its pointer, one of these ARNs; ENV comes by the action."""
    writes = allow("ssm:PutParameter", pointers)
    t.add_resource([_role("PointRole", [writes]), _project(POINT, "PointRole", _POINT_SPEC, "Dev")])


def add_writer_to(t: Template) -> None:
    """Add the project that writes what CodeDeployToECS takes; ENV and IMAGE come by the action."""
    t.add_resource(_role("WriteRole", _write(), Condition=BY_CODEDEPLOY))
    t.add_resource(_project(WRITE, "WriteRole", "buildspec-release.yml", "Dev", Condition=BY_CODEDEPLOY))


def _log_group() -> logs.LogGroup:
    # Named to the projects: CodeBuild would make /aws/codebuild/<project>, without retention, and leave it behind.
    return logs.LogGroup(
        LOGS,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        RetentionInDays=Ref(inputs.BUILD_LOG_RETENTION_DAYS.name),
    )


def _build_project() -> Project:
    """Return the project that builds: privileged, because Docker runs in it, and of the image's own architecture."""
    return _project(
        BUILD,
        "BuildRole",
        "buildspec.yml",
        "Dev",
        environment=Environment(
            Type=If(_ON_ARM, "ARM_CONTAINER", "LINUX_CONTAINER"),
            Image=If(_ON_ARM, _ARM_IMAGE, _X86_IMAGE),
            ComputeType="BUILD_GENERAL1_MEDIUM",
            PrivilegedMode=True,
            EnvironmentVariables=[*_variables("Dev"), _variable("FOLDER", Ref(inputs.IMAGE_FOLDER.name))],
        ),
        cache=ProjectCache(Type="S3", Location=Sub(f"${{{STORE}}}/cache")),
        minutes=_BUILD_MINUTES,
    )


def _project(
    title: str,
    role: str,
    spec: str,
    of: pipeline_systems.Environment,
    *,
    environment: Environment | None = None,
    cache: ProjectCache | None = None,
    minutes: int = _OTHER_MINUTES,
    **more: Any,
) -> Project:
    small = Environment(
        Type="LINUX_CONTAINER",
        Image=_X86_IMAGE,
        ComputeType="BUILD_GENERAL1_SMALL",
        EnvironmentVariables=_variables(of),
    )
    stream = CloudWatchLogs(Status="ENABLED", GroupName=Ref(LOGS), StreamName=title)
    return Project(
        title,
        ServiceRole=GetAtt(role, "Arn"),
        Source=Source(Type="CODEPIPELINE", BuildSpec=spec),
        Artifacts=Artifacts(Type="CODEPIPELINE"),
        Environment=environment or small,
        LogsConfig=LogsConfig(CloudWatchLogs=stream),
        TimeoutInMinutes=minutes,
        QueuedTimeoutInMinutes=_QUEUE_MINUTES,
        **({"Cache": cache} if cache else {}),
        **more,
    )


def _variables(of: pipeline_systems.Environment) -> list[EnvironmentVariable]:
    return [
        _variable("BLUEPRINT", Ref(inputs.BLUEPRINT_NAME.name)),
        _variable("ENV", Ref(f"{of}Environment")),
    ]


def _variable(name: str, value: Any) -> EnvironmentVariable:
    return EnvironmentVariable(Name=name, Value=value)


def _role(title: str, statements: list[Any], **more: Any) -> iam.Role:
    # "Cross-service confused deputy prevention", AWS CodeBuild User Guide.
    own = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
    log = grants.write_logs(GetAtt(LOGS, "Arn"))
    return iam.Role(
        title,
        AssumeRolePolicyDocument=trust("codebuild.amazonaws.com", when=own),
        Policies=[iam.Policy(PolicyName="Work", PolicyDocument=policy(log, _read_artifacts(), *statements))],
        **more,
    )


def _build() -> list[Statement]:
    """Build: push to the first environment's registry, publish templates, leave artifacts and the cache of layers."""
    return [
        *_write_artifacts(),
        *grants.push(pipeline_systems.registries("Dev")),
        allow("cloudformation:DescribeStacks", pipeline_systems.roots("Dev")),
        grants.read_parameters(),
        allow(["s3:GetBucketLocation", "s3:ListBucket"], _template_bucket()),
        allow(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], _template_bucket("/*")),
    ]


def _review() -> list[Statement]:
    """Review: make and read change sets of the second environment, and execute none, whatever the source says.

    What it asks for it takes away again; it writes no template, for the build has published all of them.
    """
    execution_role = Ref(inputs.EXECUTION_ROLE.name)
    ours = {
        "StringEquals": {"cloudformation:RoleArn": execution_role},
        "StringLike": {"cloudformation:ChangeSetName": "stackwright-*"},
    }
    look = ["cloudformation:DeleteChangeSet", *(f"cloudformation:{each}*" for each in ("Describe", "Get", "List"))]
    return [
        allow("cloudformation:CreateChangeSet", pipeline_systems.stacks("Prod"), when=ours),
        allow(look, pipeline_systems.stacks("Prod")),
        pass_execution_role(),
        *grants.look_at_traffic(pipeline_systems.services("Prod")),
        grants.read_parameters(),
        allow(["s3:GetBucketLocation", "s3:ListBucket"], _template_bucket()),
        allow("s3:GetObject", _template_bucket("/*")),
    ]


def _look_at_releases() -> list[Statement]:
    """Return what `deploy` asks of the second environment, where CodeDeploy may be at work on another version.

    Source: "Actions, resources, and condition keys for AWS CodeDeploy": a target has no resource.
    """
    looks = [f"codedeploy:{each}" for each in ("GetDeployment", "GetDeploymentGroup", "ListDeployments")]
    return [
        allow(looks, pipeline_systems.of_codedeploy("Prod")),
        allow(["codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets"], "*"),
    ]


def _promote() -> list[Statement]:
    """Promotion: pull from the first registry, push to the second."""
    return [
        *_write_artifacts(),
        *grants.push(pipeline_systems.registries("Prod")),
        allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], pipeline_systems.registries("Dev")),
        allow("cloudformation:DescribeStacks", pipeline_systems.roots("Prod")),
    ]


def _write() -> list[Statement]:
    """Writing: read the live revision of either stack, which has no resource, and change nothing."""
    both = pipeline_systems.BOTH
    look = [f"cloudformation:{each}" for each in ("DescribeStackEvents", "DescribeStacks", "GetTemplate")]
    return [
        *_write_artifacts(),
        allow(look, pipeline_systems.roots(*both)),
        allow("codedeploy:GetDeploymentGroup", pipeline_systems.of_codedeploy(*both)),
        allow("ecs:DescribeTaskDefinition", "*"),
    ]


def pass_execution_role() -> Statement:
    """Return the statement that lets a role hand the execution role to CloudFormation, and to nobody else."""
    return grants.pass_role(Ref(inputs.EXECUTION_ROLE.name), "cloudformation.amazonaws.com")


def _read_artifacts() -> Statement:
    return allow(["s3:GetObject", "s3:GetObjectVersion"], Sub(f"${{{STORE}.Arn}}/*"))


def _write_artifacts() -> list[Statement]:
    # "Allow CodeBuild to interact with other AWS services", AWS CodeBuild User Guide.
    return [
        allow("s3:PutObject", Sub(f"${{{STORE}.Arn}}/*")),
        allow(["s3:GetBucketAcl", "s3:GetBucketLocation"], GetAtt(STORE, "Arn")),
    ]


def _template_bucket(path: str = "") -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:s3:::${{TemplateBucket}}{path}")
