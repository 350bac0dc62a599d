"""What GuardDuty's Runtime Monitoring puts into a VPC, and leaves there: an endpoint and its security group.

It makes them when the first task or instance with its agent starts, whoever owns the VPC, and takes them away only
when Runtime Monitoring is switched off ("Disabling, uninstalling, and cleaning up resources in Runtime Monitoring").
Until then the VPC, its subnets and so their stack cannot go.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError
from stackwright.deploy.patience import until
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws

SERVICE = "com.amazonaws.{}.guardduty-data"
GROUP = "GuardDutyManagedSecurityGroup-{}"
# An endpoint of this service that somebody made by hand, for agents of their own, has no such tag.
MANAGED = {"Name": "tag:GuardDutyManaged", "Values": ["true"]}
GONE = {"deleted", "Deleted"}


def is_in(aws: Aws, vpc: str) -> bool:
    """Tell whether GuardDuty has left something in a VPC."""
    return bool(_endpoints(aws, vpc) or _groups(aws, vpc))


def clear(aws: Aws, vpc: str) -> None:
    """Delete GuardDuty's endpoint in a VPC, and when its network interfaces are gone its group."""
    waiting = [each["VpcEndpointId"] for each in _endpoints(aws, vpc) if each["State"].lower() != "deleting"]
    if waiting:
        answer = aws.call("ec2", "delete_vpc_endpoints", VpcEndpointIds=waiting)
        for failure in answer.get("Unsuccessful", []):
            raise StackwrightError(f"{failure.get('ResourceId')}: {failure.get('Error', {}).get('Message')}")
    until(lambda: not _endpoints(aws, vpc), late=f"GuardDuty's endpoint in {vpc} is still there")
    for group in _groups(aws, vpc):
        until(partial(_group_gone, aws, group), late=f"GuardDuty's group in {vpc} is still in use")


def _endpoints(aws: Aws, vpc: str) -> list[dict[str, Any]]:
    named = {"Name": "service-name", "Values": [SERVICE.format(aws.region)]}
    filters = [{"Name": "vpc-id", "Values": [vpc]}, named, MANAGED]
    found = aws.call("ec2", "describe_vpc_endpoints", Filters=filters)["VpcEndpoints"]
    return [each for each in found if each["State"] not in GONE]


def _groups(aws: Aws, vpc: str) -> list[str]:
    named = {"Name": "group-name", "Values": [GROUP.format(vpc)]}
    filters = [{"Name": "vpc-id", "Values": [vpc]}, named, MANAGED]
    return [each["GroupId"] for each in aws.call("ec2", "describe_security_groups", Filters=filters)["SecurityGroups"]]


def _group_gone(aws: Aws, group: str) -> bool:
    """Delete a group; False while an interface of the endpoint that went still has it."""
    try:
        aws.call("ec2", "delete_security_group", GroupId=group)
    except AwsError as error:
        if error.code == "DependencyViolation":
            return False
        if not error.absent:
            raise
    return True
