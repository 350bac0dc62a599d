"""How a release takes over from the one before."""

from __future__ import annotations

from nested.shape import Input

_ROLLOUT = "Deployment"

DEPLOYMENT_STRATEGY = Input(
    "DeploymentStrategy",
    "String",
    _ROLLOUT,
    "Deployment strategy",
    "ROLLING replaces tasks in turn. The others start all new tasks beside the old ones and shift the traffic: "
    "BLUE_GREEN at once, CANARY in two steps, LINEAR in equal ones.",
    default="ROLLING",
    allowed=("ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"),
)
BAKE_TIME_IN_MINUTES = Input(
    "BakeTimeInMinutes",
    "Number",
    _ROLLOUT,
    "Bake time (minutes)",
    "Minutes that the old tasks stay after all traffic has shifted, to go back to at once; not with ROLLING.",
    default="10",
    minimum=0,
    maximum=1440,
)
CANARY_PERCENT = Input(
    "CanaryPercent",
    "Number",
    _ROLLOUT,
    "Canary's share (%)",
    "Share of the traffic that CANARY shifts first.",
    default="10",
    minimum=1,
    maximum=100,
)
STEP_PERCENT = Input(
    "StepPercent",
    "Number",
    _ROLLOUT,
    "Share of a step (%)",
    "Share of the traffic that LINEAR shifts in each step.",
    default="20",
    minimum=3,
    maximum=100,
)
STEP_BAKE_TIME_IN_MINUTES = Input(
    "StepBakeTimeInMinutes",
    "Number",
    _ROLLOUT,
    "Bake time of a step (minutes)",
    "Minutes between two steps of LINEAR, and before CANARY shifts the rest.",
    default="6",
    minimum=0,
    maximum=1440,
)
LIFECYCLE_HOOK_ARN = Input(
    "LifecycleHookArn",
    "String",
    _ROLLOUT,
    "Lifecycle hook",
    "ARN of the Lambda function that is asked at each stage with a hook; its answer lets a deployment go on or fail. "
    "Empty asks nobody.",
    default="",
    pattern=r"^$|^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$",
    constraint="The ARN of a Lambda function, or nothing.",
)
