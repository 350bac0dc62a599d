"""GuardDuty's endpoint in a VPC that is to go: it would hold up the deletion of the subnets and the VPC."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.aws_errors import AwsError
from stackwright.deploy import guardduty
from stackwright.errors import StackwrightError

SERVICE = "com.amazonaws.us-east-1.guardduty-data"


def runtime_monitoring(shop: Any, *, managed: bool = True) -> str:
    """Do what GuardDuty does with automated agents; without tags, what a person does for agents of their own."""
    (vpc,) = [each for each in shop.aws.call("ec2", "describe_vpcs")["Vpcs"] if not each["IsDefault"]]
    subnets = shop.aws.call("ec2", "describe_subnets", Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
    tags = [{"Key": "GuardDutyManaged", "Value": "true"}] if managed else []

    def tagged(kind: str) -> dict[str, Any]:
        return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}

    group = shop.aws.call(
        "ec2",
        "create_security_group",
        GroupName=f"GuardDutyManagedSecurityGroup-{vpc['VpcId']}",
        Description="Associated with VPC-endpoint",
        VpcId=vpc["VpcId"],
        **tagged("security-group"),
    )["GroupId"]
    shop.aws.call(
        "ec2",
        "create_vpc_endpoint",
        VpcEndpointType="Interface",
        VpcId=vpc["VpcId"],
        ServiceName=SERVICE,
        SubnetIds=[each["SubnetId"] for each in subnets["Subnets"]],
        SecurityGroupIds=[group],
        **tagged("vpc-endpoint"),
    )
    return str(vpc["VpcId"])


def left(shop: Any, vpc: str) -> list[Any]:
    ours = [{"Name": "vpc-id", "Values": [vpc]}]
    endpoints = shop.aws.call("ec2", "describe_vpc_endpoints", Filters=ours)["VpcEndpoints"]
    return [
        *shop.aws.call("ec2", "describe_vpcs", Filters=ours)["Vpcs"],
        *shop.aws.call("ec2", "describe_security_groups", Filters=ours)["SecurityGroups"],
        *(each for each in endpoints if each["State"] != "deleted"),
    ]


def test_what_guardduty_left_goes_before_the_vpc(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    vpc = runtime_monitoring(shop)
    capsys.readouterr()
    assert shop.destroy() == 0
    assert f"delete the endpoint and group that GuardDuty keeps in Vpc/Vpc ({vpc})" in capsys.readouterr().err
    assert left(shop, vpc) == []


def test_without_guardduty_nothing_is_said_of_it(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shop.deploy()
    capsys.readouterr()
    assert shop.destroy() == 0
    assert "GuardDuty" not in capsys.readouterr().err


def test_an_endpoint_of_somebody_else_is_never_touched(shop: Any) -> None:
    shop.deploy()
    vpc = runtime_monitoring(shop, managed=False)
    with pytest.raises(StackwrightError, match=r"DELETE_FAILED\nVpc/Subnet \(subnet\): .*has dependencies.*\nnext: "):
        shop.destroy()
    assert len([each for each in left(shop, vpc) if each.get("ServiceName") == SERVICE]) == 1


def test_the_deletion_that_failed_on_it_is_completed(shop: Any) -> None:
    """A GuardDuty that comes after the plan, or another tool's deletion: DELETE_FAILED, and the same command again."""
    shop.deploy()
    vpc = runtime_monitoring(shop)
    shop.aws.call("cloudformation", "delete_stack", StackName="shop-dev")
    with pytest.raises(Exception, match="DELETE_FAILED"):
        waiter = shop.aws.client("cloudformation").get_waiter("stack_delete_complete")
        waiter.wait(StackName="shop-dev", WaiterConfig={"Delay": 1})
    assert shop.status() == "DELETE_FAILED"
    assert shop.destroy() == 0
    assert left(shop, vpc) == []


def test_group_goes_when_the_last_interface_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        region = "us-east-1"
        refused = 0

        def call(self, service: str, operation: str, **arguments: Any) -> Any:
            if operation == "delete_security_group" and self.refused < 2:
                self.refused += 1
                raise AwsError("in use", code="DependencyViolation")
            return {"VpcEndpoints": [], "SecurityGroups": [{"GroupId": "sg-1"}]}

    monkeypatch.setattr("stackwright.deploy.patience.time.sleep", lambda _: None)
    slow: Any = Slow()
    guardduty.clear(slow, "vpc-1")
    assert slow.refused == 2
