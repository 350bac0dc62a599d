from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from stackwright.emulator.engine.changesets import NO_CHANGES

PARAMETER = "AWS::SSM::Parameter"
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"


def parameter(value: Any, **more: Any) -> dict[str, Any]:
    return {"Type": PARAMETER, "Properties": {"Type": "String", "Value": value, **more}}


def template(**resources: Any) -> dict[str, Any]:
    return {"Parameters": {"Size": {"Type": "String", "Default": "1"}}, "Resources": resources}


def by_id(change_set: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = (each["ResourceChange"] for each in change_set["Changes"])
    return {each["LogicalResourceId"]: each for each in found}


def causes(change: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["Evaluation"], each["ChangeSource"], each.get("CausingEntity", "")) for each in change["Details"]]


def test_create_waits_in_review_until_executed(stacks: Any) -> None:
    plan = stacks.plan(template(One=parameter("a")), ChangeSetType="CREATE")

    assert (plan["Status"], plan["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert by_id(plan)["One"]["Action"] == "Add"
    assert stacks.stack()["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert stacks.world.calls == []

    stacks.client.execute_change_set(ChangeSetName="plan", StackName="app")

    assert stacks.settled(plan["StackId"])["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.stack()["ChangeSetId"] == plan["ChangeSetId"]
    assert stacks.described(plan["ChangeSetId"])["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_no_change_fails_with_the_words_clients_look_for(stacks: Any) -> None:
    body = template(One=parameter("a"))
    stacks.create(body)

    plan = stacks.plan(body)

    assert (plan["Status"], plan["StatusReason"]) == ("FAILED", NO_CHANGES)
    assert plan["ExecutionStatus"] == "UNAVAILABLE"
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        stacks.client.execute_change_set(ChangeSetName="plan", StackName="app")


def test_modification_says_what_changes_and_whether_it_replaces(stacks: Any) -> None:
    stacks.create(template(One=parameter("a"), Two=parameter("a", Name="n"), Gone=parameter("g")))

    plan = stacks.plan(template(One=parameter("b"), Two=parameter("a", Name="m")))

    changes = by_id(plan)
    assert changes["One"]["Replacement"] == "False"
    assert changes["One"]["Scope"] == ["Properties"]
    target = changes["One"]["Details"][0]["Target"]
    assert (target["Name"], target["BeforeValue"], target["AfterValue"]) == ("Value", "a", "b")
    assert causes(changes["One"]) == [("Static", "DirectModification", "")]
    assert changes["Two"]["Replacement"] == "True"
    assert changes["Two"]["PolicyAction"] == "ReplaceAndDelete"
    assert changes["Two"]["Details"][0]["Target"]["RequiresRecreation"] == "Always"
    assert (changes["Gone"]["Action"], changes["Gone"]["PolicyAction"]) == ("Remove", "Delete")


def test_what_depends_on_a_replaced_resource_is_dynamic(stacks: Any) -> None:
    def body(name: str) -> dict[str, Any]:
        return template(
            One=parameter("a", Name=name),
            Reader=parameter({"Ref": "One"}),
            Named=parameter("x", Name={"Fn::Sub": "/${One}"}),
            Unrelated=parameter("x"),
        )

    stacks.create(body("a"))

    changes = by_id(stacks.plan(body("b")))

    assert "Unrelated" not in changes
    assert changes["Reader"]["Replacement"] == "False"
    assert causes(changes["Reader"]) == [("Dynamic", "ResourceReference", "One")]
    assert changes["Reader"]["Details"][0]["Target"]["AfterValue"] == UNKNOWN
    assert changes["Named"]["Replacement"] == "Conditional"


def test_attributes_of_an_updated_resource_are_dynamic_but_not_its_id(stacks: Any) -> None:
    def body(value: str) -> dict[str, Any]:
        return template(
            One=parameter(value),
            ById=parameter({"Ref": "One"}),
            ByArn=parameter({"Fn::GetAtt": "One.Arn"}),
        )

    stacks.create(body("a"))
    changes = by_id(stacks.plan(body("b")))
    assert set(changes) == {"One", "ByArn"}
    assert causes(changes["ByArn"]) == [("Dynamic", "ResourceAttribute", "One.Arn")]


def test_a_changed_parameter_is_named_as_the_cause(stacks: Any) -> None:
    body = template(One=parameter({"Ref": "Size"}), Two=parameter("x"))
    stacks.create(body)
    pairs = [{"ParameterKey": "Size", "ParameterValue": "2"}]
    changes = by_id(stacks.plan(body, Parameters=pairs))
    assert list(changes) == ["One"]
    assert causes(changes["One"]) == [("Static", "ParameterReference", "Size")]


def test_tags_and_metadata_have_their_own_scope(stacks: Any) -> None:
    stacks.create(template(One=parameter("a"), Two={**parameter("b"), "Metadata": {"a": 1}}))
    body = template(One=parameter("a"), Two={**parameter("b"), "Metadata": {"a": 2}})
    changes = by_id(stacks.plan(body, Tags=[{"Key": "k", "Value": "v"}]))
    assert changes["One"]["Scope"] == ["Tags"]
    assert changes["Two"]["Scope"] == ["Metadata", "Tags"]


def test_values_are_told_only_when_asked_for(stacks: Any) -> None:
    stacks.plan(template(One=parameter("a")), ChangeSetType="CREATE")
    brief = stacks.client.describe_change_set(ChangeSetName="plan", StackName="app")
    assert "AfterContext" not in by_id(brief)["One"]
    full = stacks.described(brief["ChangeSetId"])
    assert json.loads(by_id(full)["One"]["AfterContext"])["Properties"]["Value"] == "a"


def inner(*, name: Any = None) -> dict[str, Any]:
    leaf = parameter({"Ref": "Value"}, **({"Name": name} if name else {}))
    return {
        "Parameters": {"Value": {"Type": "String"}},
        "Resources": {"Leaf": leaf, "Still": parameter("still")},
        "Outputs": {"Id": {"Value": {"Ref": "Leaf"}}},
    }


def nested(url: str, value: Any) -> dict[str, Any]:
    properties = {"TemplateURL": url, "Parameters": {"Value": value}}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


@pytest.fixture
def pair(stacks: Any) -> dict[str, Any]:
    """A root with two nested stacks, the second fed by the first."""
    url = stacks.upload("inner.json", inner())
    return template(
        First=nested(url, {"Ref": "Size"}),
        Second=nested(url, {"Fn::GetAtt": "First.Outputs.Id"}),
    )


def test_nested_create_has_a_change_set_for_each_stack(stacks: Any, pair: dict[str, Any]) -> None:
    root = stacks.plan(pair, ChangeSetType="CREATE", IncludeNestedStacks=True)

    first = stacks.described(by_id(root)["First"]["ChangeSetId"])
    second = stacks.described(by_id(root)["Second"]["ChangeSetId"])
    assert first["ParentChangeSetId"] == first["RootChangeSetId"] == root["ChangeSetId"]
    assert sorted(by_id(first)) == ["Leaf", "Still"]
    assert second["Parameters"] == [{"ParameterKey": "Value", "ParameterValue": UNKNOWN}]
    assert stacks.stack(first["StackId"])["StackStatus"] == "REVIEW_IN_PROGRESS"
    with pytest.raises(ClientError, match="nested: execute it from its root"):
        stacks.client.execute_change_set(ChangeSetName=first["ChangeSetId"])

    stacks.client.execute_change_set(ChangeSetName=root["ChangeSetId"])
    stacks.settled(root["StackId"])

    assert stacks.resources()["First"]["PhysicalResourceId"] == first["StackId"]
    assert stacks.stack(second["StackId"])["StackStatus"] == "CREATE_COMPLETE"
    assert len(stacks.client.list_stacks()["StackSummaries"]) == 3


def test_an_empty_output_of_a_stack_to_be_decides_conditions(stacks: Any) -> None:
    giving = {"Resources": {"One": parameter("a")}, "Outputs": {"Id": {"Value": ""}}}
    taking = {
        "Parameters": {"Value": {"Type": "String"}},
        "Conditions": {"Given": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Value"}, ""]}]}},
        "Resources": {"Always": parameter("a"), "Maybe": {**parameter("b"), "Condition": "Given"}},
    }
    first = {"TemplateURL": stacks.upload("giving.json", giving)}
    body = template(
        First={"Type": "AWS::CloudFormation::Stack", "Properties": first},
        Second=nested(stacks.upload("taking.json", taking), {"Fn::GetAtt": "First.Outputs.Id"}),
    )
    root = stacks.plan(body, ChangeSetType="CREATE", IncludeNestedStacks=True)
    second = stacks.described(by_id(root)["Second"]["ChangeSetId"])
    assert list(by_id(second)) == ["Always"]


def test_deleting_a_change_set_takes_the_nested_reviews(stacks: Any, pair: dict[str, Any]) -> None:
    root = stacks.plan(pair, ChangeSetType="CREATE", IncludeNestedStacks=True)

    stacks.client.delete_change_set(ChangeSetName=root["ChangeSetId"])

    left = stacks.client.list_stacks()["StackSummaries"]
    assert [each["StackName"] for each in left] == ["app"]
    stacks.client.delete_stack(StackName="app")
    assert stacks.client.list_stacks()["StackSummaries"] == []


def test_deleting_a_stack_under_review_leaves_the_nested_ones_to_be_deleted(stacks: Any, pair: dict[str, Any]) -> None:
    """Only DeleteChangeSet is documented to take them along."""
    stacks.plan(pair, ChangeSetType="CREATE", IncludeNestedStacks=True)
    stacks.client.delete_stack(StackName="app")
    left = stacks.client.list_stacks()["StackSummaries"]
    assert [each["StackStatus"] for each in left] == ["REVIEW_IN_PROGRESS"] * 2
    for each in left:
        stacks.client.delete_stack(StackName=each["StackId"])
    assert stacks.client.list_stacks()["StackSummaries"] == []


def test_nested_update_lists_only_what_changes_and_doubts_what_is_handed_on(stacks: Any, pair: dict[str, Any]) -> None:
    stacks.create(pair)
    same = stacks.plan(pair, IncludeNestedStacks=True)
    assert (same["Status"], same["StatusReason"]) == ("FAILED", NO_CHANGES)
    stacks.client.delete_change_set(ChangeSetName=same["ChangeSetId"])

    pairs = [{"ParameterKey": "Size", "ParameterValue": "2"}]
    root = stacks.plan(pair, IncludeNestedStacks=True, Parameters=pairs)

    first = stacks.described(by_id(root)["First"]["ChangeSetId"])
    assert list(by_id(first)) == ["Leaf"]
    assert causes(by_id(first)["Leaf"]) == [("Static", "ParameterReference", "Value")]
    assert causes(by_id(root)["Second"])[0][:2] == ("Dynamic", "ResourceAttribute")
    second = stacks.described(by_id(root)["Second"]["ChangeSetId"])
    assert by_id(second)["Leaf"]["Details"][0]["Target"]["AfterValue"] == UNKNOWN

    stacks.client.execute_change_set(ChangeSetName=root["ChangeSetId"])
    stacks.settled(root["StackId"])

    assert stacks.world.calls[4:] == [("update", "Leaf")]


def test_without_nested_ones_every_nested_stack_counts_as_modified(stacks: Any, pair: dict[str, Any]) -> None:
    stacks.create(pair)
    plan = stacks.plan(pair)
    assert sorted(by_id(plan)) == ["First", "Second"]
    assert "ChangeSetId" not in by_id(plan)["First"]
    assert causes(by_id(plan)["First"]) == [("Dynamic", "Automatic", "")]
    stacks.client.execute_change_set(ChangeSetName=plan["ChangeSetId"])
    assert stacks.settled(plan["StackId"])["StackStatus"] == "UPDATE_COMPLETE"
    assert len(stacks.world.calls) == 4


def test_change_sets_of_other_states_are_refused(stacks: Any) -> None:
    with pytest.raises(ClientError, match=r"Stack \[app\] does not exist"):
        stacks.plan(template(One=parameter("a")))
    stacks.create(template(One=parameter("a")))
    with pytest.raises(ClientError, match="cannot be created again with the changeSet"):
        stacks.plan(template(One=parameter("a")), ChangeSetType="CREATE")
    with pytest.raises(ClientError, match=r"ChangeSet \[nope\] does not exist"):
        stacks.client.describe_change_set(ChangeSetName="nope", StackName="app")


def test_executing_one_change_set_drops_its_rivals(stacks: Any) -> None:
    stacks.create(template(One=parameter("a")))
    stacks.plan(template(One=parameter("b")))
    body = json.dumps(template(One=parameter("c")))
    stacks.client.create_change_set(StackName="app", ChangeSetName="rival", TemplateBody=body)
    stacks.client.execute_change_set(ChangeSetName="plan", StackName="app")
    found = stacks.client.list_change_sets(StackName="app")["Summaries"]
    assert [each["ChangeSetName"] for each in found] == ["plan"]
