"""Who hears of deployments and alarms as they happen."""

from __future__ import annotations

from nested.shape import Input

_NOTIFICATIONS = "Notifications"

SLACK_SECRET_ID = Input(
    "SlackSecretId",
    "String",
    _NOTIFICATIONS,
    "Slack's secret",
    "What follows :secret: in the ARN of the Secrets Manager secret that has a Slack app's token in its key token, its "
    "last six characters included; empty tells Slack nothing.",
    default="",
    # The account's execution role may read these and no others.
    pattern=r"^$|^slack/[A-Za-z0-9/_+=.@-]{1,500}-[A-Za-z0-9]{6}$",
    constraint="A secret's name that begins with slack/, a hyphen and the six characters that its ARN ends with, for "
    "example slack/shop-a1B2c3; or nothing.",
    shared=True,
)
SLACK_CHANNEL_ID = Input(
    "SlackChannelId",
    "String",
    _NOTIFICATIONS,
    "Slack channel",
    "Id of the channel that is told, given with the secret or not at all; the app is a member of it.",
    default="",
    pattern=r"^$|^[CG][A-Z0-9]{8,20}$",
    constraint="The id of a Slack channel, for example C0123456789, or nothing.",
    shared=True,
)
EVENT_TOPIC_ARN = Input(
    "EventTopicArn",
    "String",
    _NOTIFICATIONS,
    "Topic of deployments",
    "ARN of an SNS topic that is told of deployments, for example a stack's NotificationTopicArn; its policy and key "
    "admit EventBridge. Empty tells none.",
    default="",
    pattern=r"^$|^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$",
    constraint="The ARN of a topic, or nothing.",
    shared=True,
)
