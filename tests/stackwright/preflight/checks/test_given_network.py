"""A network that a person names: what is there, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.accounts import Account
from support.existing_network import network

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]
LIST = {"Type": "List<AWS::EC2::Subnet::Id>"}
DECLARED = {"VpcId": {"Type": "AWS::EC2::VPC::Id"}, "PublicSubnetIds": LIST, "PrivateSubnetIds": LIST}
ABSENT = {"VpcId": "vpc-0a1b2c3d4e5f60718", "PublicSubnetIds": "subnet-0a1b2c3d4e5f60711"}
ABSENT["PrivateSubnetIds"] = "subnet-0a1b2c3d4e5f60721"


@pytest.fixture
def account(aws: Aws) -> Account:
    return Account(aws.account, str(aws.endpoint))


@pytest.fixture
def there(account: Account) -> dict[str, str]:
    return network(account)


def texts(result: Result) -> str:
    return "\n".join(each.text for each in result.points)


def test_holds_for_a_network_that_is_there(plan: Plan, asked: Asked, there: dict[str, str]) -> None:
    result = asked("given-network", plan({}, declared=DECLARED, parameters=there))
    assert result.verdict == "holds"
    assert "PrivateSubnetIds in us-east-1a, us-east-1b" in texts(result)


def test_one_that_the_plan_makes_is_not_asked_about(plan: Plan, asked: Asked) -> None:
    assert asked("given-network", plan({})).verdict == "not applicable"


def test_fails_for_ids_of_nothing(plan: Plan, asked: Asked) -> None:
    result = asked(
        "given-network",
        plan({}, declared=DECLARED, parameters=ABSENT | {"PrivateSubnetIds": "subnet-0a1b2c3d4e5f60721"}),
    )
    assert result.verdict == "fails"
    assert "VpcId vpc-0a1b2c3d4e5f60718 is not there" in texts(result)
    assert "subnet-0a1b2c3d4e5f60711" in texts(result)


def test_subnets_of_another_vpc_are_strangers(
    plan: Plan, asked: Asked, account: Account, there: dict[str, str]
) -> None:
    other = network(account)
    mixed = there | {"PrivateSubnetIds": other["PrivateSubnetIds"]}
    result = asked("given-network", plan({}, declared=DECLARED, parameters=mixed))
    assert f"PrivateSubnetIds: {other['PrivateSubnetIds'].replace(',', ', ')} is not in {there['VpcId']}" in texts(
        result
    )


def test_one_zone_is_too_few(plan: Plan, asked: Asked, there: dict[str, str]) -> None:
    alone = there | {"PrivateSubnetIds": there["PrivateSubnetIds"].split(",")[0]}
    result = asked("given-network", plan({}, declared=DECLARED, parameters=alone))
    assert "PrivateSubnetIds: all in us-east-1a" in texts(result)


def test_public_subnets_have_a_way_to_the_internet(plan: Plan, asked: Asked, there: dict[str, str]) -> None:
    swapped = there | {"PublicSubnetIds": there["PrivateSubnetIds"]}
    result = asked("given-network", plan({}, declared=DECLARED, parameters=swapped))
    assert "has no route to an internet gateway" in texts(result)
