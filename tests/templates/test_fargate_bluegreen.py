"""fargate-bluegreen as its environments deploy it: what messages say is released, and what encryption reaches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nested import alb
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import fargate_bluegreen

PARAMS = Path(__file__).parents[2] / "params" / "fargate-bluegreen"
TOLD = {
    "AppVersion": "2.7.1",
    "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:dev-4f2a9c1",
    "SlackSecretId": "slack/shop-a1B2c3",
    "SlackChannelId": "C0123456789",
    "EventTopicArn": "arn:aws:sns:us-east-1:123456789012:deployments",
}
ANOTHER = "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"


def test_messages_say_the_version_of_the_application_and_not_the_image() -> None:
    made = fargate_bluegreen.blueprint()
    given = json.loads((PARAMS / "dev.json").read_text())["Parameters"] | TOLD
    graph = resolve(made.root, made.nested, given, region="us-east-1", stack_name="fargate-bluegreen-dev")
    rules = {
        path: [target["InputTransformer"]["InputTemplate"] for target in rendered(each.properties)["Targets"]]
        for path, each in graph.resources.items()
        if path.startswith("Notifications/") and each.type == "AWS::Events::Rule"
    }
    assert {path.partition("/")[2] for path in rules} == {"Alarms", "CodeDeployments", "ServiceDeployments"}
    assert all(", version 2.7.1. https" in text for texts in rules.values() for text in texts)


def deployed(**parameters: str) -> dict[str, Any]:
    made = fargate_bluegreen.blueprint()
    given = json.loads((PARAMS / "prod.json").read_text())["Parameters"] | parameters
    graph = resolve(made.root, made.nested, given, region="us-east-1", stack_name="fargate-bluegreen-prod")
    own = {path: each for path, each in graph.resources.items() if "/" in path}
    return {path: rendered(each.properties) for path, each in own.items()}


@pytest.mark.parametrize("change", ["certificate", "TLS policy"])
def test_it_is_a_change_of_listeners_that_forward_nothing(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What CodeDeploy rewrites are rules: CloudFormation would write production's weights with one that it changes."""
    before = deployed()
    if change == "TLS policy":
        monkeypatch.setattr(alb, "TLS_POLICY", "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09")
    after = deployed(**({"CertificateArn": ANOTHER} if change == "certificate" else {}))
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"LoadBalancer/HttpsListener", "LoadBalancer/TestListener"}
    assert {each["Type"] for path in changed for each in after[path]["DefaultActions"]} == {"fixed-response"}
