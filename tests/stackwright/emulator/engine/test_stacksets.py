"""Stack sets: instances are real stacks, made in region order until more fail than may."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from support.account_numbers import account_id

from stackwright.emulator.engine import stacksets
from stackwright.emulator.server import LocalAws

ROLE = "fleet-execution"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
REGIONS = ["eu-west-1", "us-east-1", "ap-southeast-2"]


def template(kind: str = "AWS::SNS::Topic", **properties: Any) -> str:
    return json.dumps(
        {
            "Parameters": {"Name": {"Type": "String", "Default": "one"}},
            "Resources": {"It": {"Type": kind, "Properties": properties or {"DisplayName": {"Ref": "Name"}}}},
        }
    )


@dataclass
class Fleet:
    """An administrator account, two more, and a stack set in us-east-1 for them."""

    endpoint: str
    administrator: str
    accounts: list[str]

    def client(self, service: str, account: str = "", region: str = "us-east-1") -> Any:
        keys = {"aws_access_key_id": account or self.administrator, "aws_secret_access_key": "local"}
        return boto3.client(service, region_name=region, endpoint_url=self.endpoint, **keys)

    @property
    def sets(self) -> Any:
        return self.client("cloudformation")

    def ended(self, started: dict[str, Any]) -> tuple[str, list[tuple[str, str, str]]]:
        """How an operation ended, and with each instance: region, account and status in the order of the work."""
        named = {"StackSetName": "fleet", "OperationId": started["OperationId"]}
        status: str = self.sets.describe_stack_set_operation(**named)["StackSetOperation"]["Status"]
        results = self.sets.list_stack_set_operation_results(**named)["Summaries"]
        return status, [(each["Region"], each["Account"], each["Status"]) for each in results]

    def stacks(self, account: str, region: str) -> dict[str, str]:
        found = self.client("cloudformation", account, region).describe_stacks()["Stacks"]
        return {each["StackName"]: each["StackStatus"] for each in found}


@pytest.fixture(scope="module")
def endpoint() -> Any:
    with LocalAws() as aws:
        yield aws.endpoint


@pytest.fixture
def fleet(endpoint: str) -> Fleet:
    made = Fleet(endpoint, account_id(), [account_id(), account_id()])
    for account in made.accounts:
        made.client("iam", account).create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
    made.sets.create_stack_set(StackSetName="fleet", TemplateBody=template(), ExecutionRoleName=ROLE)
    return made


Instances = Callable[..., Any]


def instances(fleet: Fleet, **more: Any) -> tuple[str, list[tuple[str, str, str]]]:
    given = {"StackSetName": "fleet", "Accounts": fleet.accounts, "Regions": REGIONS, **more}
    return fleet.ended(fleet.sets.create_stack_instances(**given))


def test_every_account_gets_a_stack_in_every_region_in_their_order(fleet: Fleet) -> None:
    status, results = instances(fleet, OperationPreferences={"RegionOrder": REGIONS})
    assert status == "SUCCEEDED"
    assert results == [(region, account, "SUCCEEDED") for region in REGIONS for account in fleet.accounts]
    for account in fleet.accounts:
        ((name, stack),) = fleet.stacks(account, "ap-southeast-2").items()
        assert name.startswith("StackSet-fleet-")
        assert stack == "CREATE_COMPLETE"
    assert fleet.stacks(fleet.administrator, "us-east-1") == {}


def test_an_account_that_does_not_trust_the_administrator_fails_and_ends_it(fleet: Fleet) -> None:
    stranger = account_id()
    status, results = instances(
        fleet, Accounts=[stranger, *fleet.accounts], OperationPreferences={"RegionOrder": REGIONS}
    )
    assert status == "FAILED"
    assert [each[2] for each in results] == ["FAILED"] + ["CANCELLED"] * 8
    found = fleet.sets.describe_stack_instance(
        StackSetName="fleet", StackInstanceAccount=stranger, StackInstanceRegion="eu-west-1"
    )["StackInstance"]
    assert "should have 'fleet-execution' role with trust relationship to Role" in found["StatusReason"]
    assert (found["Status"], found["StackInstanceStatus"]) == ("OUTDATED", {"DetailedStatus": "FAILED"})


@pytest.mark.parametrize("preferences", [{"FailureToleranceCount": 1}, {"FailureTolerancePercentage": 34}])
def test_what_is_tolerated_does_not_end_it(fleet: Fleet, preferences: dict[str, int]) -> None:
    accounts = [account_id(), *fleet.accounts]
    status, results = instances(fleet, Accounts=accounts, Regions=REGIONS[:2], OperationPreferences=preferences)
    assert status == "SUCCEEDED"
    assert [each[2] for each in results] == ["FAILED", "SUCCEEDED", "SUCCEEDED"] * 2


def test_a_stack_that_fails_tells_its_first_failure(fleet: Fleet) -> None:
    fleet.sets.update_stack_set(StackSetName="fleet", TemplateBody=template("AWS::SNS::Topic", Odd="1"))
    status, _ = instances(fleet, Regions=["us-east-1"])
    assert status == "FAILED"
    found = fleet.sets.list_stack_instances(StackSetName="fleet")["Summaries"][0]
    assert found["StatusReason"].startswith("ResourceLogicalId:It, ResourceType:AWS::SNS::Topic, ResourceStatusReason:")


def test_an_update_reaches_every_stack_and_overrides_stay(fleet: Fleet) -> None:
    override = [{"ParameterKey": "Name", "ParameterValue": "two"}]
    instances(fleet, Regions=["us-east-1"])
    instances(fleet, Regions=["eu-west-1"], ParameterOverrides=override)
    status, _ = fleet.ended(
        fleet.sets.update_stack_set(StackSetName="fleet", TemplateBody=template(DisplayName={"Fn::Sub": "${Name}-new"}))
    )
    assert status == "SUCCEEDED"
    shown = {}
    for region in ("us-east-1", "eu-west-1"):
        sns = fleet.client("sns", fleet.accounts[0], region)
        (topic,) = sns.list_topics()["Topics"]
        shown[region] = sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]["DisplayName"]
    assert shown == {"us-east-1": "one-new", "eu-west-1": "two-new"}


def test_an_update_of_deployment_targets_reaches_those_alone(fleet: Fleet) -> None:
    instances(fleet, Regions=["us-east-1"])
    (first, _), where = fleet.accounts, {"Regions": ["us-east-1"]}
    started = fleet.sets.update_stack_set(
        StackSetName="fleet",
        TemplateBody=template(DisplayName="new"),
        DeploymentTargets={"Accounts": [first]},
        **where,
    )
    assert fleet.ended(started) == ("SUCCEEDED", [("us-east-1", first, "SUCCEEDED")])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_operation_that_the_local_aws_fails_ends_all_the_same(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacksets, "_tolerance", lambda *_: 1 / 0)
    started = fleet.sets.create_stack_instances(StackSetName="fleet", Accounts=fleet.accounts, Regions=REGIONS)
    assert fleet.ended(started) == ("FAILED", [])


def test_a_set_goes_after_its_stacks(fleet: Fleet) -> None:
    instances(fleet, Regions=["us-east-1"])
    with pytest.raises(ClientError, match="StackSetNotEmptyException"):
        fleet.sets.delete_stack_set(StackSetName="fleet")
    kept, gone = fleet.accounts
    for account, retain in ((kept, True), (gone, False)):
        given = {"Accounts": [account], "Regions": ["us-east-1"], "RetainStacks": retain}
        assert fleet.ended(fleet.sets.delete_stack_instances(StackSetName="fleet", **given))[0] == "SUCCEEDED"
    assert list(fleet.stacks(kept, "us-east-1").values()) == ["CREATE_COMPLETE"]
    assert fleet.stacks(gone, "us-east-1") == {}
    fleet.sets.delete_stack_set(StackSetName="fleet")
    assert fleet.sets.list_stack_sets()["Summaries"] == []


def test_what_is_not_there_and_what_is_there_already_is_refused(fleet: Fleet) -> None:
    with pytest.raises(ClientError, match="StackSetNotFoundException"):
        fleet.sets.describe_stack_set(StackSetName="other")
    with pytest.raises(ClientError, match="NameAlreadyExistsException"):
        fleet.sets.create_stack_set(StackSetName="fleet", TemplateBody=template())
    with pytest.raises(ClientError, match="StackInstanceNotFoundException"):
        fleet.sets.update_stack_instances(StackSetName="fleet", Accounts=fleet.accounts, Regions=REGIONS)
    with pytest.raises(ClientError, match="self-managed permissions"):
        fleet.sets.create_stack_set(StackSetName="managed", TemplateBody=template(), PermissionModel="SERVICE_MANAGED")
