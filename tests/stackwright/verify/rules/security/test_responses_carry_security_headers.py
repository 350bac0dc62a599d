from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/responses-carry-security-headers"
NAME = "ResponseHeadersPolicyId"
CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_answer_of_ours_carries_them(environment: str) -> None:
    assert findings(RULE, seeded(blueprint="fargate-cdn", environment=environment)) == []


def _config(stacks: STACKS) -> Any:
    return resource(stacks, "Cdn/Distribution")["Properties"]["DistributionConfig"]


def test_a_forgotten_path_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del _config(stacks)["CacheBehaviors"][0][NAME]

    (line,) = told(RULE, seeded(seed, blueprint="fargate-cdn"))
    assert line.startswith(f"Cdn/Distribution DistributionConfig.CacheBehaviors.0.{NAME}: /static/* names no policy")


def test_the_default_is_a_behavior_too() -> None:
    def seed(stacks: STACKS) -> None:
        _config(stacks)["DefaultCacheBehavior"][NAME] = CORS

    (line,) = told(RULE, seeded(seed, blueprint="fargate-cdn"))
    assert "DefaultCacheBehavior" in line
    assert "for other origins' scripts alone" in line


@pytest.mark.parametrize(
    ("headers", "found"),
    [({"StrictTransportSecurity": {"AccessControlMaxAgeSec": 31536000, "Override": True}}, 0), ({}, 1)],
)
def test_a_policy_of_ones_own_has_to_say_hsts(headers: dict[str, Any], found: int) -> None:
    policy = {"ResponseHeadersPolicyConfig": {"Name": "own", "SecurityHeadersConfig": headers}}
    config = {"DefaultCacheBehavior": {"TargetOriginId": "a", NAME: {"Ref": "Policy"}}}
    resources = {
        "Policy": {"Type": "AWS::CloudFront::ResponseHeadersPolicy", "Properties": policy},
        "Edge": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}},
    }
    assert len(told(RULE, alone(resources))) == found
