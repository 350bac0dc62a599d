from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

STACK = "AWS::CloudFormation::Stack"


def parameter(value: Any, **more: Any) -> dict[str, Any]:
    properties = {"Type": "String", "Value": value, **more}
    return {"Type": "AWS::SSM::Parameter", "Properties": properties}


def inner(**resources: Any) -> dict[str, Any]:
    """A nested template that takes a value and gives an id."""
    return {
        "Parameters": {"Value": {"Type": "String"}},
        "Resources": {"Leaf": parameter({"Ref": "Value"}), **resources},
        "Outputs": {"Id": {"Value": {"Ref": "Leaf"}}},
    }


def nested(url: str, **parameters: Any) -> dict[str, Any]:
    return {"Type": STACK, "Properties": {"TemplateURL": url, "Parameters": parameters}}


@pytest.fixture
def tree(stacks: Any) -> dict[str, Any]:
    """A root with Top, which holds Deep, and Side, which reads Top's output."""
    deep = stacks.upload("deep.json", inner())
    top = inner(Deep=nested(deep, Value={"Ref": "Leaf"}))
    top["Outputs"]["Deep"] = {"Value": {"Fn::GetAtt": ["Deep", "Outputs.Id"]}}
    return {
        "Parameters": {"Size": {"Type": "String", "Default": "1"}, "Note": {"Type": "String"}},
        "Resources": {
            "Top": nested(stacks.upload("top.json", top), Value={"Ref": "Size"}),
            "Side": nested(deep, Value={"Fn::GetAtt": "Top.Outputs.Deep"}),
            "Own": parameter({"Ref": "Note"}),
        },
        "Outputs": {"Id": {"Value": {"Fn::GetAtt": "Side.Outputs.Id"}}},
    }


def given(**values: str) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def child(stacks: Any, logical_id: str, name: str = "app") -> str:
    return str(stacks.resources(name)[logical_id]["PhysicalResourceId"])


def test_three_levels_hand_outputs_on(stacks: Any, tree: dict[str, Any]) -> None:
    stack = stacks.create(tree, Parameters=given(Note="n"))

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    top = child(stacks, "Top")
    deep = stacks.stack(child(stacks, "Deep", top))
    assert deep["RootId"] == stack["StackId"]
    assert deep["ParentId"] == top
    assert deep["StackName"].startswith("app-Top-")
    assert sorted(each["Value"] for each in stacks.world.things.values()) == [
        "1",
        "leaf-1",
        "leaf-2",
        "n",
    ]
    assert stacks.outputs()["Id"] == child(stacks, "Leaf", child(stacks, "Side"))
    assert stacks.history(top)[-1] == f"{stacks.stack(top)['StackName']} CREATE_COMPLETE"


