"""ECS on EC2 behind a private load balancer, reached through API Gateway."""

from __future__ import annotations

from nested import (
    api_gateway,
    ci_access,
    cluster_ec2,
    ecr,
    nlb,
    notifications,
    observability,
    scaling_api,
    service_nlb,
    vpc,
    web_acl,
)
from stackwright.compose import Blueprint, compose


def blueprint() -> Blueprint:
    """Highly available container service of two ports on EC2 instances, with an API as its one way in."""
    return compose(
        "ec2-api",
        description="Container service on EC2 instances behind a private load balancer and API Gateway",
        vpc=vpc.template(),
        registry=ecr.template(),
        cluster=cluster_ec2.template(),
        load_balancer=nlb.template(),
        api=api_gateway.template(),
        web_acl=web_acl.template(protects="API"),
        notifications=notifications.template(),
        service=service_nlb.template(capacity="ec2"),
        scaling=scaling_api.template(),
        observability=observability.template(api="rest"),
        ci_access=ci_access.template(),
    )
