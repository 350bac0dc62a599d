"""What CodePipeline knows of actions: their artifacts, the keys of their configuration, and what they export.

Source: "Action structure reference" in the AWS CodePipeline User Guide, a page for each provider. A provider that is
not here is refused.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ActionType:
    """How many artifacts an action takes and gives, which configuration it has to have and may have.

    `exports` are the keys under its namespace; None: whatever its build exports.
    """

    takes: range
    gives: range
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    exports: frozenset[str] | None = frozenset()


def _keys(*names: str) -> frozenset[str]:
    return frozenset(names)


_NONE, _ONE, _PERHAPS_ONE = range(1), range(1, 2), range(2)
_BUILD = ActionType(
    takes=range(1, 6),
    gives=range(6),
    required=_keys("ProjectName"),
    optional=_keys("PrimarySource", "EnvironmentVariables", "BatchEnabled", "CombineArtifacts"),
    exports=None,
)
ACTION_TYPES: dict[tuple[str, str], ActionType] = {
    ("Source", "S3"): ActionType(
        takes=_NONE,
        gives=_ONE,
        required=_keys("S3Bucket", "S3ObjectKey"),
        optional=_keys("PollForSourceChanges", "AllowOverrideForS3ObjectKey"),
        exports=_keys("BucketName", "ETag", "ObjectKey", "VersionId"),
    ),
    ("Source", "CodeStarSourceConnection"): ActionType(
        takes=_NONE,
        gives=_ONE,
        required=_keys("ConnectionArn", "FullRepositoryId", "BranchName"),
        optional=_keys("OutputArtifactFormat", "DetectChanges"),
        exports=_keys("AuthorDate", "BranchName", "CommitId", "CommitMessage", "ConnectionArn", "FullRepositoryName"),
    ),
    ("Build", "CodeBuild"): _BUILD,
    ("Test", "CodeBuild"): _BUILD,
    ("Approval", "Manual"): ActionType(
        takes=_NONE,
        gives=_NONE,
        optional=_keys("CustomData", "ExternalEntityLink", "NotificationArn"),
    ),
    ("Deploy", "CloudFormation"): ActionType(
        takes=range(11),
        gives=_PERHAPS_ONE,
        required=_keys("ActionMode", "StackName"),
        optional=_keys(
            "Capabilities",
            "ChangeSetName",
            "OutputFileName",
            "ParameterOverrides",
            "RoleArn",
            "TemplateConfiguration",
            "TemplatePath",
        ),
        exports=None,
    ),
    ("Deploy", "ECS"): ActionType(
        takes=_ONE,
        gives=_NONE,
        required=_keys("ClusterName", "ServiceName"),
        optional=_keys("FileName", "DeploymentTimeout"),
    ),
    ("Deploy", "CodeDeployToECS"): ActionType(
        takes=range(1, 6),
        gives=_NONE,
        required=_keys(
            "ApplicationName", "DeploymentGroupName", "TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"
        ),
        optional=_keys(
            "TaskDefinitionTemplatePath",
            "AppSpecTemplatePath",
            *(f"Image{number}{what}" for number in range(1, 5) for what in ("ArtifactName", "ContainerName")),
        ),
    ),
}

# What each mode of that action has to have beside the stack ("AWS CloudFormation deploy action reference").
CLOUDFORMATION_MODES = {
    "CHANGE_SET_EXECUTE": _keys("ChangeSetName"),
    "CHANGE_SET_REPLACE": _keys("ChangeSetName", "RoleArn", "TemplatePath"),
    "CREATE_UPDATE": _keys("RoleArn", "TemplatePath"),
    "DELETE_ONLY": _keys("RoleArn"),
    "REPLACE_ON_FAILURE": _keys("RoleArn", "TemplatePath"),
}
