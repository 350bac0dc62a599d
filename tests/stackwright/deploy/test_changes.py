from __future__ import annotations

from typing import Any

import pytest

from stackwright.deploy.changes import (
    Cause,
    Change,
    Replacement,
    Verdict,
    contains_no_changes,
    everything,
    read_tree,
    refuse_changes_in_use,
    refuse_replacements,
)
from stackwright.errors import StackwrightError

SUBNET = "AWS::EC2::Subnet"


def raw(logical_id: str, kind: str = SUBNET, **others: Any) -> dict[str, Any]:
    change = {"LogicalResourceId": logical_id, "ResourceType": kind, "Action": "Modify", **others}
    return {"Type": "Resource", "ResourceChange": change}


def test_nested_change_sets_come_into_one_tree() -> None:
    nested = {"cs-vpc": {"Changes": [raw("Subnet", Replacement="True", PhysicalResourceId="s-1")]}}
    root = {"Changes": [raw("Vpc", "AWS::CloudFormation::Stack", ChangeSetId="cs-vpc"), raw("Zone")]}
    tree = read_tree(root, lambda change_set_id, _: nested[change_set_id])
    assert [change.path for change in everything(tree)] == ["Vpc", "Vpc/Subnet", "Zone"]
    subnet = tree[0].children[0]
    assert (subnet.scope, subnet.logical_id, subnet.replacement) == ("Vpc", "Subnet", "True")


def test_causes_carry_what_moves_and_from_what_to_what() -> None:
    detail = {
        "Target": {
            "Attribute": "Properties",
            "Name": "MaxSize",
            "RequiresRecreation": "Never",
            "BeforeValue": "1",
            "AfterValue": "2",
        },
        "Evaluation": "Static",
        "ChangeSource": "ParameterReference",
        "CausingEntity": "MaxInstances",
    }
    tags = {"Target": {"Attribute": "Tags"}, "Evaluation": "Dynamic"}
    change = read_tree({"Changes": [raw("Group", Details=[detail, tags])]}, lambda *_: {})[0]
    first, second = change.causes
    assert (first.target, first.before, first.after, first.static) == ("MaxSize", "1", "2", True)
    assert (second.target, second.static, second.source) == ("Tags", False, "DirectModification")


@pytest.mark.parametrize(
    ("status", "reason", "none"),
    [
        ("FAILED", "The submitted information didn't contain changes. Submit different", True),
        ("FAILED", "No updates are to be performed.", True),
        ("FAILED", "Template error", False),
        ("CREATE_COMPLETE", "", False),
    ],
)
def test_no_changes_are_told_from_failure(status: str, reason: str, none: bool) -> None:
    assert contains_no_changes({"Status": status, "StatusReason": reason}) is none


def replaced(kind: str, how: Replacement) -> tuple[Change, ...]:
    return (Change("Vpc/One", kind, "Modify", replaced=how),)


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::EC2::Subnet",
        "AWS::ECR::Repository",
        "AWS::ECS::CapacityProvider",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
    ],
)
@pytest.mark.parametrize("how", [Replacement.YES, Replacement.AFTER_APPLY])
def test_what_traffic_or_data_hangs_on_is_not_replaced(kind: str, how: Replacement) -> None:
    with pytest.raises(StackwrightError, match="--replace Vpc/One"):
        refuse_replacements(replaced(kind, how), allowed=[])


def test_named_replacements_are_allowed() -> None:
    refuse_replacements(replaced(SUBNET, Replacement.YES), allowed=["Vpc/One"])


def test_others_and_changes_in_place_are_allowed() -> None:
    refuse_replacements(replaced("AWS::ECS::TaskDefinition", Replacement.YES), allowed=[])
    refuse_replacements(replaced(SUBNET, Replacement.NO), allowed=[])
    refuse_replacements(replaced(SUBNET, Replacement.CONDITIONAL), allowed=[])


def test_a_name_that_does_not_change_is_a_mistake() -> None:
    with pytest.raises(StackwrightError, match="Vpc/Two"):
        refuse_replacements(replaced(SUBNET, Replacement.NO), allowed=["Vpc/Two"])


def in_use(action: str = "Modify", verdict: Verdict = Verdict.CERTAIN) -> tuple[Change, ...]:
    tags = Cause("Tags", "Never", static=True, source="DirectModification", entity="")
    return (Change("Cdn/HttpOriginOne", "AWS::CloudFront::VpcOrigin", action, causes=(tags,), verdict=verdict),)


def test_what_aws_lets_nobody_change_while_it_is_used_is_refused_with_its_mend() -> None:
    with pytest.raises(StackwrightError, match=r"HttpOriginOne .* refuses: Tags\nlet VpcOriginSlot change with it"):
        refuse_changes_in_use(in_use())


@pytest.mark.parametrize(
    "changes", [in_use("Add"), in_use("Remove"), in_use(verdict=Verdict.IDLE), in_use(verdict=Verdict.AFTER_APPLY)]
)
def test_what_is_made_removed_or_stays_as_it_is_is_not(changes: tuple[Change, ...]) -> None:
    refuse_changes_in_use(changes)
