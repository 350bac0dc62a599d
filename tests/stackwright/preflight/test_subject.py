"""The subject of a stack that is there: what it holds, what of its parameters AWS knows, its zones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.deploy.plan import make_plan
from stackwright.deploy.wish import Wish
from stackwright.errors import BadInput
from stackwright.preflight.examine import checks, points_of
from stackwright.preflight.subject import Subject, make_subject
from stackwright.publish import Built
from stackwright.wiring.text import as_text

NESTED = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {}}}}
ROOT: dict[str, Any] = {
    "Parameters": {
        "Image": {"Type": "String", "Default": ""},
        "Name": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/shop/name"},
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Image"}}}},
}
THREE = {
    "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": {"Fn::Select": [2, {"Fn::GetAZs": ""}]}}}
}


@pytest.fixture
def subject(aws: Aws) -> Callable[..., Subject]:
    """Make the subject of a root template as it is about to be deployed."""

    def make(root: dict[str, Any], nested: dict[str, Any] | None = None, **given: Any) -> Subject:
        files = {"root.json": as_text(root).encode()}
        files |= {path: as_text(each).encode() for path, each in (nested or {}).items()}
        built = Built("shop", Path("build/shop"), files)
        made: Any = None  # neither the composed blueprint nor the report of its rendering is looked at
        wish = Wish(made=made, built=built, rendered=made, environment="dev", parameters={}, tags={})
        plan = make_plan(
            blueprint="shop",
            environment="dev",
            root=root,
            nested=nested or {},
            parameters={},
            tags={},
            stack=aws.stack("shop-dev"),
            **given,
        )
        return make_subject(aws, wish, plan, deploying="deploy {}".format)

    return make


def create(aws: Aws, root: dict[str, Any], *parameters: tuple[str, str]) -> None:
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters]
    aws.call("cloudformation", "create_stack", StackName="shop-dev", TemplateBody=as_text(root), Parameters=given)
    stack = aws.stack("shop-dev")
    assert stack and stack.status == "CREATE_COMPLETE"


def test_an_image_that_is_kept_is_the_one_that_runs(aws: Aws, subject: Callable[..., Subject]) -> None:
    aws.call("ssm", "put_parameter", Name="/shop/name", Value="shop", Type="String")
    create(aws, ROOT, ("Image", "app:1"))
    assert subject(ROOT).graph.resources["Topic"].properties["DisplayName"] == "app:1"
    assert subject(ROOT, image="app:2").graph.resources["Topic"].properties["DisplayName"] == "app:2"


def test_what_is_in_ssm_is_read_once(aws: Aws, local: Any, subject: Callable[..., Subject]) -> None:
    aws.call("ssm", "put_parameter", Name="/shop/name", Value="shop", Type="String")
    root = ROOT | {
        "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Name"}}}}
    }
    local.journal.clear()
    made = subject(root)
    assert made.graph.resources["Logs"].properties["LogGroupName"] == "shop"
    assert [each.name for each in checks() if any(p.verdict == "fails" for p in points_of(made, each))] == []
    assert len(local.journal.calls("ssm", "GetParameter", account=aws.account)) == 1


def test_nested_stacks_are_looked_into(aws: Aws, subject: Callable[..., Subject]) -> None:
    aws.call("s3", "create_bucket", Bucket=f"artifacts-{aws.account}")
    aws.put(f"artifacts-{aws.account}", "nested.json", as_text(NESTED).encode())
    url = f"https://artifacts-{aws.account}.s3.us-east-1.amazonaws.com/nested.json"
    resource = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    root = {"Resources": {"Logs": resource}}
    create(aws, root)
    made = subject(root, {url: NESTED})
    assert made.held.keys() == {"Logs", "Logs/Group"}
    assert made.held["Logs/Group"].startswith("shop-dev-Logs-")
    assert made.added("AWS::Logs::LogGroup") == []


def test_too_few_zones_are_a_failure_of_the_zones_and_hide_nothing_else(
    aws: Aws, subject: Callable[..., Subject]
) -> None:
    for each in aws.call("ec2", "describe_subnets")["Subnets"]:
        if each["AvailabilityZone"] > "us-east-1b":
            aws.call("ec2", "delete_subnet", SubnetId=each["SubnetId"])
    made = subject({"Resources": THREE})
    (check,) = (each for each in checks() if each.name == "zones")
    (point,) = points_of(made, check)
    assert point.verdict == "fails"
    assert "Select" in point.text
    assert made.graph.resources["Subnet"].properties["AvailabilityZone"] == "us-east-1c"


def test_a_template_without_meaning_is_refused(subject: Callable[..., Subject]) -> None:
    with pytest.raises(BadInput):
        subject({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Nobody"}}}}})
