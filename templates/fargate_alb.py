"""ECS on Fargate behind a load balancer, scaled by steps."""

from __future__ import annotations

from nested import (
    alb,
    cluster_fargate,
    ecr,
    notifications,
    observability,
    rotation,
    scaling_step,
    service,
    vpc,
    web_acl,
)
from stackwright.compose import Blueprint, compose

# Seconds between two questions of the load balancer; a container's own check asks more often.
HEALTH_INTERVAL = 30

# What the container reads from Secrets Manager and Parameter Store, where an environment says that they are there.
SECRETS = ("DATABASE_URL",)
VALUES = ("LOG_LEVEL",)


def blueprint() -> Blueprint:
    """Highly available container service on Fargate, in the clear until it is given a certificate."""
    return compose(
        "fargate-alb",
        description="Container service on Fargate behind a load balancer, scaled by steps",
        vpc=vpc.template(),
        registry=ecr.template(),
        cluster=cluster_fargate.template(),
        load_balancer=alb.template(plain_http=True),
        web_acl=web_acl.template(),
        notifications=notifications.template(),
        service=service.template(capacity="fargate", health_interval=HEALTH_INTERVAL, secrets=SECRETS, values=VALUES),
        scaling=scaling_step.template(),
        observability=observability.template(),
        rotation=rotation.template(),
    )
