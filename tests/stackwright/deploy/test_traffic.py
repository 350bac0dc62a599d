"""Traffic that a release has moved: which updates would move it back, and what is asked to find out."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from stackwright.deploy.changes import Change, Verdict
from stackwright.deploy.traffic import refuse_moved_traffic
from stackwright.errors import StackwrightError
from stackwright.preflight.subject import Subject
from stackwright.resolve.nested import resolve

RULE, SERVICE, NESTED = "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ECS::Service", "AWS::CloudFormation::Stack"
SERVICE_ARN = "arn:aws:ecs:eu-west-1:123456789012:service/shop-cluster/shop"
HELD = {"Rule": "arn:rule", "Blue": "arn:blue", "Green": "arn:green", "Service": SERVICE_ARN}
ON_BLUE, ON_GREEN = {"arn:blue": 100, "arn:green": 0}, {"arn:blue": 0, "arn:green": 100}


def template(*, strategy: str, weights: tuple[int, ...]) -> dict[str, Any]:
    groups = [
        {"TargetGroupArn": {"Ref": name}, "Weight": w} for name, w in zip(("Blue", "Green"), weights, strict=False)
    ]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
    return {
        "Resources": {
            "Blue": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup"},
            "Green": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup"},
            "Rule": {"Type": RULE, "Properties": {"Actions": [action]}},
            "Service": {"Type": SERVICE, "Properties": {"DeploymentConfiguration": {"Strategy": strategy}}},
        }
    }


class Account:
    """What Elastic Load Balancing and ECS say, and what they were asked."""

    region = "eu-west-1"

    def __init__(self, weights: Mapping[str, float], *, strategy: str = "BLUE_GREEN") -> None:
        self.asked: list[str] = []
        self.weights = weights
        advanced = {"productionListenerRule": "arn:rule", "alternateTargetGroupArn": "arn:green"}
        balancer = {"targetGroupArn": "arn:blue", "advancedConfiguration": advanced}
        self.service = {"deploymentConfiguration": {"strategy": strategy}, "loadBalancers": [balancer]}

    def call(self, service: str, operation: str, **given: Any) -> dict[str, Any]:
        self.asked.append(operation)
        if operation == "describe_services":
            assert given == {"cluster": "shop-cluster", "services": [SERVICE_ARN]}
            return {"services": [self.service]}
        assert (service, operation, given) == ("elbv2", "describe_rules", {"RuleArns": ["arn:rule"]})
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in self.weights.items()]
        return {"Rules": [{"Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}]}


def refuse(
    account: Account,
    *changes: Change,
    strategy: str = "BLUE_GREEN",
    weights: tuple[int, ...] = (100, 0),
    held: Mapping[str, str] = HELD,
) -> None:
    body = template(strategy=strategy, weights=weights)
    graph = resolve(body, {}, {}, region="eu-west-1", stack_name="shop")
    refuse_moved_traffic(cast(Subject, SimpleNamespace(aws=account, graph=graph, held=held)), changes)


def of_rule(**others: Any) -> Change:
    return Change(path="Rule", type=RULE, action="Modify", **others)


def of_service(**others: Any) -> Change:
    return Change(path="Service", type=SERVICE, action="Modify", **others)


def test_a_rule_that_a_release_has_moved_is_not_written_anew() -> None:
    with pytest.raises(StackwrightError) as refused:
        refuse(Account(ON_GREEN), of_rule())
    told = str(refused.value)
    assert "Rule gives 100% to Green, as a release left it, and would be written anew with 100% to Blue" in told
    assert f"--region eu-west-1 --cluster shop-cluster --service {SERVICE_ARN}" in told


@pytest.mark.parametrize("live", [ON_BLUE, {"arn:blue": 1, "arn:green": 0}, {"arn:blue": 1}])
def test_a_rule_with_the_templates_shares_may_change_whatever_its_weights_add_up_to(live: dict[str, float]) -> None:
    refuse(Account(live), of_rule())


def test_a_release_under_way_is_not_ended_half_way() -> None:
    with pytest.raises(StackwrightError, match="gives 90% to Blue, 10% to Green"):
        refuse(Account({"arn:blue": 90, "arn:green": 10}), of_rule())


def test_a_group_from_elsewhere_is_told_by_its_arn() -> None:
    with pytest.raises(StackwrightError, match="gives 100% to arn:another"):
        refuse(Account({"arn:another": 1}), of_rule())


def test_a_rule_of_a_nested_stack_is_found_below_it() -> None:
    parent = Change(path="Nested", type=NESTED, action="Modify", children=(of_rule(),))
    with pytest.raises(StackwrightError, match="would move production's traffic"):
        refuse(Account(ON_GREEN), parent)


@pytest.mark.parametrize(
    "change",
    [
        of_rule(verdict=Verdict.IDLE),
        Change(path="Rule", type=RULE, action="Remove"),
        Change(path="Blue", type="AWS::ElasticLoadBalancingV2::TargetGroup", action="Modify"),
    ],
)
def test_nothing_is_asked_where_no_rule_will_be_written(change: Change) -> None:
    account = Account(ON_GREEN)
    refuse(account, change)
    assert not account.asked


def test_what_is_only_being_made_has_no_traffic_to_lose() -> None:
    account = Account(ON_GREEN)
    refuse(account, of_rule(), of_service(), held={})
    assert not account.asked


def test_a_rule_to_one_group_cannot_be_moved() -> None:
    account = Account(ON_GREEN)
    refuse(account, of_rule(), weights=(100,))
    assert not account.asked


@pytest.mark.parametrize("strategy", ["ROLLING", "CANARY"])
def test_a_strategy_changes_only_while_production_is_on_the_primary_group(strategy: str) -> None:
    refuse(Account(ON_BLUE), of_service(), strategy=strategy)
    with pytest.raises(StackwrightError, match=f"cannot change from BLUE_GREEN to {strategy} now: .* not all to Blue"):
        refuse(Account(ON_GREEN), of_service(), strategy=strategy)


@pytest.mark.parametrize("live", ["ROLLING", "BLUE_GREEN"])
def test_a_service_that_keeps_its_strategy_or_has_none_yet_may_change(live: str) -> None:
    account = Account(ON_GREEN, strategy=live)
    refuse(account, of_service())
    assert account.asked == ["describe_services"]


def test_what_mends_both_is_told_once() -> None:
    with pytest.raises(StackwrightError) as refused:
        refuse(Account(ON_GREEN), of_rule(), of_service(), strategy="ROLLING")
    told = str(refused.value).splitlines()
    assert sum("bring it back first" in line for line in told) == 1
    assert sum("as a release left it" in line for line in told) == 2
