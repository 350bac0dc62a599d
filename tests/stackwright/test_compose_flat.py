"""Several templates as one: wired by substitution."""

from __future__ import annotations

from typing import Any

import pytest
from troposphere import Equals, GetAtt, Join, Output, Parameter, Ref, Sub, Template
from troposphere.cloudformation import WaitConditionHandle

from stackwright.compose import Refused, flat


@pytest.fixture
def plain():
    """Make a template of one resource, with these uses in its metadata."""

    def make(name: str, uses: dict[str, Any] | None = None, *, needs: dict[str, str] | None = None) -> Template:
        template = Template(Description=f"the {name}")
        for parameter, kind in (needs or {}).items():
            template.add_parameter(Parameter(parameter, Type=kind))
        template.add_resource(WaitConditionHandle(name, Metadata=uses or {}))
        return template

    return make


def uses(made: Any, resource: str) -> Any:
    return made.root["Resources"][resource]["Metadata"]


def giver(plain: Any, value: Any, kind: str, word: Any) -> Template:
    template = plain("Giver")
    output = Output("Thing", Value=value)
    output.__dict__["input"] = word("Thing", kind)
    template.add_output(output)
    return template


def test_a_reference_becomes_what_the_earlier_template_gives(plain, word):
    taker = plain("Taker", {"Is": Ref("Thing"), "Text": Sub("a ${Thing}")}, needs={"Thing": "String"})
    made = flat("x", giver(plain, GetAtt("Giver", "Arn"), "String", word), taker, description="d")
    arn = {"Fn::GetAtt": ["Giver", "Arn"]}
    assert uses(made, "Taker") == {"Is": arn, "Text": {"Fn::Sub": ["a ${Thing}", {"Thing": arn}]}}
    assert made.flat
    assert "Parameters" not in made.root


def test_a_variable_of_a_sub_keeps_its_own_meaning(plain, word):
    text = Sub("${Thing} ${!Thing}", Thing="mine")
    taker = plain("Taker", {"Is": Ref("Thing"), "Text": text}, needs={"Thing": "String"})
    made = flat("x", giver(plain, Ref("Giver"), "String", word), taker, description="d")
    assert uses(made, "Taker")["Text"] == {"Fn::Sub": ["${Thing} ${!Thing}", {"Thing": "mine"}]}


def test_what_is_passed_on_arrives_as_its_first_expression(plain, word):
    middle = plain("Middle", needs={"Thing": "String"})
    middle.add_output(Output("More", Value=Sub("${Thing}/more")))
    taker = plain("Taker", {"Is": Ref("More")}, needs={"More": "String"})
    made = flat("x", giver(plain, Ref("Giver"), "String", word), middle, taker, description="d")
    assert uses(made, "Taker") == {"Is": {"Fn::Sub": ["${Thing}/more", {"Thing": {"Ref": "Giver"}}]}}


def test_a_joined_list_stays_a_list(plain, word):
    taker = plain("Taker", {"Is": Ref("Thing")}, needs={"Thing": "CommaDelimitedList"})
    value = Join(",", [Ref("Giver"), "b"])
    made = flat("x", giver(plain, value, "CommaDelimitedList", word), taker, description="d")
    assert uses(made, "Taker") == {"Is": [{"Ref": "Giver"}, "b"]}


def test_any_other_list_is_split(plain, word):
    taker = plain("Taker", {"Is": Ref("Thing")}, needs={"Thing": "CommaDelimitedList"})
    made = flat("x", giver(plain, Ref("Giver"), "CommaDelimitedList", word), taker, description="d")
    assert uses(made, "Taker") == {"Is": {"Fn::Split": [",", {"Ref": "Giver"}]}}


def test_what_nobody_gives_is_asked_for_once_with_its_label(stack, word):
    first, second = stack(word("Name")), stack(word("Name"))
    second.resources["Other"] = second.resources.pop("Handle")
    made = flat("x", first, second, description="d")
    assert list(made.root["Parameters"]) == ["Name"]
    assert "Name" in made.root["Metadata"]["AWS::CloudFormation::Interface"]["ParameterLabels"]


