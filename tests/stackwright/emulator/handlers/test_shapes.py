"""Properties become an API call's parameters, or an error that names the property."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from stackwright.emulator.handlers import Context, handler_for
from stackwright.emulator.handlers.shapes import PropertyError, arguments


@pytest.fixture(scope="module")
def ecs() -> Any:
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
    return boto3.client("ecs", region_name="us-east-1", **keys)


def service(ecs: Any, **properties: Any) -> dict[str, Any]:
    return arguments(ecs, "create_service", properties, {"PlacementStrategies": "placementStrategy"})


@pytest.mark.parametrize(
    ("name", "value", "member", "converted"),
    [
        ("DesiredCount", "3", "desiredCount", 3),
        ("EnableExecuteCommand", "true", "enableExecuteCommand", True),
        ("EnableExecuteCommand", False, "enableExecuteCommand", False),
        ("ServiceName", 5, "serviceName", "5"),
        ("Tags", [{"Key": "a", "Value": "b"}], "tags", [{"key": "a", "value": "b"}]),
        ("Tags", {"a": "b"}, "tags", [{"key": "a", "value": "b"}]),
        ("PlacementStrategies", [{"Type": "spread"}], "placementStrategy", [{"type": "spread"}]),
        (
            "NetworkConfiguration",
            {"AwsvpcConfiguration": {"Subnets": ["a"]}},
            "networkConfiguration",
            {"awsvpcConfiguration": {"subnets": ["a"]}},
        ),
    ],
)
def test_member_and_type_follow_the_shape(ecs: Any, name: str, value: Any, member: str, converted: Any) -> None:
    assert service(ecs, **{name: value}) == {member: converted}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Nonsense": 1}, "Property Nonsense: unsupported"),
        (
            {"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnet": "a"}}},
            "Property NetworkConfiguration.AwsvpcConfiguration.Subnet: unsupported",
        ),
        ({"LoadBalancers": [{"Port": 1}]}, r"Property LoadBalancers\[0\].Port: unsupported"),
        ({"DesiredCount": "many"}, "Property DesiredCount: expected an integer, got 'many'"),
        ({"DesiredCount": True}, "Property DesiredCount: expected an integer"),
        ({"DesiredCount": [1]}, "Property DesiredCount: expected integer"),
        ({"EnableExecuteCommand": "yes"}, "Property EnableExecuteCommand: expected true or false"),
        ({"LoadBalancers": "one"}, "Property LoadBalancers: expected a list, got 'one'"),
        ({"NetworkConfiguration": "x"}, "Property NetworkConfiguration: expected an object"),
    ],
)
def test_what_does_not_fit_is_an_error(ecs: Any, properties: dict[str, Any], message: str) -> None:
    with pytest.raises(PropertyError, match=message):
        service(ecs, **properties)


def test_documents_become_json_and_values_are_wrapped() -> None:
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
    ec2 = boto3.client("ec2", region_name="us-east-1", **keys)
    vpc = arguments(ec2, "modify_vpc_attribute", {"VpcId": "v", "EnableDnsSupport": "true"})
    assert vpc == {"VpcId": "v", "EnableDnsSupport": {"Value": True}}
    endpoint = arguments(ec2, "create_vpc_endpoint", {"PolicyDocument": {"Statement": []}})
    assert endpoint == {"PolicyDocument": '{"Statement": []}'}
    logs = arguments(ec2, "create_flow_logs", {"ResourceId": "v"}, {"ResourceId": "ResourceIds[]"})
    assert logs == {"ResourceIds": ["v"]}


@pytest.mark.parametrize(
    ("kind", "properties", "read"),
    [
        (
            "AWS::ECR::Repository",
            {"RepositoryName": "half", "RepositoryPolicyText": "no policy"},
            ("ecr", "describe_repositories", {}, "repositories"),
        ),
        (
            "AWS::IAM::Role",
            {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/Nonsense"],
            },
            ("iam", "list_roles", {}, "Roles[?!starts_with(Path, '/aws-service-role/')]"),
        ),
        (
            "AWS::EC2::SecurityGroup",
            {"GroupDescription": "half", "SecurityGroupIngress": [{"IpProtocol": "tcp", "CidrIp": "x"}]},
            ("ec2", "describe_security_groups", {}, "SecurityGroups[?Description=='half']"),
        ),
    ],
)
def test_what_was_half_made_is_taken_back(
    context: Context, bench: Any, kind: str, properties: dict[str, Any], read: tuple[Any, ...]
) -> None:
    with pytest.raises(Exception, match=r".+"):
        handler_for(kind).create(context, properties)
    assert bench.read(*read) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::EC2::VPC", "Cidr"),
        ("AWS::ECS::Service", "Strategy"),
        ("AWS::SNS::Topic", "Name"),
        ("AWS::SNS::Subscription", "Filter"),
        ("AWS::AutoScaling::AutoScalingGroup", "Subnets"),
        ("AWS::Logs::LogGroup", "Retention"),
        ("AWS::S3::Bucket", "Versioning"),
    ],
)
def test_unknown_property_is_an_error(context: Context, kind: str, name: str) -> None:
    with pytest.raises(PropertyError, match=f"Property {name}: unsupported"):
        handler_for(kind).create(context, {name: "x"})


@pytest.mark.parametrize("stack", ["StackSet-fleet-dev-47b57310", "web", "a-" * 20])
def test_a_generated_name_has_no_two_hyphens_in_a_row(context: Context, stack: str) -> None:
    name = replace(context, stack_name=stack, logical_id="TargetGroup").generated_name(32)
    assert len(name) <= 32
    assert "--" not in name
    assert not name.startswith("-")
