"""ECS on EC2 behind a private load balancer, reached through API Gateway."""

from __future__ import annotations

from troposphere import Template

from nested import (
    alb,
    api_gateway,
    ci_access,
    cluster_ec2,
    ecr,
    inputs,
    nlb,
    notifications,
    observability,
    scaling,
    scaling_api,
    service,
    service_nlb,
    vpc,
    web_acl,
)
from stackwright.compose import Blueprint, compose

_DESCRIPTION = "Container service on EC2 instances behind a private load balancer and API Gateway"


def blueprint(*, application: Template | None = None) -> Blueprint:
    """Highly available container service of two ports on EC2 instances, with an API as its one way in.

    With `application`, an `http_api` or an `api_gateway` with `to` application, it is a service of one port behind an
    Application Load Balancer that this API reaches.
    """
    return _of_two_ports() if application is None else _of_one_port(application)


def _of_two_ports() -> Blueprint:
    return compose(
        "ec2-api",
        description=_DESCRIPTION,
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


def _of_one_port(api: Template) -> Blueprint:
    """Compose it without access for workflows, which goes by what only a service of two ports gives."""
    # Of the two kinds of API a REST API alone can have a web ACL.
    firewall = {"web_acl": web_acl.template(protects="API")} if inputs.API_STAGE_ARN.name in api.outputs else {}
    return compose(
        "ec2-api",
        description=_DESCRIPTION,
        vpc=vpc.template(),
        registry=ecr.template(),
        cluster=cluster_ec2.template(),
        load_balancer=alb.template(entrance="private"),
        api=api,
        **firewall,
        notifications=notifications.template(),
        service=service.template(capacity="ec2", entrance="private"),
        scaling=scaling.template(),
        observability=observability.template(),
    )
