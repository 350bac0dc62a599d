from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "operability/can-be-deleted"


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
def test_ours_can(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


@pytest.mark.parametrize("path", ["Registry/Repository", "LoadBalancer/AccessLogs"])
def test_what_is_deleted_full_is_found(path: str) -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, path)["DeletionPolicy"]

    problem = "the stack's deletion fails as soon as it holds anything"
    assert told(RULE, seeded(seed)) == [f"{path} DeletionPolicy: {problem}"]


def test_a_registry_that_is_emptied_is_no_finding() -> None:
    registry = {"Type": "AWS::ECR::Repository", "Properties": {"EmptyOnDelete": True}}
    assert findings(RULE, alone({"Registry": registry})) == []


def zone(**attributes: Any) -> dict[str, Any]:
    certificate = {
        "Type": "AWS::CertificateManager::Certificate",
        "Properties": {"DomainValidationOptions": [{"DomainName": "a.b", "HostedZoneId": {"Ref": "Zone"}}]},
    }
    zone = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "a.b"}, **attributes}
    return {"Zone": zone, "Certificate": certificate}


def test_a_zone_that_keeps_a_validation_record_is_found() -> None:
    assert findings(RULE, alone(zone(DeletionPolicy="RetainExceptOnCreate"))) == []
    (line,) = told(RULE, alone(zone()))
    assert line.startswith("Zone DeletionPolicy: the validation record of Certificate stays in it")


def test_protected_instances_without_a_provider_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        provider = resource(stacks, "Cluster/CapacityProvider")["Properties"]["AutoScalingGroupProvider"]
        provider["AutoScalingGroupArn"] = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:other"

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Cluster/AutoScalingGroup NewInstancesProtectedFromScaleIn: the stack's deletion waits")


def test_what_is_kept_in_a_vpc_that_goes_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/PrivateSubnetTwo")["DeletionPolicy"] = "Retain"

    problem = "it is kept inside Vpc/Vpc, which then cannot be deleted"
    assert told(RULE, seeded(seed)) == [f"Vpc/PrivateSubnetTwo DeletionPolicy: {problem}"]
