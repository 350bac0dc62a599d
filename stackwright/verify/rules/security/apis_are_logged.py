"""Who called an API, and what they got, is written down, and bodies are not."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.verify.deployment import Deployment, at, listed, on
from stackwright.verify.reach import HTTP_STAGE, REST_STAGE
from stackwright.verify.rule import Finding, Rule

_DESTINATION = {REST_STAGE: "AccessLogSetting.DestinationArn", HTTP_STAGE: "AccessLogSettings.DestinationArn"}


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each stage without an access log, and each that logs whole requests."""
    for stage in deployment.of(*_DESTINATION):
        key = _DESTINATION[stage.type]
        if at(stage.properties, key) is None:
            mend = "name a log group of the stack, and a format"
            yield Finding(stage.path, key, None, "nobody can tell who called it", mend)
    for stage in deployment.of(REST_STAGE):
        for index, each in enumerate(listed(stage.properties.get("MethodSettings"))):
            if on(at(each, "DataTraceEnabled")):
                problem = "whole requests and answers are logged, with what callers sent in confidence"
                yield Finding(stage.path, f"MethodSettings.{index}.DataTraceEnabled", True, problem, "turn it off")


RULE = Rule(
    claim="Every API logs who called it, and no bodies.",
    why="A load balancer behind an API sees API Gateway alone: the API's access log is the one that tells callers.",
    source="Set up access logging for REST APIs in API Gateway (Amazon API Gateway Developer Guide)",
    about=(REST_STAGE, HTTP_STAGE),
    check=check,
)
