"""Replication of images: what is copied, where to, and what the copy's repository is like."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
HERE, THERE = "us-east-1", "eu-west-1"
KEEP_TWO = {
    "rulePriority": 1,
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 2},
    "action": {"type": "expire"},
}


def push(client: Client, tag: str, *, repository: str = "fargate-app", layer: str = "") -> None:
    kind = "application/vnd.oci.image.manifest.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "annotations": {"tag": layer or tag}})
    client("ecr").put_image(repositoryName=repository, imageManifest=manifest, imageTag=tag)


@pytest.fixture
def replicated(client: Client) -> Client:
    """An account whose repositories `fargate-…` are replicated to another region."""
    here = client("ecr")
    here.create_repository(repositoryName="fargate-app", imageTagMutability="IMMUTABLE")
    here.create_repository(repositoryName="other")
    account = here.describe_registry()["registryId"]
    filters = [{"filter": "fargate-", "filterType": "PREFIX_MATCH"}]
    rule = {"destinations": [{"region": THERE, "registryId": account}], "repositoryFilters": filters}
    push(client, "before")
    here.put_replication_configuration(replicationConfiguration={"rules": [rule]})
    return client


def there(client: Client) -> dict[str, list[str]]:
    """The tags in each repository of the other region."""
    ecr = client("ecr", THERE)
    names = [each["repositoryName"] for each in ecr.describe_repositories()["repositories"]]
    return {
        name: sorted(each["imageTag"] for each in ecr.list_images(repositoryName=name)["imageIds"]) for name in names
    }


def test_what_is_pushed_from_then_on_is_copied_if_a_filter_takes_it(replicated: Client) -> None:
    push(replicated, "dev-1")
    push(replicated, "dev-1", repository="other")
    assert there(replicated) == {"fargate-app": ["dev-1"]}


def test_the_copy_has_the_digest_of_the_image(replicated: Client) -> None:
    push(replicated, "dev-1")
    found = [
        {
            each["imageDigest"]
            for each in replicated("ecr", region).list_images(repositoryName="fargate-app")["imageIds"]
        }
        for region in (HERE, THERE)
    ]
    assert found[1] < found[0]


def test_a_repository_has_no_setting_of_the_sources(replicated: Client) -> None:
    push(replicated, "dev-1")
    (made,) = replicated("ecr", THERE).describe_repositories()["repositories"]
    assert made["imageTagMutability"] == "MUTABLE"


def test_a_template_there_says_what_it_is_like(replicated: Client) -> None:
    ecr = replicated("ecr", THERE)
    policy = json.dumps({"rules": [KEEP_TWO]})
    moving = [{"filterType": "WILDCARD", "filter": "latest"}]
    given = {
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": moving,
        "lifecyclePolicy": policy,
    }
    ecr.create_repository_creation_template(prefix="ROOT", appliedFor=["REPLICATION"], **given)
    ecr.create_repository_creation_template(prefix="fargate", appliedFor=["REPLICATION"])
    push(replicated, "dev-1")
    (made,) = ecr.describe_repositories()["repositories"]
    assert made["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert made["imageTagMutabilityExclusionFilters"] == moving
    assert ecr.get_lifecycle_policy(repositoryName="fargate-app")["lifecyclePolicyText"] == policy


def test_what_is_deleted_here_stays_there(replicated: Client) -> None:
    push(replicated, "dev-1")
    replicated("ecr").batch_delete_image(repositoryName="fargate-app", imageIds=[{"imageTag": "dev-1"}])
    assert there(replicated) == {"fargate-app": ["dev-1"]}


def test_templates_are_told_apart_by_their_prefix(client: Client) -> None:
    ecr = client("ecr")
    ecr.create_repository_creation_template(prefix="ROOT", appliedFor=["REPLICATION"])
    with pytest.raises(ClientError, match="TemplateAlreadyExistsException"):
        ecr.create_repository_creation_template(prefix="ROOT", appliedFor=["REPLICATION"])
    with pytest.raises(ClientError, match="TemplateNotFoundException"):
        ecr.delete_repository_creation_template(prefix="other")


def test_only_inspector_scans_again(client: Client) -> None:
    ecr = client("ecr")
    rule = {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}
    with pytest.raises(ClientError, match="CONTINUOUS_SCAN"):
        ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[rule])
    ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=[rule])
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"]["scanType"] == "ENHANCED"
