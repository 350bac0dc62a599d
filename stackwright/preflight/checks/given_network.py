"""A network that a person names: the VPC and the subnets of parameters, which somebody else made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stackwright.aws import listed
from stackwright.aws_errors import AwsError
from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.preflight.subject import Subject

VPC, SUBNETS = "AWS::EC2::VPC::Id", "List<AWS::EC2::Subnet::Id>"
PUBLIC = "PublicSubnetIds"
ENOUGH = 2
ANYWHERE = "0.0.0.0/0"
MEND = "name one of this account and region in the parameter file"


def _ask(subject: Subject) -> Iterator[Point]:
    named = {name: subject.parameters.get(name, "") for name in subject.declared if _type(subject, name) == VPC}
    lists = {name: subject.parameters.get(name, "") for name in subject.declared if _type(subject, name) == SUBNETS}
    if not named and not lists:
        yield moot("the plan makes its network itself")
        return
    vpcs = set(named.values())
    for name, vpc in named.items():
        yield _vpc(subject.aws, name, vpc)
    yield from one_by_one(lists, lambda name: _subnets(subject.aws, name, lists[name].split(","), vpcs))


def _type(subject: Subject, name: str) -> Any:
    return subject.declared[name].get("Type")


def _vpc(aws: Aws, name: str, vpc: str) -> Point:
    try:
        aws.call("ec2", "describe_vpcs", VpcIds=[vpc])
    except AwsError as error:
        if not _absent(error):
            raise
        return fails(f"{name} {vpc} is not there", mend=MEND)
    return holds(f"{name} {vpc}")


def _subnets(aws: Aws, name: str, ids: list[str], vpcs: set[str]) -> Iterator[Point]:
    """Yield what is wrong with a list of subnets: absent ones, another VPC's, one zone only, no way to the internet."""
    try:
        found = aws.call("ec2", "describe_subnets", SubnetIds=ids)["Subnets"]
    except AwsError as error:
        if not _absent(error):
            raise
        yield fails(f"{name}: {error.reason}", mend="name subnets of this account and region in the parameter file")
        return
    strangers = [each["SubnetId"] for each in found if vpcs and each["VpcId"] not in vpcs]
    zones = sorted({each["AvailabilityZone"] for each in found})
    if strangers:
        yield fails(f"{name}: {', '.join(strangers)} is not in {', '.join(sorted(vpcs))}", mend="name subnets of VpcId")
    elif len(zones) < ENOUGH:
        yield fails(f"{name}: all in {zones[0]}", mend="name a subnet in each of two zones at least")
    elif name == PUBLIC and (closed := [each["SubnetId"] for each in found if not _is_public(aws, each)]):
        text = f"{name}: {', '.join(closed)} has no route to an internet gateway"
        yield fails(text, mend="name subnets with one: the load balancer answers the internet")
    else:
        yield holds(f"{name} in {', '.join(zones)}")


def _is_public(aws: Aws, subnet: Mapping[str, Any]) -> bool:
    """Tell whether a subnet's own route table, else the VPC's main one, leads to an internet gateway."""
    own = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
    main = [
        {"Name": "vpc-id", "Values": [subnet["VpcId"]]},
        {"Name": "association.main", "Values": ["true"]},
    ]
    for filters in (own, main):
        tables = list(listed(aws, "ec2", "describe_route_tables", "RouteTables", Filters=filters))
        if tables:
            routes = [route for table in tables for route in table["Routes"]]
            return any(_leads_out(route) for route in routes)
    return False


def _leads_out(route: Mapping[str, Any]) -> bool:
    return route.get("DestinationCidrBlock") == ANYWHERE and str(route.get("GatewayId", "")).startswith("igw-")


def _absent(error: AwsError) -> bool:
    return error.absent or error.code in ("InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidVpcId.Malformed")


CHECK = Check(
    number=21,
    name="given-network",
    claim="The VPC and the subnets that the parameters name are there, belong together and are in two zones",
    why="CloudFormation looks up each id by itself, and a load balancer in another VPC or one zone fails after that",
    source='"Subnets for your load balancer" in the Elastic Load Balancing User Guide',
    ask=_ask,
)
