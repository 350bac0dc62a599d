"""Images: which of them a repository keeps, and which of its tags may move."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from troposphere import Sub, ecr

# Untagged images are layers that a failed push left, or indexes' parts that nothing names any more.
_UNTAGGED_KEPT = 1


def lifecycle_policy(tags: dict[str, Any]) -> Sub:
    """Return the policy that keeps the newest RetainedImages of those with these tags, and next to no untagged ones.

    Source: "Lifecycle policy properties in Amazon ECR", Amazon ECR User Guide: the lowest priority is applied first.
    """
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
            **tags,
            "countType": "imageCountMoreThan",
            "countNumber": "${RetainedImages}",
        },
        "action": {"type": "expire"},
    }
    text = json.dumps({"rules": [untagged, tagged]})
    # A number in the policy, so without the quotes that it needs as a placeholder here.
    return Sub(text.replace('"${RetainedImages}"', "${RetainedImages}"))


def immutable_but(moving: Sequence[str]) -> dict[str, Any]:
    """Return the properties of a repository that keep every tag at its image but these, of which ECR takes one to five.

    Source: "Preventing image tags from being overwritten in Amazon ECR", Amazon ECR User Guide.
    """
    if not moving:
        return {"ImageTagMutability": "IMMUTABLE"}
    filters = [
        ecr.ImageTagMutabilityExclusionFilter(
            ImageTagMutabilityExclusionFilterType="WILDCARD", ImageTagMutabilityExclusionFilterValue=tag
        )
        for tag in moving
    ]
    return {"ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "ImageTagMutabilityExclusionFilters": filters}
