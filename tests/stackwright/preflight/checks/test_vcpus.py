from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


Fleet = Callable[..., dict[str, Any]]


def run(aws: Aws, count: int, kind: str, group: str = "") -> None:
    image = aws.call("ec2", "describe_images")["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "aws:autoscaling:groupName", "Value": group}]}]
    arguments: dict[str, Any] = {"TagSpecifications": tags} if group else {}
    aws.call("ec2", "run_instances", ImageId=image, MinCount=count, MaxCount=count, InstanceType=kind, **arguments)


def test_holds_for_the_maximum_and_a_replacement(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("vcpus", plan(fleet("t3.medium", "m6i.xlarge", most="15")))
    assert result.verdict == "holds"
    assert "vCPUs of On-Demand Standard instances in us-east-1: 0 and 64 more, quota 64" in result.points[0].text


def test_fails_for_one_instance_more(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    assert asked("vcpus", plan(fleet("t3.medium", "m6i.xlarge", most="16"))).verdict == "fails"


def test_fails_for_what_others_run_beside_it(aws: Aws, plan: Plan, asked: Asked, fleet: Fleet) -> None:
    run(aws, 1, "m5.xlarge")
    assert asked("vcpus", plan(fleet("m6i.xlarge", most="15"))).verdict == "fails"


def test_what_the_stacks_own_group_runs_counts_once(aws: Aws, plan: Plan, asked: Asked, fleet: Fleet) -> None:
    run(aws, 1, "m5.xlarge", group="group-1")
    assert asked("vcpus", plan(fleet("m6i.xlarge", most="15"), held={"Group": "group-1"})).verdict == "holds"


def test_accelerated_families_have_quotas_of_their_own(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("vcpus", plan(fleet("g4dn.xlarge", most="1")))
    assert result.verdict == "fails"
    assert "--quota-code L-DB2E81BA --desired-value 8" in result.points[0].mend


def test_cannot_be_told_for_a_type_that_only_aws_knows(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    assert asked("vcpus", plan(fleet())).verdict == "cannot be told"
