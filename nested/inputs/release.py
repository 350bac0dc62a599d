"""What is released, and how traffic gets there."""

from __future__ import annotations

from nested.shape import Input

_RELEASE = "Release"

APP_NAME = Input(
    "AppName",
    "String",
    _RELEASE,
    "Application",
    "Value of the tag Application on the tasks.",
    pattern="^[A-Za-z][A-Za-z0-9-]{0,62}$",
    max_length=63,
    constraint="Letters, digits and hyphens, a letter first, at most 63 characters.",
)
APP_VERSION = Input(
    "AppVersion",
    "String",
    _RELEASE,
    "Version",
    "Version of the application, which the container reads as VERSION. A changed one is released.",
    pattern="^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$",
    max_length=128,
    constraint="Letters, digits and . _ + -, a letter or digit first, at most 128 characters.",
)
TRAFFIC_SHIFT = Input(
    "TrafficShift",
    "String",
    _RELEASE,
    "Traffic shift",
    "How CodeDeploy moves traffic to the next revision: at once, by a tenth every few minutes, or a tenth first.",
    default="AllAtOnce",
    allowed=(
        "AllAtOnce",
        "Linear10PercentEvery1Minutes",
        "Linear10PercentEvery3Minutes",
        "Canary10Percent5Minutes",
        "Canary10Percent15Minutes",
    ),
)
TERMINATION_WAIT_MINUTES = Input(
    "TerminationWaitMinutes",
    "Number",
    _RELEASE,
    "Wait before the old tasks stop (minutes)",
    "How long the old tasks stay after all traffic has left them; an alarm meanwhile gives it back to them.",
    default="5",
    minimum=0,
    maximum=2880,
)
CODE_DEPLOY_APPLICATION_NAME = Input(
    "CodeDeployApplicationName",
    "String",
    _RELEASE,
    "Application of CodeDeploy",
    "Name of the application.",
    public=True,
)
DEPLOYMENT_GROUP_NAME = Input(
    "DeploymentGroupName", "String", _RELEASE, "Deployment group", "Name of the deployment group.", public=True
)
APP_SPEC = Input(
    "AppSpec",
    "String",
    _RELEASE,
    "AppSpec",
    "What CodeDeploy is told of the live revision, as JSON.",
    public=True,
)
TARGET_GROUP_NAME = Input("TargetGroupName", "String", _RELEASE, "Target group", "Name of the primary target group.")
ALTERNATE_TARGET_GROUP_NAME = Input(
    "AlternateTargetGroupName", "String", _RELEASE, "Alternate target group", "Name of the other target group."
)
