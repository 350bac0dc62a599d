from __future__ import annotations

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/flow-logs"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_blueprint_logs_its_network(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize("name", ["TrafficType", "ResourceId"])
def test_a_network_that_does_not_is_found(name: str) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/FlowLog")["Properties"][name] = {"TrafficType": "ACCEPT", "ResourceId": "vpc-1"}[name]

    (line,) = told(RULE, seeded(seed))
    assert line == "Vpc/Vpc : what was refused, and who tried, is written down nowhere"


def test_a_log_on_every_subnet_is_as_good() -> None:
    def log(subnet: str) -> dict[str, object]:
        return {"Type": "AWS::EC2::FlowLog", "Properties": {"ResourceType": "Subnet", "ResourceId": {"Ref": subnet}}}

    subnet = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}}
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    network = {"Vpc": vpc, "One": subnet, "Two": subnet, "LogOne": log("One")}
    assert len(told(RULE, alone(network))) == 1
    assert findings(RULE, alone({**network, "LogTwo": log("Two")})) == []
