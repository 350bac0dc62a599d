from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/nothing-personal-is-cached"
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
BY_ORIGINS_HEADERS = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
NONE = {"HeaderBehavior": "none"}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_keeps_nothing_personal(environment: str) -> None:
    assert findings(RULE, seeded(blueprint="fargate-cdn", environment=environment)) == []


def test_pages_that_are_kept_although_the_origin_knows_who_asks_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        config = resource(stacks, "Cdn/Distribution")["Properties"]["DistributionConfig"]
        config["DefaultCacheBehavior"]["CachePolicyId"] = OPTIMIZED

    (line,) = told(RULE, seeded(seed, blueprint="fargate-cdn"))
    assert line.startswith("Cdn/Distribution DistributionConfig.DefaultCacheBehavior.OriginRequestPolicyId: * is kept")


def _cache(most: int, headers: list[str], cookies: str = "none") -> dict[str, Any]:
    key = {
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": headers} if headers else NONE,
        "CookiesConfig": {"CookieBehavior": cookies},
    }
    config = {"MinTTL": 0, "MaxTTL": most, "ParametersInCacheKeyAndForwardedToOrigin": key}
    return {"Type": "AWS::CloudFront::CachePolicy", "Properties": {"CachePolicyConfig": config}}


def _request(behavior: str, headers: list[str], cookies: str = "none") -> dict[str, Any]:
    config = {
        "HeadersConfig": {"HeaderBehavior": behavior, "Headers": headers},
        "CookiesConfig": {"CookieBehavior": cookies},
    }
    return {"Type": "AWS::CloudFront::OriginRequestPolicy", "Properties": {"OriginRequestPolicyConfig": config}}


@pytest.mark.parametrize(
    ("cache", "request_policy", "what"),
    [
        (_cache(60, []), _request("allViewer", []), "all headers"),
        (_cache(60, []), _request("none", [], "all"), "cookies"),
        (_cache(60, []), _request("whitelist", ["Authorization"]), "authorization"),
        # In the key each has an answer of their own.
        (_cache(60, ["Authorization"]), _request("whitelist", ["Authorization"]), None),
        (_cache(60, [], "all"), _request("none", [], "all"), None),
        (_cache(60, []), _request("whitelist", ["Host"]), None),
        (_cache(0, []), _request("allViewer", []), None),
        (DISABLED, ALL_VIEWER, None),
        (OPTIMIZED, ALL_VIEWER, "all headers"),
        (BY_ORIGINS_HEADERS, ALL_VIEWER, None),
        (OPTIMIZED, None, None),
        (None, None, None),
    ],
)
def test_what_is_kept_and_what_is_told(cache: Any, request_policy: Any, what: str | None) -> None:
    behavior: dict[str, Any] = {"TargetOriginId": "a"}
    resources: dict[str, Any] = {}
    for name, given in (("CachePolicyId", cache), ("OriginRequestPolicyId", request_policy)):
        if isinstance(given, dict):
            resources[name] = given
        if given is not None:
            behavior[name] = {"Ref": name} if isinstance(given, dict) else given
    config = {"DefaultCacheBehavior": behavior}
    resources["Edge"] = {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}}
    lines = told(RULE, alone(resources))
    assert len(lines) == (what is not None)
    assert all(f"the origin is told {what}:" in line for line in lines)
