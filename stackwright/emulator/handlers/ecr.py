"""ECR: repositories, and the settings of a whole registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Read, Step, handlers, put_again
from stackwright.emulator.handlers.shapes import boolean, call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging

_FILTERS = {
    "ImageTagMutabilityExclusionFilterType": "filterType",
    "ImageTagMutabilityExclusionFilterValue": "filter",
}

_REPOSITORY = Mapped(
    service="ecr",
    create="create_repository",
    identity="repository.repositoryName",
    key="repositoryName",
    delete="delete_repository",
    names=_FILTERS,
    name=Name("RepositoryName", 256, lower=True),
    local=("EmptyOnDelete",),
    steps=(
        Step(
            "put_lifecycle_policy",
            ("LifecyclePolicy",),
            clear="delete_lifecycle_policy",
            build=lambda given: {
                name: value
                for name, value in given["LifecyclePolicy"].items()
                if name in ("LifecyclePolicyText", "RegistryId")
            },
        ),
        Step(
            "set_repository_policy",
            ("RepositoryPolicyText",),
            names={"RepositoryPolicyText": "policyText"},
            clear="delete_repository_policy",
        ),
        Step(
            "put_image_scanning_configuration",
            ("ImageScanningConfiguration",),
            at_creation=False,
            empty={"ImageScanningConfiguration": {"ScanOnPush": False}},
        ),
        Step(
            "put_image_tag_mutability",
            ("ImageTagMutability", "ImageTagMutabilityExclusionFilters"),
            names=_FILTERS,
            at_creation=False,
            empty={"ImageTagMutability": "MUTABLE"},
        ),
    ),
    read=Read("describe_repositories", "repositoryNames", "repositories[0]"),
    attributes={"Arn": "repositoryArn", "RepositoryUri": "repositoryUri"},
    tagging=Tagging(),
    tag_by="repositoryArn",
)


def _delete_repository(context: Context, repository: str, old: Properties) -> None:
    """Images go along only where EmptyOnDelete says so; else the service refuses."""
    force = boolean(old.get("EmptyOnDelete", False))
    ecr = context.client("ecr")
    gone_is_fine(ecr.delete_repository, repositoryName=repository, force=force)


_TEMPLATE = Mapped(
    service="ecr",
    create="create_repository_creation_template",
    identity="=Prefix",
    key="prefix",
    delete="delete_repository_creation_template",
    names=_FILTERS,
    steps=(
        Step(
            "update_repository_creation_template",
            (
                "AppliedFor",
                "CustomRoleArn",
                "Description",
                "EncryptionConfiguration",
                "ImageTagMutability",
                "ImageTagMutabilityExclusionFilters",
                "LifecyclePolicy",
                "RepositoryPolicy",
                "ResourceTags",
            ),
            names=_FILTERS,
            at_creation=False,
        ),
    ),
    read=Read("describe_repository_creation_templates", "prefixes", "repositoryCreationTemplates[0]"),
    attributes={"CreatedAt": "createdAt", "UpdatedAt": "updatedAt"},
)


def _registry_wide(operation: str, undo: str, nothing: Mapping[str, Any]) -> Handler:
    """Return the handler of a setting that a registry has once; its id is the account's."""

    def create(context: Context, properties: Properties) -> str:
        call(context.client("ecr"), operation, properties)
        return context.account

    def delete(context: Context, _: str, old: Properties) -> None:
        gone_is_fine(call, context.client("ecr"), undo, nothing)

    return Handler(
        create=create,
        delete=delete,
        update=put_again(create),
        attributes=lambda _, account, __: {"RegistryId": account},
    )


HANDLERS = handlers(
    {
        "AWS::ECR::Repository": replace(_REPOSITORY.handler(), delete=_delete_repository),
        "AWS::ECR::RepositoryCreationTemplate": _TEMPLATE,
        "AWS::ECR::RegistryPolicy": _registry_wide("put_registry_policy", "delete_registry_policy", {}),
        "AWS::ECR::RegistryScanningConfiguration": _registry_wide(
            "put_registry_scanning_configuration",
            "put_registry_scanning_configuration",
            {"scanType": "BASIC", "rules": []},
        ),
        "AWS::ECR::ReplicationConfiguration": _registry_wide(
            "put_replication_configuration",
            "put_replication_configuration",
            {"replicationConfiguration": {"rules": []}},
        ),
    }
)
