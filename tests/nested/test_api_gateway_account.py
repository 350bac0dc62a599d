"""One stack owns API Gateway's account setting, and does not take it away from other APIs."""

from __future__ import annotations

from nested import api_gateway_account
from stackwright.resolve.nested import resolve

TEMPLATE = api_gateway_account.template().to_dict()


def test_the_setting_and_its_role_stay_for_the_apis_of_other_stacks() -> None:
    for resource in TEMPLATE["Resources"].values():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_setting_waits_for_its_role() -> None:
    graph = resolve(TEMPLATE, {}, {"ApiGatewayLogs": "on"}, region="us-east-1", stack_name="region")
    assert graph.resources["ApiGatewayAccount"].depends_on == ("ApiGatewayLogRole",)


def test_a_region_whose_setting_is_somebody_elses_is_left_alone() -> None:
    assert not resolve(TEMPLATE, {}, {"ApiGatewayLogs": "off"}, region="us-east-1", stack_name="region").resources
