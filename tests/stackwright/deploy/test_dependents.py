"""A bootstrap stack that others use stays, and says who they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackwright.errors import StackwrightError

SHARED = "/stackwright/thing"
KEPT = {"DeletionPolicy": "Retain"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
SHARING = {
    "Artifacts": {"Type": "AWS::S3::Bucket", **KEPT},
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
    "Shared": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": SHARED, "Type": "String", "Value": {"Ref": "Artifacts"}},
    },
}
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {}}


def make(shop: Any, name: str, template: dict[str, Any], **options: Any) -> dict[str, str]:
    body = json.dumps(template)
    capable = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
    shop.aws.call("cloudformation", "create_stack", StackName=name, TemplateBody=body, **capable, **options)
    shop.aws.client("cloudformation").get_waiter("stack_create_complete").wait(StackName=name)
    return {each.logical_id: each.physical_id for each in shop.aws.held(name)}


def delete(shop: Any, name: str) -> None:
    shop.aws.call("cloudformation", "delete_stack", StackName=name)
    shop.aws.client("cloudformation").get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )


def reader(shop: Any, ids: dict[str, str]) -> None:
    parameters = {"Thing": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": SHARED}}
    make(shop, "reader", {"Parameters": parameters, "Resources": {"Logs": LOGS}})


def deployed(shop: Any, ids: dict[str, str]) -> None:
    arn = f"arn:aws:iam::{shop.aws.account}:role/{ids['Role']}"
    make(shop, "reader", {"Resources": {"Logs": LOGS}}, RoleARN=arn)


def nested(shop: Any, ids: dict[str, str]) -> None:
    bucket = ids["Artifacts"]
    shop.aws.call("s3", "put_object", Bucket=bucket, Key="one.json", Body=json.dumps({"Resources": {"Logs": LOGS}}))
    child = {"TemplateURL": f"https://{bucket}.s3.us-east-1.amazonaws.com/one.json"}
    make(shop, "reader", {"Resources": {"One": {"Type": "AWS::CloudFormation::Stack", "Properties": child}}})


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (reader, f"reader reads {SHARED}"),
        (deployed, "reader is deployed by the role shop-dev-Role-"),
        (nested, "reader has its nested templates in bucket shop-dev-artifacts-"),
    ],
)
def test_what_another_stack_uses_stays_until_that_is_gone(shop: Any, use: Any, told: str) -> None:
    use(shop, make(shop, "shop-dev", {"Resources": SHARING}))
    with pytest.raises(StackwrightError) as raised:
        shop.destroy()
    first, second = str(raised.value).splitlines()
    assert first.startswith(f"stack shop-dev is still used, nothing was changed: {told}")
    assert second == "destroy reader first, then this one again"
    assert shop.status() == "CREATE_COMPLETE"
    delete(shop, "reader")
    assert shop.destroy() == 0


def test_all_users_are_named_at_once(shop: Any) -> None:
    ids = make(shop, "shop-dev", {"Resources": SHARING})
    reader(shop, ids)
    parameters = {"Thing": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": SHARED}}
    make(shop, "second", {"Parameters": parameters, "Resources": {"Logs": LOGS}})
    with pytest.raises(StackwrightError, match=r"destroy (reader, second|second, reader) first"):
        shop.destroy()


def test_kept_data_of_a_deleted_stack_stays_while_it_is_used(shop: Any) -> None:
    ids = make(shop, "shop-dev", {"Resources": SHARING})
    nested(shop, ids)
    delete(shop, "shop-dev")
    with pytest.raises(StackwrightError, match=r"reader has its nested templates in bucket"):
        shop.destroy(delete_data=True)
    assert shop.destroy() == 0
    delete(shop, "reader")
    assert shop.destroy(delete_data=True) == 0
    assert ids["Artifacts"] not in {each["Name"] for each in shop.aws.call("s3", "list_buckets")["Buckets"]}


def test_stacks_under_review_or_that_share_nothing_hold_up_nobody(shop: Any) -> None:
    parameters = {"Thing": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": SHARED}}
    make(shop, "shop-dev", {"Resources": SHARING})
    shop.aws.create_change_set(
        StackName="looked-at",
        ChangeSetName="one",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Parameters": parameters, "Resources": {"Logs": LOGS}}),
    )
    yaml = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n"
    shop.aws.call("cloudformation", "create_stack", StackName="somebody-elses", TemplateBody=yaml)
    shop.aws.client("cloudformation").get_waiter("stack_create_complete").wait(StackName="somebody-elses")
    assert shop.destroy() == 0
