"""Slack: how EventBridge posts to a channel without anybody being able to read what it posts with.

The address of an incoming webhook is itself the secret, and everything that an API destination could have it in (its
endpoint, a target's path parameters) is told to whoever may describe it. A token is not: CloudFormation reads it from
Secrets Manager when it makes the connection, EventBridge keeps it in a secret of its own, and no call gives it back
("AWS::Events::Connection", ApiKeyValue). So messages go to chat.postMessage, with the token in their header.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Sub
from troposphere.events import (
    ApiDestination,
    ApiKeyAuthParameters,
    AuthParameters,
    Connection,
)
from troposphere.iam import Policy, Role

from nested.parts.permissions import allow, policy, trust

# Whether Slack is told.
TOLD = "TellsSlack"

_ENDPOINT = "https://slack.com/api/chat.postMessage"
_TOKEN = (
    "Bearer {{resolve:secretsmanager:arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
    "${SlackSecretId}:SecretString:token}}"
)

# "Rate limits", Slack API: chat.postMessage takes one a second for each channel. More wait in EventBridge.
_A_SECOND = 1


def resources() -> list[Any]:
    """Return connection, destination and the role that posts; the template needs SlackSecretId."""
    return [_connection(), _destination(), _role()]


def target() -> dict[str, Any]:
    """Return the members of a rule's target that say where to post, and as whom."""
    return {"Arn": GetAtt("SlackDestination", "Arn"), "RoleArn": GetAtt("SlackRole", "Arn")}


def _connection() -> Connection:
    return Connection(
        "SlackConnection",
        Condition=TOLD,
        Description="Posts to Slack as an app, by its token",
        AuthorizationType="API_KEY",
        AuthParameters=AuthParameters(
            ApiKeyAuthParameters=ApiKeyAuthParameters(ApiKeyName="Authorization", ApiKeyValue=Sub(_TOKEN))
        ),
    )


def _destination() -> ApiDestination:
    return ApiDestination(
        "SlackDestination",
        Condition=TOLD,
        ConnectionArn=GetAtt("SlackConnection", "Arn"),
        HttpMethod="POST",
        InvocationEndpoint=_ENDPOINT,
        InvocationRateLimitPerSecond=_A_SECOND,
    )


def _role() -> Role:
    # The reference of permissions has the ARN without its id, the tutorial with one.
    both = [GetAtt("SlackDestination", name) for name in ("Arn", "ArnForPolicy")]
    posts = allow("events:InvokeApiDestination", both)
    return Role(
        "SlackRole",
        Condition=TOLD,
        Description="EventBridge posts to Slack",
        AssumeRolePolicyDocument=trust("events.amazonaws.com"),
        Policies=[Policy(PolicyName="Post", PolicyDocument=policy(posts))],
    )
