"""What a pipeline delivers, from where, and with what."""

from __future__ import annotations

from nested.shape import Input

_PIPELINE = "Pipeline"


def _environment(name: str, label: str, description: str, default: str) -> Input:
    return Input(
        name,
        "String",
        _PIPELINE,
        label,
        description,
        default=default,
        pattern="^[a-z][a-z0-9]{0,15}$",
        max_length=16,
        constraint="Lower-case letters and digits, a letter first, at most 16 characters.",
        shared=True,
    )


def _of_ecs(name: str, label: str, output: str) -> Input:
    return Input(
        name,
        "String",
        _PIPELINE,
        label,
        f"The {output} output of the system's stack.",
        pattern=r"^[a-zA-Z0-9_-]{1,255}$",
        constraint="A name, not an ARN.",
        shared=True,
    )


BLUEPRINT_NAME = Input(
    "BlueprintName",
    "String",
    _PIPELINE,
    "Blueprint",
    "System to deliver, by its blueprint's name; its stacks are <blueprint>-<environment>, and stand already.",
    pattern=r"^[a-z][a-z0-9-]{0,63}$",
    max_length=64,
    constraint="The name of a blueprint, for example fargate-alb.",
    shared=True,
)
DEV_ENVIRONMENT = _environment(
    "DevEnvironment", "First environment", "Environment that every change is deployed to.", "dev"
)
PROD_ENVIRONMENT = _environment(
    "ProdEnvironment", "Second environment", "Environment that a person lets a change go on to.", "prod"
)
IMAGE_FOLDER = Input(
    "ImageFolder",
    "String",
    _PIPELINE,
    "Image folder",
    "Folder of the source whose Dockerfile is built.",
    default=".",
    pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$",
    max_length=200,
    constraint="A folder inside the source, without a slash at its ends.",
    shared=True,
)
CONNECTION_ARN = Input(
    "ConnectionArn",
    "String",
    _PIPELINE,
    "Connection",
    "ARN of the connection to the repository, once somebody has completed it in the console; empty takes source.zip "
    "from the source bucket.",
    default="",
    pattern=r"^$|^arn:[a-z-]+:codeconnections:[a-z0-9-]+:\d{12}:connection/[a-f0-9-]{36}$",
    constraint="The ARN of a connection of AWS CodeConnections, or nothing.",
    shared=True,
)
FULL_REPOSITORY_ID = Input(
    "FullRepositoryId",
    "String",
    _PIPELINE,
    "Repository",
    "Repository behind the connection, as its provider names it: owner/name, on GitLab with all groups.",
    default="",
    pattern=r"^$|^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$",
    max_length=200,
    constraint="owner/name, or nothing.",
    shared=True,
)
BRANCH_NAME = Input(
    "BranchName",
    "String",
    _PIPELINE,
    "Branch",
    "Branch of the repository whose changes start the pipeline.",
    default="main",
    pattern=r"^[A-Za-z0-9._/-]+$",
    max_length=200,
    constraint="The name of one branch, without wildcards.",
    shared=True,
)
APPROVAL_MESSAGE = Input(
    "ApprovalMessage",
    "String",
    _PIPELINE,
    "Approval message",
    "What whoever approves is asked to do; what the review found follows it.",
    default="Read the change tree and the guarantees behind the link before you approve.",
    # With what the review and the build add, an action's configuration takes 1,000 characters.
    max_length=300,
    pattern=r"^[^#{}]*$",
    constraint="At most 300 characters, without # and braces.",
    shared=True,
)
BUILD_LOG_RETENTION_DAYS = Input(
    "BuildLogRetentionDays",
    "Number",
    _PIPELINE,
    "Log retention (days)",
    "Days that the logs of builds and of the pipeline's executions are kept.",
    default="90",
    allowed=("7", "14", "30", "60", "90", "180", "365"),
    shared=True,
)
TEMPLATE_BUCKET = Input(
    "TemplateBucket",
    "AWS::SSM::Parameter::Value<String>",
    _PIPELINE,
    "Artifact bucket (SSM parameter)",
    "SSM parameter that holds the bucket templates are published to; the region blueprint writes it.",
    default="/stackwright/artifact-bucket",
    shared=True,
)
EXECUTION_ROLE = Input(
    "ExecutionRole",
    "AWS::SSM::Parameter::Value<String>",
    _PIPELINE,
    "Execution role (SSM parameter)",
    "SSM parameter that holds the role CloudFormation makes the systems with; the account blueprint writes it.",
    default="/stackwright/execution-role-arn",
    shared=True,
)
DEV_CLUSTER_NAME = _of_ecs("DevClusterName", "Cluster of the first environment", "ClusterName")
DEV_SERVICE_NAME = _of_ecs("DevServiceName", "Service of the first environment", "ServiceName")
PROD_CLUSTER_NAME = _of_ecs("ProdClusterName", "Cluster of the second environment", "ClusterName")
PROD_SERVICE_NAME = _of_ecs("ProdServiceName", "Service of the second environment", "ServiceName")
PIPELINE_NAME = Input(
    "PipelineName", "String", _PIPELINE, "Pipeline", "The pipeline, under which the console shows it.", public=True
)
SOURCE_BUCKET_NAME = Input(
    "SourceBucketName",
    "String",
    _PIPELINE,
    "Source bucket",
    "Where source.zip is uploaded to, which starts the pipeline; empty where a connection does.",
    public=True,
)
ARTIFACT_STORE_NAME = Input(
    "ArtifactStoreName",
    "String",
    _PIPELINE,
    "Artifact store",
    "Bucket in which the pipeline hands artifacts from stage to stage.",
    public=True,
)
BUILD_LOG_GROUP_NAME = Input(
    "BuildLogGroupName", "String", _PIPELINE, "Build logs", "Where build, review and promotion log to.", public=True
)
