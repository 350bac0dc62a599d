"""ECS on EC2 behind an HTTPS load balancer."""

from __future__ import annotations

from nested import alb, certificate, cluster_ec2, dns, ecr, notifications, observability, scaling, service, vpc, web_acl
from nested.dns import Routing
from stackwright.compose import Blueprint, compose


def blueprint(*, routing: Routing = "simple") -> Blueprint:
    """Highly available container service on EC2 instances, reached by its domain name over HTTPS.

    With `routing` failover or latency it is one of two, in two regions, that the name leads to.
    """
    return compose(
        "ec2-alb",
        description="Container service on EC2 instances behind an HTTPS load balancer",
        vpc=vpc.template(),
        registry=ecr.template(),
        certificate=certificate.template(),
        cluster=cluster_ec2.template(),
        load_balancer=alb.template(),
        web_acl=web_acl.template(),
        notifications=notifications.template(),
        service=service.template(capacity="ec2"),
        scaling=scaling.template(),
        observability=observability.template(),
        dns=dns.template(routing=routing),
    )
