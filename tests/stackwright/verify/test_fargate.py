"""Every rule on a service without instances: what its parameters accept, and faults that only Fargate has."""

from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment
from stackwright.verify.rules import rules

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
ACCEPTED = {
    "dev": {
        ("availability/survives-zone-loss", "Vpc/PrivateDefaultRouteTwo"),
        ("security/http-redirects", "Service/ListenerRule"),
    },
    "prod": {("security/http-redirects", "Service/ListenerRule")},
}


def fargate(environment: str = "prod", **given: Any) -> Deployment:
    return seeded(given.pop("seed", lambda stacks: None), blueprint="fargate-alb", environment=environment, **given)


def found(deployment: Deployment) -> set[tuple[str, str]]:
    return {
        (name, each.resource)
        for name, rule in rules().items()
        if rule.applies(deployment)
        for each in findings(name, deployment)
    }


@pytest.mark.parametrize("own_image", [True, False])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_what_is_found_is_what_is_accepted(environment: str, own_image: bool) -> None:
    assert found(fargate(environment, own_image=own_image)) == ACCEPTED[environment]


def test_with_a_certificate_prod_has_nothing_to_accept() -> None:
    assert found(fargate(CertificateArn=CERTIFICATE)) == set()


def test_all_on_spot_and_arm_is_nothing_new() -> None:
    parameters = {"FargateBase": "0", "FargateWeight": "0", "FargateSpotWeight": "1", "CpuArchitecture": "ARM64"}
    assert found(fargate(**parameters)) == ACCEPTED["prod"]


def test_a_single_task_is_found() -> None:
    assert ("availability/survives-zone-loss", "Scaling/Tasks") in found(fargate(MinTasks="1"))


def test_public_addresses_are_found() -> None:
    assert ("security/nothing-private-has-public-address", "Service/Service") in found(fargate(AssignPublicIp="on"))


def test_percentages_that_replace_no_task_are_found_without_instances_too() -> None:
    (line,) = told("availability/rolling-deployment-finishes", fargate(MaximumPercent="110"))
    assert "Service/Service" in line


def test_alarms_that_overlap_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Scaling/CpuIsLow")["Properties"]["Threshold"] = 81

    (line,) = told("availability/scaling-is-steady", fargate(seed=seed))
    assert line.startswith("Scaling/CpuIsLow Threshold: is above that of Scaling/CpuIsHigh, 80")


def test_steps_in_before_a_new_task_counts_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        policy = resource(stacks, "Scaling/RemoveTask")["Properties"]
        policy["StepScalingPolicyConfiguration"]["Cooldown"] = 30

    (line,) = told("availability/scaling-is-steady", fargate(seed=seed))
    assert line.startswith("Scaling/RemoveTask StepScalingPolicyConfiguration.Cooldown: takes tasks away every 30 s")


def test_one_subnet_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        network = resource(stacks, "Service/Service")["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        network["Subnets"] = [{"Fn::Select": [0, network["Subnets"]]}]

    assert ("availability/spans-zones", "Service/Service") in found(fargate(seed=seed))
