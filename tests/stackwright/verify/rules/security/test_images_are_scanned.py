from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/images-are-scanned"
ON_PUSH = {"ImageScanningConfiguration": {"ScanOnPush": "true"}}
FIXED = {"ImageTagMutability": "IMMUTABLE"}


@pytest.mark.parametrize("blueprint", ["ec2-alb", "fargate-cdn"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_are_scanned(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


def _seeded(**change: Any) -> Deployment:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Registry/Repository")["Properties"].update(change)

    return seeded(seed)


@pytest.mark.parametrize("scanning", [{"ScanOnPush": False}, {}])
def test_a_registry_that_nobody_scans_is_found(scanning: dict[str, Any]) -> None:
    assert told(RULE, _seeded(ImageScanningConfiguration=scanning)) == [
        "Registry/Repository ImageScanningConfiguration.ScanOnPush: nobody is told of known weaknesses in its images"
    ]


@pytest.mark.parametrize("mutability", ["MUTABLE", "MUTABLE_WITH_EXCLUSION"])
def test_a_tag_that_moves_is_found(mutability: str) -> None:
    assert told(RULE, _seeded(ImageTagMutability=mutability)) == [
        "Registry/Repository ImageTagMutability: whoever may push can put another image behind a tag that is deployed"
    ]


@pytest.mark.parametrize(("excluded", "found"), [("*", 1), ("**", 1), ("latest", 0), ("nightly-*", 0)])
def test_an_exclusion_of_every_tag_is_found(excluded: str, found: int) -> None:
    kept = {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": excluded}
    told_of = told(
        RULE, _seeded(ImageTagMutability="IMMUTABLE_WITH_EXCLUSION", ImageTagMutabilityExclusionFilters=[kept])
    )
    problem = "Registry/Repository ImageTagMutabilityExclusionFilters: it lets every tag be put to another image"
    assert told_of == [problem] * found


def test_silence_is_found() -> None:
    assert len(told(RULE, alone({"Repository": {"Type": "AWS::ECR::Repository"}}))) == 2


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


@pytest.mark.parametrize(
    "properties",
    [
        {**ON_PUSH, "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION"},
        {"ImageScanningConfiguration": UNKNOWN, "ImageTagMutability": UNKNOWN},
        {"ImageScanningConfiguration": {"ScanOnPush": UNKNOWN}, **FIXED},
    ],
)
def test_what_is_scanned_or_not_known_is_no_finding(properties: dict[str, Any]) -> None:
    repository = {"Type": "AWS::ECR::Repository", "Properties": properties}
    assert findings(RULE, alone({"Repository": repository, "Other": {"Type": "Custom::Data"}})) == []


@pytest.mark.parametrize(
    ("wanted", "frequency", "found"),
    [
        ("*", "SCAN_ON_PUSH", 0),
        ("shop", "CONTINUOUS_SCAN", 0),
        ("shop/*", "SCAN_ON_PUSH", 0),
        ("other/*", "SCAN_ON_PUSH", 1),
        ("*", "MANUAL", 1),
    ],
)
def test_the_whole_registry_may_be_scanned(wanted: str, frequency: str, found: int) -> None:
    rule = {"ScanFrequency": frequency, "RepositoryFilters": [{"Filter": wanted, "FilterType": "WILDCARD"}]}
    resources = {
        "Registry": {
            "Type": "AWS::ECR::RegistryScanningConfiguration",
            "Properties": {"ScanType": "BASIC", "Rules": [rule]},
        },
        "Repository": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "shop/app", **FIXED}},
    }
    assert len(told(RULE, alone(resources))) == found
