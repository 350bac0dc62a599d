"""Image replicas: nothing until it is asked for, the stacks' repositories alone, and templates for what arrives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import ecr, image_replicas
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

STACKS = ("ec2-alb-*", "fargate-*")


def deployed(**given: str) -> dict[str, dict[str, Any]]:
    template = image_replicas.template(stacks=STACKS).to_dict()
    graph = resolve(template, {}, given, region="eu-west-1", stack_name="region-prod")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_by_default_nothing_is_sent_and_nothing_expected() -> None:
    assert deployed() == {}


def test_repositories_of_the_stacks_are_replicated_to_one_region_of_the_account() -> None:
    found = deployed(ImageReplicaRegion="eu-central-1")
    assert found.keys() == {"ImageReplication"}
    (rule,) = found["ImageReplication"]["ReplicationConfiguration"]["Rules"]
    assert rule["Destinations"] == [{"Region": "eu-central-1", "RegistryId": "123456789012"}]
    assert rule["RepositoryFilters"] == [
        {"Filter": "ec2-alb-", "FilterType": "PREFIX_MATCH"},
        {"Filter": "fargate-", "FilterType": "PREFIX_MATCH"},
    ]


def test_what_arrives_keeps_its_tags_but_latest_and_expires() -> None:
    (made,) = deployed(ReceivesReplicas="on", RetainedImages="3").values()
    assert (made["Prefix"], made["AppliedFor"]) == ("ROOT", ["REPLICATION"])
    moving = ecr.template(moving=("latest",)).to_dict()["Resources"]["Repository"]["Properties"]
    for name in ("ImageTagMutability", "ImageTagMutabilityExclusionFilters"):
        assert made[name] == moving[name]
    untagged, tagged = json.loads(made["LifecyclePolicy"])["rules"]
    assert untagged["selection"]["tagStatus"] == "untagged"
    assert (tagged["selection"]["tagPatternList"], tagged["selection"]["countNumber"]) == (["*"], 3)


def test_a_region_is_one_or_none() -> None:
    for given in ("", "Frankfurt", "eu-central-1a"):
        with pytest.raises(Exception, match="ImageReplicaRegion"):
            deployed(ImageReplicaRegion=given)


def test_a_replica_takes_the_place_of_a_repository_of_ones_own() -> None:
    def registry(**given: str) -> tuple[list[str], dict[str, str]]:
        graph = resolve(
            ecr.template().to_dict(), {}, {"EnvironmentName": "prod", **given}, region="eu-central-1", stack_name="r"
        )
        return list(graph.resources), {key: str(value) for key, value in graph.outputs.items()}

    assert registry()[0] == ["Repository"]
    made, given = registry(ReplicaRepository="fargate-alb-prod-registry-1a2b-repository-3c4d")
    assert made == []
    name = "fargate-alb-prod-registry-1a2b-repository-3c4d"
    assert given == {
        "RepositoryName": name,
        "RepositoryUri": f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/{name}",
        "RepositoryArn": f"arn:aws:ecr:eu-central-1:123456789012:repository/{name}",
    }
