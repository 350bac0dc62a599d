from __future__ import annotations

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "operability/names-are-generated"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
def test_ours_are_generated_or_never_replaced(blueprint: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint)) == []


def test_a_named_target_group_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/TargetGroup")["Properties"]["Name"] = "app"

    problem = "a change of Port, Protocol, TargetType, VpcId replaces it, and fails because the name is taken"
    assert told(RULE, seeded(seed)) == [f"Service/TargetGroup Name: {problem}"]


def test_a_name_that_alone_replaces_is_no_finding() -> None:
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/app", "RetentionInDays": 7}}
    assert findings(RULE, alone({"Group": group})) == []


def test_what_names_another_resource_is_no_name() -> None:
    service = {"Type": "AWS::ECS::Service", "Properties": {"Cluster": "shared", "SchedulingStrategy": "REPLICA"}}
    assert findings(RULE, alone({"Service": service})) == []


def test_a_name_is_free_in_another_parent() -> None:
    stage = {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": "api", "StageName": "prod"}}
    service = {"Type": "AWS::ECS::Service", "Properties": {"Cluster": "shared", "ServiceName": "web"}}
    assert findings(RULE, alone({"Stage": stage, "Service": service})) == []


def test_a_property_inside_another_is_named_whole() -> None:
    group = {"AutoScalingGroupArn": "arn:aws:autoscaling:x", "ManagedScaling": {"Status": "ENABLED"}}
    provider = {"Type": "AWS::ECS::CapacityProvider", "Properties": {"Name": "own", "AutoScalingGroupProvider": group}}
    (line,) = told(RULE, alone({"Provider": provider}))
    assert "a change of AutoScalingGroupProvider.AutoScalingGroupArn replaces it" in line


def test_a_name_that_has_to_be_given_is_no_finding() -> None:
    bucket = {"Name": "logs", "DestinationResourceArn": "arn:aws:s3:::logs", "OutputFormat": "json"}
    destination = {"Type": "AWS::Logs::DeliveryDestination", "Properties": bucket}
    assert findings(RULE, alone({"Destination": destination})) == []
