"""An API takes no more requests than somebody has thought of."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, at, listed, number
from stackwright.verify.reach import HTTP_STAGE, REST_STAGE
from stackwright.verify.rule import Finding, Rule

RATE = "ThrottlingRateLimit"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each stage whose methods have no limit of their own for all of them."""
    for stage in deployment.of(REST_STAGE):
        every = [each for each in listed(stage.properties.get("MethodSettings")) if _of_every_method(each)]
        if not any(at(each, RATE) is not None for each in every):
            yield _finding(stage, f"MethodSettings.{RATE}")
        yield from (_closed(stage, f"MethodSettings.{RATE}") for each in every if number(at(each, RATE)) == 0)
    for stage in deployment.of(HTTP_STAGE):
        given = at(stage.properties, f"DefaultRouteSettings.{RATE}")
        if given is None:
            yield _finding(stage, f"DefaultRouteSettings.{RATE}")
        elif number(given) == 0:
            yield _closed(stage, f"DefaultRouteSettings.{RATE}")


def _of_every_method(setting: object) -> bool:
    return (at(setting, "HttpMethod", "*"), at(setting, "ResourcePath", "/*")) == ("*", "/*")


def _finding(stage: Resource, key: str) -> Finding:
    problem = "one caller may use up the account's limit of the region, for every API there"
    return Finding(stage.path, key, None, problem, "set it, and ThrottlingBurstLimit, for every method")


def _closed(stage: Resource, key: str) -> Finding:
    return Finding(stage.path, key, 0, "every request gets 429", "set it above 0")


RULE = Rule(
    claim="Every API has a limit of its own on the requests that it takes.",
    why="All APIs of an account share one limit in a region; without one of its own, each can starve the others.",
    source="Throttle requests to your REST APIs for better throughput in API Gateway (API Gateway Developer Guide)",
    about=(REST_STAGE, HTTP_STAGE),
    check=check,
)
