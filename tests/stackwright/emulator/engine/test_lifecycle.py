from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError


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


def test_failed_create_rolls_back_in_reverse(stacks: Any) -> None:
    stacks.world.refuse.add(("create", "Last"))
    body = {
        "Resources": {
            "One": thing(Value="1"),
            "Two": thing(Value={"Ref": "One"}),
            "Last": thing(Value={"Ref": "Two"}),
        }
    }

    stack = stacks.create(body)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.world.calls[3:] == [("delete", "Two"), ("delete", "One")]
    assert stacks.world.things == {}
    assert stacks.reason("Last", "CREATE_FAILED") == "Last refuses to create"
    assert "failed to create: [Last]" in stacks.reason("app", "ROLLBACK_IN_PROGRESS")
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        stacks.update(body)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED"),
        ({"DisableRollback": True}, "CREATE_FAILED"),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE"),
    ],
)
def test_failure_ends_as_asked(stacks: Any, asked: dict[str, Any], status: str) -> None:
    stacks.world.refuse.add(("create", "Two"))
    body = {"Resources": {"One": thing(Value="1"), "Two": thing(Value="2")}}
    assert stacks.create(body, **asked)["StackStatus"] == status
    assert bool(stacks.world.things) is (status == "CREATE_FAILED")


def test_delete_goes_backwards_and_keeps_what_policies_keep(stacks: Any) -> None:
    stacks.create(
        {
            "Resources": {
                "One": thing(Value="1"),
                "Two": thing(Value={"Ref": "One"}, DeletionPolicy="Retain"),
                "Three": thing(Value={"Ref": "Two"}, DeletionPolicy="RetainExceptOnCreate"),
                "Four": thing(Value={"Ref": "Three"}),
            }
        }
    )

    stack = stacks.delete()

    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert stacks.world.calls[4:] == [("delete", "Four"), ("delete", "One")]
    assert [name.partition("-")[0] for name in stacks.world.things] == ["two", "three"]
    with pytest.raises(ClientError, match="Stack with id app does not exist"):
        stacks.stack()


def test_rollback_of_a_create_keeps_only_retain(stacks: Any) -> None:
    stacks.world.refuse.add(("create", "Last"))
    stacks.create(
        {
            "Resources": {
                "Kept": thing(Value="1", DeletionPolicy="Retain"),
                "Gone": thing(Value="2", DeletionPolicy="RetainExceptOnCreate"),
                "Last": thing(Value="3", DependsOn=["Kept", "Gone"]),
            }
        }
    )
    assert [name.partition("-")[0] for name in stacks.world.things] == ["kept"]


def test_a_resource_that_refuses_to_go_fails_the_delete_until_it_is_retained(stacks: Any) -> None:
    stacks.create({"Resources": {"One": thing(Value="1"), "Two": thing(Value={"Ref": "One"})}})
    stacks.world.refuse.add(("delete", "Two"))

    stack = stacks.delete()

    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "[Two]" in stack["StackStatusReason"]
    assert ("delete", "One") not in stacks.world.calls
    assert stacks.delete(RetainResources=["Two"])["StackStatus"] == "DELETE_COMPLETE"
    assert [name.partition("-")[0] for name in stacks.world.things] == ["two"]


def test_forced_delete_goes_on(stacks: Any) -> None:
    stacks.create({"Resources": {"One": thing(Value="1"), "Two": thing(Value={"Ref": "One"})}})
    stacks.world.refuse.add(("delete", "Two"))
    stacks.delete()
    gone = stacks.delete(DeletionMode="FORCE_DELETE_STACK")
    assert gone["StackStatus"] == "DELETE_COMPLETE"


def test_an_error_in_the_template_ends_the_create_with_its_place(stacks: Any) -> None:
    broken = {"Fn::Select": [7, {"Fn::Split": [",", {"Ref": "One"}]}]}
    body = {"Resources": {"One": thing(Value="1"), "Two": thing(Value=broken)}}

    stack = stacks.create(body)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reason("app", "ROLLBACK_IN_PROGRESS")
    assert "Resources.Two.Properties.Value" in reason
    assert stacks.world.things == {}


def test_exports_are_imported_and_cannot_go_while_they_are(stacks: Any, another: Any) -> None:
    exporting = {
        "Resources": {"One": thing(Value="1")},
        "Outputs": {
            "Id": {"Value": {"Ref": "One"}, "Export": {"Name": "the-id"}},
            "Kept": {"Value": "to itself"},
        },
    }
    importing = {"Resources": {"Two": thing(Value={"Fn::ImportValue": "the-id"})}}
    stacks.create(exporting, name="giver")
    stacks.create(importing, name="taker")

    assert {"Value": "one-1"}.items() <= stacks.world.things["two-2"].items()
    assert [each["Name"] for each in stacks.client.list_exports()["Exports"]] == ["the-id"]
    assert stacks.client.list_imports(ExportName="the-id")["Imports"] == ["taker"]
    with pytest.raises(ClientError, match="Export the-id cannot be deleted as it is in use by"):
        stacks.client.delete_stack(StackName="giver")
    assert another.create(importing)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "No export named the-id found." in another.reason("app", "ROLLBACK_IN_PROGRESS")


