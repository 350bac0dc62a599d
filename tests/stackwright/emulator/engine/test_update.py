from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

PARAMETER = "AWS::SSM::Parameter"
ADDRESS = "AWS::EC2::EIP"


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def parameter(value: Any, **more: Any) -> dict[str, Any]:
    return {"Type": PARAMETER, "Properties": {"Type": "String", "Value": value}, **more}


def named(name: str, value: Any = "x", **more: Any) -> dict[str, Any]:
    properties = {"Name": name, "Type": "String", "Value": value}
    return {"Type": PARAMETER, "Properties": properties, **more}


def test_only_what_differs_is_updated(stacks: Any) -> None:
    stacks.create(template(One=parameter("a"), Two=parameter("b")))

    stack = stacks.update(template(One=parameter("a"), Two=parameter("c")))

    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stacks.world.calls[2:] == [("update", "Two")]
    assert stacks.history()[-5:] == [
        "app UPDATE_IN_PROGRESS",
        "Two UPDATE_IN_PROGRESS",
        "Two UPDATE_COMPLETE",
        "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "app UPDATE_COMPLETE",
    ]


def test_create_only_property_replaces_then_deletes_the_old_one(stacks: Any) -> None:
    reader = parameter({"Ref": "One"})
    stacks.create(template(One=named("a"), Reader=reader))
    old = stacks.resources()["One"]["PhysicalResourceId"]

    stacks.update(template(One=named("b"), Reader=reader))

    new = stacks.resources()["One"]["PhysicalResourceId"]
    assert new != old
    assert stacks.world.calls[2:] == [("create", "One"), ("update", "Reader"), ("delete", "One")]
    assert old not in stacks.world.things
    assert stacks.history()[-4:] == [
        "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "One DELETE_IN_PROGRESS",
        "One DELETE_COMPLETE",
        "app UPDATE_COMPLETE",
    ]
    assert "hence creating one" in str(
        [
            each.get("ResourceStatusReason")
            for each in stacks.client.describe_stack_events(StackName="app")["StackEvents"]
        ]
    )


def test_a_type_without_update_is_replaced(stacks: Any) -> None:
    stacks.create(template(Ip={"Type": ADDRESS, "Properties": {"InstanceId": "i-1"}}))
    stacks.update(template(Ip={"Type": ADDRESS, "Properties": {"InstanceId": "i-2"}}))
    assert [verb for verb, _ in stacks.world.calls] == ["create", "create", "delete"]


def test_removed_resource_goes_after_the_rest(stacks: Any) -> None:
    stacks.create(template(One=parameter("a"), Two=parameter("b")))
    stacks.update(template(Two=parameter("c")))
    assert stacks.world.calls[2:] == [("update", "Two"), ("delete", "One")]
    assert list(stacks.resources()) == ["Two"]


def test_policies_keep_what_is_replaced_or_removed(stacks: Any) -> None:
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    stacks.create(template(One=named("a", **kept), Two=named("b", **kept), Three=parameter("x")))
    before = set(stacks.world.things)

    stacks.update(template(One=named("c", **kept), Three=parameter("x")))

    assert before <= set(stacks.world.things)
    assert stacks.history().count("One DELETE_SKIPPED") == 1
    assert stacks.history().count("Two DELETE_SKIPPED") == 1


def test_nothing_to_update_is_refused_in_aws_words(stacks: Any) -> None:
    stacks.create(template(One=parameter("1")))
    with pytest.raises(ClientError, match=r"No updates are to be performed\."):
        stacks.update(template(One=parameter(1)))


def test_failed_update_restores_replaced_changed_and_new(stacks: Any) -> None:
    stacks.create(template(One=named("a"), Two=parameter("b"), Last=parameter("l")))
    before = dict(stacks.world.things)
    stacks.world.refuse.add(("update", "Last"))

    stack = stacks.update(
        template(
            One=named("z"),
            Two=parameter("changed"),
            New=parameter("n"),
            Last=parameter("no", DependsOn=["One", "Two", "New"]),
        )
    )

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    stacks.world.refuse.clear()
    stacks.client.continue_update_rollback(StackName="app")
    assert stacks.settled(stack["StackId"])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.world.things == before
    assert sorted(stacks.resources()) == ["Last", "One", "Two"]


