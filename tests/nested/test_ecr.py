"""The registry keeps what can be rolled back to, and nobody's tag moves."""

from __future__ import annotations

import json
from typing import Any

from nested import ecr
from stackwright.resolve.nested import resolve

TEMPLATE = ecr.template().to_dict()
REPOSITORY = TEMPLATE["Resources"]["Repository"]


def rules(environment: str, images: str) -> list[dict[str, Any]]:
    given = {"EnvironmentName": environment, "RetainedImages": images}
    graph = resolve(TEMPLATE, {}, given, region="us-east-1", stack_name="registry")
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


def test_images_outlive_the_stack_but_not_a_failed_first_try() -> None:
    assert REPOSITORY["DeletionPolicy"] == "RetainExceptOnCreate"
    assert REPOSITORY["UpdateReplacePolicy"] == "Retain"
    assert "RepositoryName" not in REPOSITORY["Properties"]
