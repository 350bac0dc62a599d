from __future__ import annotations

from typing import Any

import pytest

from stackwright.aws_shapes import Stack
from stackwright.deploy.plan import Plan, check_provider_names, check_stack_name, make_plan
from stackwright.errors import BadInput, StackwrightError

ROOT = {"Parameters": {"Image": {"Type": "String", "Default": ""}, "Size": {"Type": "String"}}}


def stack(status: str = "CREATE_COMPLETE", **parameters: str) -> Stack:
    return Stack("arn:stack", "shop-dev", status, "", parameters, {}, {}, protected=False)


def plan(**changes: Any) -> Plan:
    wish: dict[str, Any] = {
        "blueprint": "shop",
        "environment": "dev",
        "root": ROOT,
        "nested": {"nested/vpc.json": {}},
        "parameters": {"Size": "2"},
        "tags": {"Project": "shop"},
        "stack": None,
    }
    return make_plan(**(wish | changes))


def test_absent_stack_is_created_with_no_image() -> None:
    made = plan()
    assert (made.stack_name, made.creates, made.protect) == ("shop-dev", True, False)
    assert made.parameters == {"Size": "2", "Image": ""}
    assert made.request()["ChangeSetType"] == "CREATE"


def test_stack_there_is_updated() -> None:
    assert plan(stack=stack(Image="")).request()["ChangeSetType"] == "UPDATE"


def test_image_left_out_keeps_the_previous_one() -> None:
    request = plan(stack=stack(Image="repo:1")).request()
    assert {"ParameterKey": "Image", "UsePreviousValue": True} in request["Parameters"]


def test_image_given_is_taken() -> None:
    assert plan(stack=stack(Image="repo:1"), image="repo:2").parameters["Image"] == "repo:2"


@pytest.mark.parametrize("none", ["", "  "])
def test_image_never_goes_back_to_none(none: str) -> None:
    with pytest.raises(BadInput, match="repo:1"):
        plan(stack=stack(Image="repo:1"), image=none)


def test_image_of_a_failed_first_try_is_kept() -> None:
    assert plan(stack=stack("ROLLBACK_COMPLETE", Image="repo:1")).parameters["Image"] == "repo:1"


def test_image_for_a_blueprint_without_one_is_refused() -> None:
    with pytest.raises(BadInput, match="no image"):
        plan(root={"Parameters": {}}, image="repo:1")


def test_update_from_a_template_without_image_starts_with_none() -> None:
    assert plan(stack=stack()).parameters["Image"] == ""


def test_failed_first_try_is_replaced_by_a_creation() -> None:
    made = plan(stack=stack("ROLLBACK_COMPLETE"))
    assert made.creates and made.replaces and made.before is None


def test_leftover_review_is_a_creation() -> None:
    made = plan(stack=stack("REVIEW_IN_PROGRESS"))
    assert made.creates and made.leftover and made.replaces is None


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("UPDATE_IN_PROGRESS", "busy"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "busy"),
        ("UPDATE_ROLLBACK_FAILED", "recover it"),
        ("DELETE_FAILED", "destroy it first"),
    ],
)
def test_busy_or_stuck_stack_is_refused_with_the_mend(status: str, said: str) -> None:
    with pytest.raises(StackwrightError, match=said) as raised:
        plan(stack=stack(status))
    assert raised.value.exit_status == 1


@pytest.mark.parametrize("environment", ["prod", "production"])
def test_production_is_protected(environment: str) -> None:
    assert plan(environment=environment).protect


@pytest.mark.parametrize("name", ["1shop", "a_b", "", "a" * 129])
def test_bad_stack_names_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match="--stack-name"):
        check_stack_name(name)


@pytest.mark.parametrize("name", ["a", "a" * 128, "ec2-alb-dev", "fargate-alb-dev"])
def test_good_stack_names_pass(name: str) -> None:
    check_stack_name(name)


def _provider(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"Provider": {"Type": "AWS::ECS::CapacityProvider", "Properties": properties}}}


@pytest.mark.parametrize("name", ["aws-shop", "ECS-shop", "fargate-alb-dev"])
def test_a_name_that_a_capacity_provider_would_inherit_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="--stack-name"):
        check_provider_names(name, [{}, _provider()])
    with pytest.raises(BadInput, match="--stack-name"):
        plan(stack_name=name, nested={"nested/cluster.json": _provider()})


@pytest.mark.parametrize("templates", [[{}], [_provider(Name="own")]])
def test_a_name_that_no_capacity_provider_inherits_passes(templates: list[dict[str, Any]]) -> None:
    check_provider_names("fargate-alb-dev", templates)


def test_nested_change_sets_are_asked_for_only_where_there_are_nested_stacks() -> None:
    assert plan().request()["IncludeNestedStacks"] is True
    assert plan(nested={}).request()["IncludeNestedStacks"] is False


def test_changed_parameters_are_those_with_another_value_or_another_resolution() -> None:
    before = Stack(
        "arn", "n", "UPDATE_COMPLETE", "", {"Size": "1", "Ami": "/ami", "Image": "i"}, {}, {}, False, {"Ami": "ami-1"}
    )
    made = plan(stack=before, parameters={"Size": "2", "Ami": "/ami"})
    assert made.changed_parameters({"Ami": "ami-1"}) == {"Size"}
    assert made.changed_parameters({"Ami": "ami-2"}) == {"Size", "Ami"}
