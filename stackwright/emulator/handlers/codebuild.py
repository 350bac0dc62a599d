"""Projects of CodeBuild."""

from __future__ import annotations

from stackwright.emulator.handlers import Context, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers

# "CreateProject", AWS CodeBuild API Reference: characters of a name; moto counts from one less.
_LIMIT = 149

# Everything that UpdateProject takes; the name stays, and what the local AWS has no call for is an error.
_CHANGED = (
    "Artifacts",
    "AutoRetryLimit",
    "BadgeEnabled",
    "BuildBatchConfig",
    "Cache",
    "ConcurrentBuildLimit",
    "Description",
    "EncryptionKey",
    "Environment",
    "FileSystemLocations",
    "LogsConfig",
    "QueuedTimeoutInMinutes",
    "SecondaryArtifacts",
    "SecondarySourceVersions",
    "SecondarySources",
    "ServiceRole",
    "Source",
    "SourceVersion",
    "Tags",
    "TimeoutInMinutes",
    "VpcConfig",
)


def _arn(context: Context, name: str, properties: Properties) -> str:
    return f"arn:aws:codebuild:{context.region}:{context.account}:project/{name}"


_PROJECT = Mapped(
    service="codebuild",
    create="create_project",
    identity="project.name",
    key="name",
    delete="delete_project",
    name=Name("Name", _LIMIT),
    local=(),
    steps=(Step("update_project", _CHANGED, at_creation=False),),
    attributes={"Arn": _arn, "Id": "="},
)
HANDLERS = handlers({"AWS::CodeBuild::Project": _PROJECT})
