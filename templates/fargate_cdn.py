"""ECS on Fargate behind CloudFront."""

from __future__ import annotations

from nested import alb, cdn, cluster_fargate, ecr, notifications, observability, rotation, scaling, service, vpc
from nested.parts.entrances import Entrance
from stackwright.compose import Blueprint, compose

# What the container reads from Secrets Manager and Parameter Store, where an environment says that they are there.
SECRETS = ("DATABASE_URL",)
VALUES = ("LOG_LEVEL",)


def blueprint(*, entrance: Entrance = "vpc-origin") -> Blueprint:
    """Highly available container service on Fargate that only CloudFront reaches.

    With `entrance` prefix-list the load balancer is a public one that answers to a secret header: for regions and
    accounts without VPC origins.
    """
    return compose(
        "fargate-cdn",
        description="Container service on Fargate behind CloudFront",
        vpc=vpc.template(),
        registry=ecr.template(moving=("latest",)),
        cluster=cluster_fargate.template(),
        load_balancer=alb.template(entrance=entrance),
        notifications=notifications.template(),
        service=service.template(capacity="fargate", entrance=entrance, secrets=SECRETS, values=VALUES),
        scaling=scaling.template(requests=False),
        observability=observability.template(),
        rotation=rotation.template(),
        cdn=cdn.template(entrance=entrance),
    )
