"""Registry: an ECR repository that keeps what can be rolled back to and expires the rest."""

from __future__ import annotations

import json

from troposphere import Ref, Sub, Template, ecr

from nested import inputs
from nested.shape import gives, needs

# Untagged images are layers that a failed push left, or indexes' parts that nothing names any more.
_UNTAGGED_KEPT = 1


def template() -> Template:
    """Emit the registry stack.

    Needs EnvironmentName and RetainedImages; gives RepositoryName, RepositoryUri and RepositoryArn.
    Tags are immutable: an image is replaced by pushing another tag, never by moving one.
    """
    t = Template(Description="Container registry with lifecycle rules")
    needs(t, inputs.ENVIRONMENT_NAME, inputs.RETAINED_IMAGES)
    repository = t.add_resource(_repository())
    gives(
        t,
        {
            inputs.REPOSITORY_NAME: Ref(repository),
            inputs.REPOSITORY_URI: repository.get_att("RepositoryUri"),
            inputs.REPOSITORY_ARN: repository.get_att("Arn"),
        },
    )
    return t


def _repository() -> ecr.Repository:
    return ecr.Repository(
        "Repository",
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        ImageTagMutability="IMMUTABLE",
        ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
        EncryptionConfiguration=ecr.EncryptionConfiguration(EncryptionType="AES256"),
        LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=_lifecycle_policy()),
    )


def _lifecycle_policy() -> Sub:
    # "Lifecycle policy properties in Amazon ECR", Amazon ECR User Guide: the lowest priority is applied first.
    untagged = {
        "rulePriority": 1,
        "description": "Expire untagged images",
        "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": _UNTAGGED_KEPT},
        "action": {"type": "expire"},
    }
    tagged = {
        "rulePriority": 2,
        "description": "Keep the newest images of the environment",
        "selection": {
            "tagStatus": "tagged",
            "tagPrefixList": ["${EnvironmentName}-"],
            "countType": "imageCountMoreThan",
            "countNumber": "${RetainedImages}",
        },
        "action": {"type": "expire"},
    }
    text = json.dumps({"rules": [untagged, tagged]})
    # A number in the policy, so without the quotes that it needs as a placeholder here.
    return Sub(text.replace('"${RetainedImages}"', "${RetainedImages}"))