def test_public_outputs_rules_mappings_and_conditions_come_along_unprefixed(stack, word):
    rule = {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "Name"}, "yes"]}}]}
    template = stack(word("Name"), out=(word("Id", public=True), word("Hidden")), rules={"Agree": rule})
    template.add_mapping("Sizes", {"a": {"b": "c"}})
    template.add_condition("Yes", Equals(Ref("Name"), "yes"))
    made = flat("x", template, description="d").root
    assert made["Outputs"] == {"Id": {"Description": "Id description", "Value": {"Ref": "Handle"}}}
    assert made["Rules"] == {"Agree": rule}
    assert made["Mappings"] == {"Sizes": {"a": {"b": "c"}}}
    assert made["Conditions"] == {"Yes": {"Fn::Equals": [{"Ref": "Name"}, "yes"]}}


def test_a_resource_of_two_templates_is_refused(plain):
    message = r"x: template 1 \(the A\) and template 2 \(the A\) both have A in Resources; rename one of them"
    with pytest.raises(Refused, match=message):
        flat("x", plain("A"), plain("A"), description="d")


def test_a_condition_may_be_shared_word_for_word_and_not_otherwise(plain):
    def conditional(resource: str, value: str) -> Template:
        template = plain(resource, {"Is": Ref("Name")}, needs={"Name": "String"})
        template.add_condition("Yes", Equals(Ref("Name"), value))
        return template

    assert list(flat("x", conditional("A", "y"), conditional("B", "y"), description="d").root["Conditions"]) == ["Yes"]
    with pytest.raises(Refused, match="both have Yes in Conditions"):
        flat("x", conditional("A", "y"), conditional("B", "n"), description="d")


def test_different_rules_of_one_name_are_refused(stack, word):
    def ruled(resource, name):
        rule = {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": name}, "yes"]}}]}
        template = stack(word(name), rules={"Agree": rule})
        template.resources[resource] = template.resources.pop("Handle")
        return template

    with pytest.raises(Refused, match="both have Agree in Rules"):
        flat("x", ruled("A", "One"), ruled("B", "Two"), description="d")


def test_a_parameter_named_like_a_resource_is_refused(plain):
    taker = plain("B", {"Is": Ref("A")}, needs={"A": "String"})
    message = r"A is a parameter of template 2 \(the B\) and a resource of template 1 \(the A\)"
    with pytest.raises(Refused, match=message):
        flat("x", plain("A"), taker, description="d")


@pytest.mark.parametrize("value", [Ref("Giver"), GetAtt("Giver", "Arn"), Sub("${Giver.Arn}/a")])
def test_a_condition_cannot_ask_for_what_a_resource_gives(plain, word, value):
    taker = plain("Taker", needs={"Thing": "String"})
    taker.add_condition("Yes", Equals(Ref("Thing"), "yes"))
    with pytest.raises(Refused, match=r"a condition of template 2 \(the Taker\) asks for Thing"):
        flat("x", giver(plain, value, "String", word), taker, description="d")


def test_a_condition_may_ask_for_what_a_parameter_gives(plain, word):
    first = plain("Giver", needs={"Name": "String"})
    first.add_output(Output("Thing", Value=Ref("Name")))
    taker = plain("Taker", needs={"Thing": "String"})
    taker.add_condition("Yes", Equals(Ref("Thing"), "yes"))
    made = flat("x", first, taker, description="d").root
    assert made["Conditions"] == {"Yes": {"Fn::Equals": [{"Ref": "Name"}, "yes"]}}


def test_the_wiring_refuses_what_it_refuses_between_nested_stacks(plain, word):
    taker = plain("Taker", {"Is": Ref("Thing")}, needs={"Thing": "String"})
    with pytest.raises(Refused, match="needs Thing from template 2"):
        flat("x", taker, giver(plain, Ref("Giver"), "String", word), description="d")


def test_a_transform_is_kept_once(plain):
    first, second = plain("A"), plain("B")
    first.set_transform("AWS::LanguageExtensions")
    second.set_transform(["AWS::LanguageExtensions", "AWS::SecretsManager-2024-09-16"])
    made = flat("x", first, second, description="d").root
    assert made["Transform"] == ["AWS::LanguageExtensions", "AWS::SecretsManager-2024-09-16"]
