"""Service-linked roles, which AWS makes at the first use, a moment too late for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.aws_errors import AwsError
from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject

# Service, role and the parameter of `account` that makes it; "Using service-linked roles" in the guide of each service.
ROLES = {
    "AWS::ECS::Cluster": ("ecs.amazonaws.com", "AWSServiceRoleForECS", "EcsServiceLinkedRole"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "elasticloadbalancing.amazonaws.com",
        "AWSServiceRoleForElasticLoadBalancing",
        "LoadBalancingServiceLinkedRole",
    ),
    "AWS::AutoScaling::AutoScalingGroup": (
        "autoscaling.amazonaws.com",
        "AWSServiceRoleForAutoScaling",
        "AutoScalingServiceLinkedRole",
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "ecs.application-autoscaling.amazonaws.com",
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "TaskScalingServiceLinkedRole",
    ),
}


def _ask(subject: Subject) -> Iterator[Point]:
    made = {each.properties.get("AWSServiceName") for each in subject.resources("AWS::IAM::ServiceLinkedRole")}
    needed = [kind for kind in ROLES if subject.added(kind) and ROLES[kind][0] not in made]
    if not needed:
        yield moot("the plan adds nothing that works by a service-linked role")
    yield from one_by_one(needed, lambda kind: _there(subject, kind))


def _there(subject: Subject, kind: str) -> Iterator[Point]:
    service, role, switch = ROLES[kind]
    try:
        subject.aws.call("iam", "get_role", RoleName=role)
    except AwsError as error:
        if not error.absent:
            raise
        paths = ", ".join(each.path for each in subject.added(kind))
        mend = (
            f"aws iam create-service-linked-role --aws-service-name {service}, or set {switch} to on in"
            f" params/account/{subject.environment}.json and run {subject.deploying('account')}"
        )
        yield fails(f"{paths}: the account has no role {role}", mend=mend)
        return
    yield holds(role)


CHECK = Check(
    number=16,
    name="service-linked-roles",
    claim="The account has the service-linked roles of the services that the plan uses for the first time",
    why="The first cluster, load balancer or scaling target of a new account fails without, and works at a second try",
    source='"Create a service-linked role" in the AWS Identity and Access Management User Guide',
    ask=_ask,
)
