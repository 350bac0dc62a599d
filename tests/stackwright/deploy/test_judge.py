from __future__ import annotations

from typing import Any

import pytest

from stackwright.deploy.changes import Cause, Change, Replacement, Verdict, everything
from stackwright.deploy.judge import Templates, judge

STACK = "AWS::CloudFormation::Stack"


def stack(url: str, **parameters: Any) -> dict[str, Any]:
    return {"Type": STACK, "Properties": {"TemplateURL": url, "Parameters": parameters}}


def thing(**properties: Any) -> dict[str, Any]:
    return {"Type": "T", "Properties": properties}


ROOT = {
    "Parameters": {"Cidr": {"Type": "String"}, "Size": {"Type": "String"}},
    "Resources": {
        "Vpc": stack("vpc", Cidr={"Ref": "Cidr"}),
        "Group": stack("group", VpcId={"Fn::GetAtt": ["Vpc", "Outputs.VpcId"]}, Size={"Ref": "Size"}),
    },
}
VPC = {
    "Parameters": {"Cidr": {"Type": "String"}},
    "Resources": {"Vpc": thing(CidrBlock={"Ref": "Cidr"})},
    "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}}},
}
GROUP = {
    "Parameters": {"VpcId": {"Type": "String"}, "Size": {"Type": "String"}},
    "Resources": {
        "Template": thing(Size={"Ref": "Size"}),
        "Subnet": thing(VpcId={"Ref": "VpcId"}),
        "Group": thing(Version={"Fn::GetAtt": ["Template", "LatestVersionNumber"]}),
    },
}
TEMPLATES = Templates(ROOT, {"vpc": VPC, "group": GROUP})


def cause(target: str, source: str, entity: str = "", *, static: bool = False, recreation: str = "Never") -> Cause:
    return Cause(target, recreation, static, source, entity)


def modify(path: str, *causes: Cause, kind: str = "T", replacement: str = "False") -> Change:
    return Change(path, kind, "Modify", replacement=replacement, causes=causes)


def nested(path: str, *children: Change, causes: tuple[Cause, ...] = ()) -> Change:
    automatic = cause("", "Automatic")
    return Change(path, STACK, "Modify", causes=(automatic, *causes), children=children)


SUBNET = modify(
    "Group/Subnet",
    cause("VpcId", "ParameterReference", "VpcId", recreation="Always"),
    replacement="Conditional",
)
GROUP_CHANGE = modify("Group/Group", cause("Version", "ResourceAttribute", "Template.LatestVersionNumber"))
VPC_CHANGE = modify(
    "Vpc/Vpc",
    cause("CidrBlock", "ParameterReference", "Cidr", recreation="Always"),
    replacement="True",
)
TEMPLATE = modify("Group/Template", cause("Size", "ParameterReference", "Size"))


def judged(
    *changes: Change, moved: tuple[str, ...] = (), templates: Templates = TEMPLATES
) -> dict[str, tuple[Verdict, Replacement]]:
    tree = judge(tuple(changes), templates, moved)
    return {change.path: (change.verdict, change.replaced) for change in everything(tree)}


def test_replacement_previewed_for_an_output_that_stays_is_idle() -> None:
    found = judged(nested("Vpc"), nested("Group", SUBNET), moved=("Size",))
    assert found["Group/Subnet"] == (Verdict.IDLE, Replacement.NO)
    assert found["Group"][0] is found["Vpc"][0] is Verdict.IDLE


def test_replacement_follows_from_a_real_one_in_another_stack() -> None:
    found = judged(nested("Vpc", VPC_CHANGE), nested("Group", SUBNET), moved=("Cidr",))
    assert found["Vpc/Vpc"] == (Verdict.CERTAIN, Replacement.YES)
    assert found["Group/Subnet"] == (Verdict.CERTAIN, Replacement.YES)


def test_changed_root_parameter_reaches_the_nested_resource() -> None:
    found = judged(nested("Group", TEMPLATE, GROUP_CHANGE), moved=("Size",))
    assert found["Group/Template"] == (Verdict.CERTAIN, Replacement.NO)
    assert found["Group"][0] is Verdict.CERTAIN


def test_attribute_of_a_changed_resource_is_known_after_apply() -> None:
    found = judged(nested("Group", TEMPLATE, GROUP_CHANGE), moved=("Size",))
    assert found["Group/Group"] == (Verdict.AFTER_APPLY, Replacement.NO)


@pytest.mark.parametrize("attribute", ["AutoScalingGroupARN", "GroupId", "DNSName", "RepositoryUri"])
def test_what_identifies_a_resource_stays_when_it_changes_in_place(attribute: str) -> None:
    follower = modify("Group/Group", cause("Target", "ResourceAttribute", f"Template.{attribute}"))
    assert judged(nested("Group", TEMPLATE, follower), moved=("Size",))["Group/Group"][0] is Verdict.IDLE


def test_each_cause_has_a_verdict_of_its_own() -> None:
    both = modify("Group/Template", TEMPLATE.causes[0], SUBNET.causes[0])
    (tree,) = judge((nested("Group", both),), TEMPLATES, {"Size"})
    verdicts = [each.verdict for each in tree.children[0].causes]
    assert verdicts == [Verdict.CERTAIN, Verdict.IDLE]


def test_attribute_of_a_replaced_resource_is_certain_to_change() -> None:
    renewed = modify(
        "Group/Template",
        cause("Size", "ParameterReference", "Size", recreation="Always"),
        replacement="True",
    )
    follower = modify("Group/Group", cause("Target", "ResourceAttribute", "Template.Arn"))
    found = judged(nested("Group", renewed, follower), moved=("Size",))
    assert found["Group/Group"][0] is Verdict.CERTAIN


