"""Service-linked roles are made only where the account lacks them, and never taken away."""

from __future__ import annotations

import pytest

from nested import service_linked_roles
from stackwright.resolve.nested import resolve

TEMPLATE = service_linked_roles.template().to_dict()
SERVICES = {
    "EcsServiceLinkedRole": "ecs.amazonaws.com",
    "LoadBalancingServiceLinkedRole": "elasticloadbalancing.amazonaws.com",
    "AutoScalingServiceLinkedRole": "autoscaling.amazonaws.com",
    "TaskScalingServiceLinkedRole": "ecs.application-autoscaling.amazonaws.com",
}


def test_an_account_that_has_them_is_left_alone() -> None:
    assert not resolve(TEMPLATE, {}, {}, region="us-east-1", stack_name="account").resources


@pytest.mark.parametrize("switch", SERVICES)
def test_each_is_created_on_request(switch: str) -> None:
    graph = resolve(TEMPLATE, {}, {switch: "on"}, region="us-east-1", stack_name="account")
    (role,) = graph.resources.values()
    assert role.properties == {"AWSServiceName": SERVICES[switch]}


def test_none_is_deleted_under_those_who_use_it() -> None:
    for role in TEMPLATE["Resources"].values():
        assert (role["DeletionPolicy"], role["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