def test_failed_update_rolls_back_to_the_old_template(stacks: Any) -> None:
    stacks.create(template(One=parameter("a")), Tags=[{"Key": "k", "Value": "v"}])
    stacks.world.refuse.add(("create", "New"))

    stack = stacks.update(template(One=parameter("b"), New=parameter("n", DependsOn="One")))

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.reason("New", "CREATE_FAILED") == "New refuses to create"
    assert stacks.reason("app", "UPDATE_ROLLBACK_IN_PROGRESS") == "The following resource(s) failed to create: [New]. "
    assert stacks.stack()["Tags"] == [{"Key": "k", "Value": "v"}]
    assert list(stacks.resources()) == ["One"]
    stacks.world.refuse.clear()
    assert stacks.update(template(One=parameter("b")))["StackStatus"] == "UPDATE_COMPLETE"


def test_rollback_goes_on_without_skipped_resources(stacks: Any) -> None:
    stacks.create(template(One=parameter("a"), Two=parameter("b")))
    stacks.world.refuse |= {("update", "One"), ("update", "Two")}
    stack = stacks.update(template(One=parameter("c"), Two=parameter("b")))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"

    stacks.client.continue_update_rollback(StackName="app", ResourcesToSkip=["One"])

    assert stacks.settled(stack["StackId"])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_previous_values_and_template_are_used_again(stacks: Any) -> None:
    declared = {"Parameters": {"Size": {"Type": "String"}, "Other": {"Type": "String"}}}
    body = {**declared, **template(One=parameter({"Fn::Sub": "${Size}-${Other}"}))}
    pairs = [{"ParameterKey": key, "ParameterValue": key} for key in ("Size", "Other")]
    stacks.create(body, Parameters=pairs)

    made = stacks.client.update_stack(
        StackName="app",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Size", "UsePreviousValue": True},
            {"ParameterKey": "Other", "ParameterValue": "new"},
        ],
    )

    stacks.settled(made["StackId"])
    assert [each["Value"] for each in stacks.world.things.values()] == ["Size-new"]


def test_stack_tags_reach_properties_and_change_with_the_stack(stacks: Any) -> None:
    body = template(One=parameter("a"))
    stacks.create(body, Tags=[{"Key": "Project", "Value": "x"}])
    assert [each["Tags"] for each in stacks.world.things.values()] == [{"Project": "x"}]

    stacks.update(body, Tags=[{"Key": "Project", "Value": "y"}])

    assert [each["Tags"] for each in stacks.world.things.values()] == [{"Project": "y"}]


def test_a_tag_of_the_template_wins_over_the_stacks(stacks: Any) -> None:
    own = {"Type": ADDRESS, "Properties": {"Tags": [{"Key": "a", "Value": "own"}]}}
    stacks.create(template(Ip=own), Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
    pairs = [{"Key": "a", "Value": "own"}, {"Key": "c", "Value": "d"}]
    assert [each["Tags"] for each in stacks.world.things.values()] == [pairs]


def test_a_cancelled_update_rolls_back(stacks: Any, pretended: Any) -> None:
    stacks.create(template(One=parameter("a"), Two=parameter("b")))
    pretended.delays[PARAMETER] = 0.5
    try:
        body = template(One=parameter("c"), Two=parameter("d"))
        made = stacks.client.update_stack(StackName="app", TemplateBody=json.dumps(body))
        stacks.client.cancel_update_stack(StackName="app")
    finally:
        pretended.delays.clear()
    assert stacks.settled(made["StackId"])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert sorted(each["Value"] for each in stacks.world.things.values()) == ["a", "b"]


def test_a_changed_type_is_refused(stacks: Any) -> None:
    stacks.create(template(One=parameter("a")))
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        stacks.update(template(One={"Type": ADDRESS}))


def test_without_rollback_a_failed_update_stays_and_can_be_updated_again(stacks: Any) -> None:
    stacks.create(template(One=named("a"), Two=parameter("b")))
    stacks.world.refuse.add(("update", "Two"))
    body = template(One=named("z"), Two=parameter("c", DependsOn="One"))
    assert stacks.update(body, DisableRollback=True)["StackStatus"] == "UPDATE_FAILED"
    assert len(stacks.world.things) == 3
    stacks.world.refuse.clear()

    assert stacks.update(template(One=named("z"), Two=parameter("d")))["StackStatus"] == ("UPDATE_COMPLETE")

    assert sorted(each["Value"] for each in stacks.world.things.values()) == ["d", "x"]
