"""The registry keeps what can be rolled back to, and nobody's tag moves."""

from __future__ import annotations

import json
from typing import Any

from nested import ecr
from stackwright.resolve.nested import resolve

REPOSITORY = ecr.template().to_dict()["Resources"]["Repository"]


def rules(environment: str, images: str, **options: Any) -> list[dict[str, Any]]:
    given = {"EnvironmentName": environment, "RetainedImages": images}
    template = ecr.template(**options).to_dict()
    graph = resolve(template, {}, given, region="us-east-1", stack_name="registry")
    text = graph.resources["Repository"].properties["LifecyclePolicy"]["LifecyclePolicyText"]
    found: list[dict[str, Any]] = json.loads(text)["rules"]
    return found


def test_untagged_images_expire_first_and_all_but_one() -> None:
    first = rules("dev", "3")[0]
    assert first["rulePriority"] == 1
    assert first["selection"] == {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}


def test_the_newest_images_of_the_environment_are_kept() -> None:
    second = rules("prod", "10")[1]
    assert second["rulePriority"] == 2
    assert second["selection"] == {
        "tagStatus": "tagged",
        "tagPrefixList": ["prod-"],
        "countType": "imageCountMoreThan",
        "countNumber": 10,
    }


def test_tags_are_immutable_and_pushes_scanned_and_encrypted() -> None:
    properties = REPOSITORY["Properties"]
    assert properties["ImageTagMutability"] == "IMMUTABLE"
    assert properties["ImageScanningConfiguration"]["ScanOnPush"] is True
    assert properties["EncryptionConfiguration"] == {"EncryptionType": "AES256"}


def test_latest_alone_moves_where_that_is_asked_for() -> None:
    properties = ecr.template(moving=("latest",)).to_dict()["Resources"]["Repository"]["Properties"]
    assert properties["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert properties["ImageTagMutabilityExclusionFilters"] == [
        {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "latest"}
    ]


def test_what_latest_is_at_is_the_newest_and_so_never_expires() -> None:
    """Its other tag begins with the environment, and RetainedImages of those are kept."""
    assert ecr.template(moving=("latest",)).to_dict()["Parameters"]["RetainedImages"]["MinValue"] == 1
    for rule in rules("dev", "1", moving=("latest",)):
        assert rule["selection"]["tagStatus"] == "untagged" or rule["selection"]["tagPrefixList"] == ["dev-"]


def test_images_outlive_the_stack_but_not_a_failed_first_try() -> None:
    assert REPOSITORY["DeletionPolicy"] == "RetainExceptOnCreate"
    assert REPOSITORY["UpdateReplacePolicy"] == "Retain"
    assert "RepositoryName" not in REPOSITORY["Properties"]
