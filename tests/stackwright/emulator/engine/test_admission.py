"""What CloudFormation refuses before it begins: our blueprints pass with their parameter files, broken ones do not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from stackwright.project import Project
from templates import BLUEPRINTS

REPOSITORY = Path(__file__).parents[4]
ALL = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
ENVIRONMENTS = [(name, each) for name in BLUEPRINTS for each in Project(REPOSITORY, BLUEPRINTS).environments(name)]


def asked(stacks: Any, name: str, environment: str = "dev", **changed: Any) -> dict[str, Any]:
    """Return a request for a change set that creates a blueprint; what its parameters look up in SSM is there."""
    root = copy.deepcopy(BLUEPRINTS[name]().root)
    file = REPOSITORY / "params" / name / f"{environment}.json"
    values = json.loads(file.read_text())["Parameters"] | changed
    for key, declared in root["Parameters"].items():
        looked_up = values.get(key, declared.get("Default", ""))
        if declared["Type"].startswith("AWS::SSM::") and looked_up.startswith("/stackwright/"):
            stacks.boto("ssm").put_parameter(Name=looked_up, Value="x", Type="String")
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    given = {"StackName": "app", "ChangeSetName": "plan", "ChangeSetType": "CREATE", "Capabilities": ALL}
    return {**given, "Parameters": parameters, "TemplateBody": json.dumps(root)}


@pytest.mark.parametrize(("name", "environment"), ENVIRONMENTS)
def test_blueprints_pass(stacks: Any, name: str, environment: str) -> None:
    made = stacks.client.create_change_set(**asked(stacks, name, environment))
    assert stacks.described(made["Id"])["Status"] == "CREATE_COMPLETE"


def refusal(stacks: Any, request: dict[str, Any]) -> tuple[str, str]:
    """Return code and words of a request that is refused, and leaves nothing."""
    with pytest.raises(ClientError) as raised:
        stacks.client.create_change_set(**request)
    assert stacks.client.list_stacks()["StackSummaries"] == []
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(("named", "capability"), [(False, "CAPABILITY_IAM"), (True, "CAPABILITY_NAMED_IAM")])
def test_blueprint_without_its_capability_is_refused(stacks: Any, named: bool, capability: str) -> None:
    request = asked(stacks, "account")
    template = json.loads(request["TemplateBody"])
    if named:
        template["Resources"]["Named"] = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "fixed"}}
    given = {"TemplateBody": json.dumps(template), "Capabilities": ["CAPABILITY_IAM"] if named else []}
    refused = refusal(stacks, request | given)
    assert refused == ("InsufficientCapabilitiesException", f"Requires capabilities : [{capability}]")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ZoneCount": "9"}, "Parameter 'ZoneCount' must be one of AllowedValues"),
        ({"MinTasks": "many"}, "Parameter 'MinTasks' must be a number."),
        ({"DomainName": "UPPER.example.com"}, "Parameter DomainName failed to satisfy constraint: A lower-case"),
    ],
)
def test_blueprint_with_a_value_it_does_not_allow_is_refused(stacks: Any, changed: dict[str, str], words: str) -> None:
    code, message = refusal(stacks, asked(stacks, "ec2-alb", **changed))
    assert code == "ValidationError" and words in message


@pytest.mark.parametrize(
    ("constraint", "value", "words"),
    [
        ({"AllowedPattern": "^[a-z]+$"}, "A1", "Parameter 'P' must match pattern ^[a-z]+$"),
        ({"MinLength": 3}, "ab", "Parameter 'P' must contain at least 3 characters"),
        ({"MaxLength": 1}, "ab", "Parameter 'P' must contain at most 1 characters"),
        ({"Type": "Number", "MinValue": 2}, "1", "Parameter 'P' must be a number not less than 2"),
        ({"Type": "Number", "MaxValue": 2}, "3", "Parameter 'P' must be a number not greater than 2"),
        (
            {"MinLength": 3, "ConstraintDescription": "three letters."},
            "ab",
            "Parameter P failed to satisfy constraint: three letters.",
        ),
    ],
)
def test_each_constraint_has_its_words(stacks: Any, constraint: dict[str, Any], value: str, words: str) -> None:
    template = {"Parameters": {"P": {"Type": "String", **constraint}}, "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}
    given = [{"ParameterKey": "P", "ParameterValue": value}]
    with pytest.raises(ClientError, match="ValidationError") as raised:
        stacks.create(template, Parameters=given)
    assert raised.value.response["Error"]["Message"] == words


def many(section: str, count: int) -> dict[str, Any]:
    each: dict[str, dict[str, Any]] = {
        "Resources": {"Type": "AWS::SNS::Topic"},
        "Parameters": {"Type": "String", "Default": ""},
        "Outputs": {"Value": "x"},
        "Mappings": {"A": {"B": "C"}},
    }
    return {f"More{number}": each[section] for number in range(count)}


@pytest.mark.parametrize(
    ("section", "limit"), [("Resources", 500), ("Parameters", 200), ("Outputs", 200), ("Mappings", 200)]
)
def test_blueprint_grown_beyond_a_limit_is_refused(stacks: Any, section: str, limit: int) -> None:
    request = asked(stacks, "region")
    template = json.loads(request["TemplateBody"])
    own = template.get(section, {})
    template[section] = own | many(section, limit + 1 - len(own))
    code, message = refusal(stacks, request | {"TemplateBody": json.dumps(template, separators=(",", ":"))})
    assert (code, message) == (
        "ValidationError",
        f"Template format error: Number of {section.lower()}, {limit + 1}, is greater than maximum allowed, {limit}",
    )


def test_text_longer_than_a_request_takes_is_refused(stacks: Any) -> None:
    request = asked(stacks, "region")
    code, message = refusal(stacks, request | {"TemplateBody": request["TemplateBody"] + " " * 51_200})
    assert code == "ValidationError" and "less than or equal to 51200" in message


def giver(value: str, export: str | None = "the-id") -> dict[str, Any]:
    output = {"Value": value} | ({"Export": {"Name": export}} if export else {})
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": f"{value} {export}"}}
    return {"Resources": {"One": topic}, "Outputs": {"Id": output}}


@pytest.mark.parametrize(
    ("changed", "verb"), [(giver("new"), "updated"), (giver("old", None), "deleted"), (giver("old", "x"), "deleted")]
)
def test_export_in_use_stays_as_it_is(stacks: Any, changed: dict[str, Any], verb: str) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::ImportValue": "the-id"}}}
    stacks.create(giver("old"), name="giver")
    stacks.create({"Resources": {"Two": topic}}, name="taker")
    assert stacks.update(changed, name="giver")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reason = stacks.reason("giver", "UPDATE_ROLLBACK_IN_PROGRESS", "giver")
    assert reason == f"Export the-id cannot be {verb} as it is in use by taker"
    assert [each["Value"] for each in stacks.client.list_exports()["Exports"]] == ["old"]
    stacks.delete("taker")
    assert stacks.update(changed, name="giver")["StackStatus"] == "UPDATE_COMPLETE"


def test_export_of_anothers_name_is_refused(stacks: Any) -> None:
    stacks.create(giver("one"), name="first")
    assert stacks.create(giver("two"), name="second")["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reason("second", "ROLLBACK_IN_PROGRESS", "second")
    assert reason.startswith("Export with name the-id is already exported by stack first.")
