"""Rules of nested stacks at the root."""

from __future__ import annotations

from typing import Any

import pytest

from nested.shape import needs
from stackwright.compose import Refused, compose, several


def equal(*names: str) -> dict[str, Any]:
    return {
        "Assertions": [
            {"Assert": {"Fn::Equals": [{"Ref": name}, "yes"]}, "AssertDescription": "say yes"} for name in names
        ]
    }


def test_a_rule_moves_to_the_root_under_its_stacks_name(stack, word):
    made = compose("x", description="d", vpc=stack(word("A"), rules={"Agree": equal("A")}))
    assert made.root["Rules"] == {"VpcAgree": equal("A")}
    assert "Rules" not in made.nested["nested/vpc.json"]


def test_rules_of_one_name_in_two_stacks_do_not_collide(stack, word):
    made = compose(
        "x",
        description="d",
        vpc=stack(word("A"), rules={"Agree": equal("A")}),
        ecr=stack(word("B"), rules={"Agree": equal("B")}),
    )
    assert made.root["Rules"] == {"VpcAgree": equal("A"), "EcrAgree": equal("B")}


def test_identical_rules_are_stated_once(stack, word):
    one, two = (stack(word("A"), rules={"Agree": equal("A")}) for _ in range(2))
    assert list(compose("x", description="d", vpc=one, ecr=two).root["Rules"]) == ["VpcAgree"]


def test_a_rule_follows_an_instances_own_parameter(stack, word):
    rule = equal("Own", "Common")
    rule["RuleCondition"] = {"Fn::Equals": [{"Fn::ValueOf": ["Own", "Attribute"]}, "z"]}
    template = stack(word("Own"), word("Common", shared=True), rules={"Agree": rule})
    rules = compose("x", description="d", service=several(template, "Web", "Api")).root["Rules"]
    assert list(rules) == ["WebServiceAgree", "ApiServiceAgree"]
    assert rules["ApiServiceAgree"]["Assertions"] == equal("ApiOwn", "Common")["Assertions"]
    assert rules["ApiServiceAgree"]["RuleCondition"]["Fn::Equals"][0] == {"Fn::ValueOf": ["ApiOwn", "Attribute"]}


def test_a_parameter_that_only_a_rule_uses_is_asked_for_at_the_root_alone(stack, word):
    template = stack(word("Used"))
    needs(template, word("Sworn"))
    template.add_rule("Agree", equal("Sworn"))
    made = compose("x", description="d", vpc=template)
    assert list(made.root["Parameters"]) == ["Used", "Sworn"]
    assert list(made.root["Resources"]["Vpc"]["Properties"]["Parameters"]) == ["Used"]
    assert list(made.nested["nested/vpc.json"]["Parameters"]) == ["Used"]


@pytest.mark.parametrize("allotted", [True, False])
def test_a_rule_about_nothing_that_a_person_enters_is_left_out(stack, word, allotted):
    given = stack(out=() if allotted else (word("A"),))
    taker = stack(word("A", allotted=allotted), rules={"Agree": equal("A")})
    made = compose("x", description="d", giver=given, taker=taker)
    assert "Rules" not in made.root
    assert "Rules" not in made.nested["nested/taker.json"]


def test_a_rule_about_an_entry_and_an_output_is_refused(stack, word):
    taker = stack(word("A"), word("B"), rules={"Agree": equal("A", "B")})
    with pytest.raises(Refused, match="x: rule Agree of taker needs A, which giver gives, beside what a person enters"):
        compose("x", description="d", giver=stack(out=(word("A"),)), taker=taker)
