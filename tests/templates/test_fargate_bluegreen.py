"""fargate-bluegreen as its environments deploy it: what its messages say is released."""

from __future__ import annotations

import json
from pathlib import Path

from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered
from templates import fargate_bluegreen

FILE = Path(__file__).parents[2] / "params" / "fargate-bluegreen" / "dev.json"
TOLD = {
    "AppVersion": "2.7.1",
    "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:dev-4f2a9c1",
    "SlackSecretId": "slack/shop-a1B2c3",
    "SlackChannelId": "C0123456789",
    "EventTopicArn": "arn:aws:sns:us-east-1:123456789012:deployments",
}


def test_messages_say_the_version_of_the_application_and_not_the_image() -> None:
    made = fargate_bluegreen.blueprint()
    given = json.loads(FILE.read_text())["Parameters"] | TOLD
    graph = resolve(made.root, made.nested, given, region="us-east-1", stack_name="fargate-bluegreen-dev")
    rules = {
        path: [target["InputTransformer"]["InputTemplate"] for target in rendered(each.properties)["Targets"]]
        for path, each in graph.resources.items()
        if path.startswith("Notifications/") and each.type == "AWS::Events::Rule"
    }
    assert {path.partition("/")[2] for path in rules} == {"Alarms", "CodeDeployments", "ServiceDeployments"}
    assert all(", version 2.7.1. https" in text for texts in rules.values() for text in texts)
