from __future__ import annotations

from typing import Any


def thing(kind: str = "AWS::SSM::Parameter", **more: Any) -> dict[str, Any]:
    properties = {key: more.pop(key) for key in list(more) if key not in ATTRIBUTES}
    return {"Type": kind, "Properties": properties, **more}


ATTRIBUTES = ("DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata")


def test_create_runs_in_dependency_order_and_answers_outputs(stacks: Any) -> None:
    template = {
        "Parameters": {"Size": {"Type": "Number", "Default": 3}},
        "Conditions": {"Big": {"Fn::Equals": [{"Ref": "Size"}, "9"]}},
        "Resources": {
            "Second": thing(Value={"Fn::Sub": "${First.Arn}/${Size}"}),
            "Third": thing(Value="x", DependsOn="Second"),
            "First": thing(Value="x"),
            "Never": thing(Value="x", Condition="Big"),
        },
        "Outputs": {
            "Id": {"Value": {"Ref": "Second"}},
            "Gone": {"Value": "x", "Condition": "Big"},
        },
    }

    stack = stacks.create(template)

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert [name for _, name in stacks.world.calls] == ["First", "Second", "Third"]
    second = stacks.resources()["Second"]["PhysicalResourceId"]
    assert stacks.outputs() == {"Id": second}
    assert stacks.world.things[second]["Value"] == "arn:first-1/3"
    assert stacks.history()[:4] == [
        "app CREATE_IN_PROGRESS",
        "First CREATE_IN_PROGRESS",
        "First CREATE_IN_PROGRESS",
        "First CREATE_COMPLETE",
    ]
    assert stacks.reason("First", "CREATE_IN_PROGRESS") == "Resource creation Initiated"