def test_replacement_that_depends_on_an_unknown_is_known_after_apply() -> None:
    follower = modify(
        "Group/Group",
        cause("Version", "ResourceAttribute", "Template.LatestVersionNumber", recreation="Always"),
        replacement="Conditional",
    )
    found = judged(nested("Group", TEMPLATE, follower), moved=("Size",))
    assert found["Group/Group"] == (Verdict.AFTER_APPLY, Replacement.AFTER_APPLY)


def test_conditional_recreation_is_left_to_cloudformation() -> None:
    change = modify(
        "Group/Template",
        cause("Size", "ParameterReference", "Size", recreation="Conditionally"),
        replacement="Conditional",
    )
    assert judged(nested("Group", change), moved=("Size",))["Group/Template"][1] is Replacement.CONDITIONAL


@pytest.mark.parametrize(
    ("policy", "replaced"),
    [
        ({}, Replacement.NO),
        ({"AutoScalingRollingUpdate": {"MinInstancesInService": 1}}, Replacement.NO),
        ({"AutoScalingReplacingUpdate": {"WillReplace": True}}, Replacement.CONDITIONAL),
        ({"Fn::If": ["Big", {"AutoScalingReplacingUpdate": {"WillReplace": True}}, {}]}, Replacement.CONDITIONAL),
    ],
)
def test_group_is_replaced_where_its_update_policy_says_so(policy: dict[str, Any], replaced: Replacement) -> None:
    resources = {**GROUP["Resources"], "Group": {**GROUP["Resources"]["Group"], "UpdatePolicy": policy}}
    templates = Templates(ROOT, {"vpc": VPC, "group": {**GROUP, "Resources": resources}})
    version = cause("MixedInstancesPolicy", "ResourceAttribute", "Template.Version", recreation="Conditionally")
    group = modify("Group/Group", version, kind="AWS::AutoScaling::AutoScalingGroup", replacement="Conditional")
    follower = cause("GroupArn", "ResourceReference", "Group", recreation="Always")
    provider = modify("Group/Provider", follower, replacement="Conditional")
    found = judged(nested("Group", TEMPLATE, group, provider), moved=("Size",), templates=templates)
    assert found["Group/Group"] == (Verdict.AFTER_APPLY, replaced)
    assert found["Group/Provider"][1] is (Replacement.NO if replaced is Replacement.NO else Replacement.AFTER_APPLY)


def test_text_that_cloudformation_cannot_evaluate_is_compared() -> None:
    change = modify("Group/Subnet", cause("VpcId", "DirectModification"))
    assert judged(nested("Group", change))["Group/Subnet"][0] is Verdict.IDLE
    old = {**GROUP, "Resources": {"Subnet": thing(VpcId="vpc-1")}}
    templates = Templates(ROOT, TEMPLATES.nested, {"Group": old})
    found = judged(nested("Group", change), templates=templates)
    assert found["Group/Subnet"][0] is Verdict.AFTER_APPLY


def test_direct_change_of_the_template_is_certain() -> None:
    change = modify("Group/Subnet", cause("Tags", "DirectModification", static=True))
    assert judged(nested("Group", change))["Group/Subnet"][0] is Verdict.CERTAIN


def test_output_with_another_expression_is_known_after_apply() -> None:
    old = {**VPC, "Outputs": {"VpcId": {"Value": {"Ref": "Other"}}}}
    templates = Templates(ROOT, TEMPLATES.nested, {"Vpc": old})
    found = judged(nested("Group", SUBNET), templates=templates)
    assert found["Group/Subnet"] == (Verdict.AFTER_APPLY, Replacement.AFTER_APPLY)


def test_nested_parameter_with_another_source_is_known_after_apply() -> None:
    old = {**ROOT, "Resources": {"Group": stack("group", VpcId="vpc-1")}}
    templates = Templates(ROOT, TEMPLATES.nested, {"": old})
    found = judged(nested("Group", SUBNET), templates=templates)
    assert found["Group/Subnet"][0] is Verdict.AFTER_APPLY


def test_new_template_url_is_a_change_even_when_nothing_in_it_is() -> None:
    url = cause("TemplateURL", "DirectModification", static=True)
    assert judged(nested("Vpc", causes=(url,)))["Vpc"][0] is Verdict.CERTAIN


def test_added_and_removed_are_certain() -> None:
    added, removed = Change("A", "T", "Add"), Change("B", "T", "Remove")
    found = judged(added, removed)
    assert {verdict for verdict, _ in found.values()} == {Verdict.CERTAIN}


def test_replacement_without_details_is_taken_as_told() -> None:
    assert judged(modify("X", replacement="True"))["X"] == (Verdict.CERTAIN, Replacement.YES)


def test_automatic_causes_of_nested_stacks_say_nothing() -> None:
    change = Change("Vpc", STACK, "Modify", causes=(cause("", "Automatic", static=True),))
    assert judged(change)["Vpc"][0] is Verdict.IDLE


def test_another_default_of_a_parameter_nobody_gives_is_certain() -> None:
    change = modify("Vpc/Vpc", cause("Name", "ParameterReference", "Name"))
    new, old = ({**VPC, "Parameters": {"Name": {"Type": "String", "Default": each}}} for each in "ab")
    same = Templates(ROOT, {**TEMPLATES.nested, "vpc": new})
    assert judged(nested("Vpc", change), templates=same)["Vpc/Vpc"][0] is Verdict.IDLE
    other = Templates(ROOT, same.nested, {"Vpc": old})
    assert judged(nested("Vpc", change), templates=other)["Vpc/Vpc"][0] is Verdict.CERTAIN