def test_ssm_parameters_are_looked_up_in_the_local_ssm(stacks: Any) -> None:
    stacks.boto("ssm").put_parameter(Name="/zone", Value="Z1", Type="String")
    body = {
        "Parameters": {
            "Zone": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/zone"},
            "Secret": {"Type": "String", "Default": "s", "NoEcho": True},
        },
        "Resources": {
            "One": thing(Value={"Fn::Sub": "${Zone} {{resolve:ssm:/zone}} ${Secret}"}),
        },
    }

    stack = stacks.create(body)

    assert [each["Value"] for each in stacks.world.things.values()] == ["Z1 Z1 s"]
    assert stack["Parameters"] == [
        {"ParameterKey": "Zone", "ParameterValue": "/zone", "ResolvedValue": "Z1"},
        {"ParameterKey": "Secret", "ParameterValue": "****"},
    ]


def test_zones_are_those_of_the_stacks_region(stacks: Any) -> None:
    from stackwright.emulator.server import LocalAws

    west = stacks.__class__(stacks.aws, stacks.world, stacks.account, "us-west-1")
    body = {"Resources": {"One": thing(Value={"Fn::Join": [",", {"Fn::GetAZs": ""}]})}}
    west.create(body)
    assert isinstance(stacks.aws, LocalAws)
    value = stacks.world.things["one-1"]["Value"].split(",")
    assert len(value) == 2
    assert all(zone.startswith("us-west-1") for zone in value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"Resources": {}}, "At least one Resources member must be defined"),
        ({"Resources": {"A": thing()}, "Nope": 1}, r"Invalid template property or properties \[No"),
        ({"Resources": {"A": thing("AWS::IAM::Role")}}, r"capabilities : \[CAPABILITY_IAM\]"),
        (
            {"Resources": {"A": thing("AWS::IAM::Role", RoleName="x")}},
            r"Requires capabilities : \[CAPABILITY_NAMED_IAM\]",
        ),
        (
            {"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": thing()}},
            r"Parameters: \[P\] must have values",
        ),
        ({"Resources": {f"A{i}": thing() for i in range(501)}}, "maximum allowed, 500"),
        (
            {"Resources": {"A": thing(DependsOn="B"), "B": thing(DependsOn="A")}},
            "Circular dependency between resources",
        ),
    ],
)
def test_refused_before_anything_happens(stacks: Any, body: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        stacks.create(body)
    assert stacks.client.list_stacks()["StackSummaries"] == []


def test_unknown_parameters_are_refused(stacks: Any) -> None:
    given = [{"ParameterKey": "Nope", "ParameterValue": "1"}]
    with pytest.raises(ClientError, match=r"Parameters: \[Nope\] do not exist in the template"):
        stacks.create({"Resources": {"A": thing()}}, Parameters=given)


def test_a_protected_stack_stays(stacks: Any) -> None:
    stacks.create({"Resources": {"A": thing()}}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="while TerminationProtection is enabled"):
        stacks.delete()
    stacks.client.update_termination_protection(StackName="app", EnableTerminationProtection=False)
    assert stacks.delete()["StackStatus"] == "DELETE_COMPLETE"


def test_accounts_and_regions_are_apart(stacks: Any, another: Any) -> None:
    stacks.create({"Resources": {"A": thing()}})
    another.create({"Resources": {"A": thing()}})
    ireland = stacks.__class__(stacks.aws, stacks.world, stacks.account, "eu-west-1")
    ireland.create({"Resources": {"A": thing()}})
    ids = {each.stack()["StackId"] for each in (stacks, another, ireland)}
    assert len(ids) == 3
    assert f":eu-west-1:{stacks.account}:" in ireland.stack()["StackId"]
    with pytest.raises(ClientError, match="already exists"):
        stacks.create({"Resources": {"A": thing()}})


def test_a_create_that_runs_can_be_deleted(stacks: Any, pretended: Any) -> None:
    pretended.delays["AWS::SSM::Parameter"] = 5.0
    try:
        body = {"Resources": {name: thing() for name in ("One", "Two", "Three")}}
        made = stacks.client.create_stack(StackName="app", TemplateBody=json.dumps(body))
        while not stacks.world.calls:
            time.sleep(0.01)
        pretended.delays.clear()
        stacks.client.delete_stack(StackName="app")
    finally:
        pretended.delays.clear()
    assert stacks.settled(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert stacks.world.calls == [("create", "One"), ("delete", "One")]
    assert "app ROLLBACK_IN_PROGRESS" not in stacks.history(made["StackId"])


def test_an_api_error_is_told_with_its_code(stacks: Any) -> None:
    error = {"Error": {"Code": "Taken", "Message": "That name is taken."}}
    stacks.world.raises = ClientError({**error, "ResponseMetadata": {}}, "PutParameter")
    stacks.create({"Resources": {"One": thing()}})
    assert stacks.reason("One", "CREATE_FAILED") == (
        "That name is taken. (Operation: PutParameter, Status Code: 400, Error Code: Taken)"
    )