def test_update_goes_only_where_something_changes(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"))
    side = len(stacks.history(child(stacks, "Side")))

    stacks.update(tree, Parameters=given(Note="n", Size="2"))

    assert stacks.world.calls[4:] == [("update", "Leaf")]
    assert len(stacks.history(child(stacks, "Side"))) == side
    assert "Side UPDATE_IN_PROGRESS" not in stacks.history()
    assert stacks.history()[-5:] == [
        "app UPDATE_IN_PROGRESS",
        "Top UPDATE_IN_PROGRESS",
        "Top UPDATE_COMPLETE",
        "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "app UPDATE_COMPLETE",
    ]


def test_a_template_changed_under_its_url_is_seen(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"))
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update(tree, Parameters=given(Note="n"))
    stacks.upload("deep.json", inner(More=parameter("more")))

    stacks.update(tree, Parameters=given(Note="n"))

    assert stacks.world.calls[4:] == [("create", "More"), ("create", "More")]


def test_nested_removals_wait_for_the_root_to_clean_up(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.upload("deep.json", inner(More=parameter("more")))
    stacks.create(tree, Parameters=given(Note="n"))
    stacks.upload("deep.json", inner())

    stacks.update(tree, Parameters=given(Note="changed"))

    assert stacks.world.calls[6:] == [("update", "Own"), ("delete", "More"), ("delete", "More")]
    deep = child(stacks, "Deep", child(stacks, "Top"))
    assert stacks.stack(deep)["StackStatus"] == "UPDATE_COMPLETE"
    assert "More" not in stacks.resources(deep)


def test_failed_nested_create_names_the_resource_and_rolls_back(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.upload("deep.json", inner(More=parameter("more")))
    stacks.world.refuse.add(("create", "More"))

    stack = stacks.create(tree, Parameters=given(Note="n"))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reason("Top", "CREATE_FAILED")
    assert "Embedded stack arn:aws:cloudformation" in reason
    assert "failed to create: [Deep]" in reason
    top = next(
        each
        for each in stacks.client.list_stacks()["StackSummaries"]
        if each["StackName"].startswith("app-Top") and "Deep" not in each["StackName"]
    )
    assert top["StackStatus"] == "DELETE_COMPLETE"
    assert "More refuses" not in stacks.reason("Deep", "CREATE_FAILED", top["StackId"])
    assert stacks.world.things == {}


def test_failed_update_rolls_nested_stacks_back(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"))
    before = {key: dict(value) for key, value in stacks.world.things.items()}
    stacks.world.refuse.add(("create", "Last"))
    tree["Resources"]["Last"] = {**parameter("x"), "DependsOn": ["Top", "Side"]}

    stack = stacks.update(tree, Parameters=given(Note="n", Size="7"))

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.stack(child(stacks, "Top"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.world.things == before
    assert stacks.stack(child(stacks, "Top"))["Parameters"] == [{"ParameterKey": "Value", "ParameterValue": "1"}]


def test_a_changed_type_in_a_nested_stack_is_refused(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"))
    before = {key: dict(value) for key, value in stacks.world.things.items()}
    changed = inner(Leaf={"Type": "AWS::EC2::EIP"})
    stacks.upload("deep.json", changed)

    stack = stacks.update(tree, Parameters=given(Note="n", Size="7"))

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reason = stacks.reason("Deep", "UPDATE_FAILED", child(stacks, "Top"))
    assert "modifies resource type of the following resources: [Leaf]" in reason
    assert stacks.world.things == before


def test_a_nested_rollback_that_fails_goes_on_when_told(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"))
    stacks.world.refuse.add(("update", "Leaf"))
    stack = stacks.update(tree, Parameters=given(Note="n", Size="7"))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert "Embedded stack" in stacks.reason("Top", "UPDATE_FAILED")

    stacks.client.continue_update_rollback(StackName="app", ResourcesToSkip=["Top.Leaf"])

    assert stacks.settled(stack["StackId"])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_delete_takes_the_whole_tree(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"))
    top = child(stacks, "Top")
    deep = child(stacks, "Deep", top)

    stacks.delete()

    assert stacks.world.things == {}
    assert [stacks.stack(each)["StackStatus"] for each in (top, deep)] == ["DELETE_COMPLETE"] * 2


def test_stack_tags_reach_nested_resources(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"), Tags=[{"Key": "a", "Value": "b"}])
    assert {str(each["Tags"]) for each in stacks.world.things.values()} == {"{'a': 'b'}"}


def test_missing_template_fails_the_nested_stack(stacks: Any, tree: dict[str, Any]) -> None:
    tree["Resources"]["Side"]["Properties"]["TemplateURL"] += "-not-there"
    stacks.create(tree, Parameters=given(Note="n"))
    assert "S3 error" in stacks.reason("Side", "CREATE_FAILED")


def test_a_nested_stack_is_announced_before_what_is_in_it(stacks: Any, tree: dict[str, Any]) -> None:
    stacks.create(tree, Parameters=given(Note="n"))
    top = child(stacks, "Top")
    events = stacks.client.describe_stack_events(StackName="app")["StackEvents"]
    (announced,) = [
        each
        for each in events
        if each["LogicalResourceId"] == "Top" and each.get("ResourceStatusReason") == "Resource creation Initiated"
    ]
    assert announced["PhysicalResourceId"] == top
    inside = stacks.client.describe_stack_events(StackName=top)["StackEvents"]
    assert all(announced["Timestamp"] <= each["Timestamp"] for each in inside)
