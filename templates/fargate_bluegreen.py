"""ECS on Fargate in an existing network, deployed blue/green by CodeDeploy."""

from __future__ import annotations

from nested import (
    alb,
    cluster_fargate,
    codedeploy,
    dns,
    ecr,
    inputs,
    notifications,
    observability,
    scaling,
    service_codedeploy,
)
from nested.parts.target import Protocol
from stackwright.compose import Blueprint, compose, defaulting

# What the document takes where nobody says otherwise.
ENVIRONMENT = "staging"


def blueprint(*, port: int = 8080, protocol: Protocol = "HTTP") -> Blueprint:
    """Container service whose next version starts beside the old one. Network, zone and certificate are given."""
    system = compose(
        "fargate-bluegreen",
        description="Container service on Fargate in an existing network, deployed blue/green by CodeDeploy",
        registry=ecr.template(),
        cluster=cluster_fargate.template(),
        load_balancer=alb.template(),
        service=service_codedeploy.template(port=port, protocol=protocol),
        codedeploy=codedeploy.template(),
        notifications=notifications.template(
            version=inputs.APP_VERSION, application=inputs.CODE_DEPLOY_APPLICATION_NAME
        ),
        # Requests are counted by target group, and a release moves them to the other one.
        scaling=scaling.template(requests=False),
        dns=dns.template(www=False),
        observability=observability.template(nat_gateways=False),
    )
    return defaulting(system, EnvironmentName=ENVIRONMENT)
