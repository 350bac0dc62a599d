"""What composing refuses: each with both places and the mend in one line."""

from __future__ import annotations

import pytest
from troposphere import Output, Parameter, Ref, Template
from troposphere.cloudformation import WaitConditionHandle
from troposphere.ec2 import Subnet

from stackwright.compose import Refused, compose
from stackwright.errors import BadInput


def refusal(**stacks: Template) -> str:
    with pytest.raises(Refused) as caught:
        compose("web", description="d", **stacks)
    message = str(caught.value)
    assert message.startswith("web: ")
    assert "\n" not in message
    return message.removeprefix("web: ")


def test_a_refusal_is_bad_input():
    assert issubclass(Refused, BadInput)


def test_declarations_that_differ(stack, word):
    message = refusal(vpc=stack(word("Size", default="1")), ecr=stack(word("Size", default="2")))
    assert message == (
        "vpc and ecr declare Size differently: Default is '1' in one and '2' in the other; declare both from one input"
    )


def test_a_declaration_that_only_one_constrains(stack, word):
    message = refusal(vpc=stack(word("Size")), ecr=stack(word("Size", pattern="^a$")))
    assert "AllowedPattern is not set in one and '^a$' in the other" in message


def test_an_output_of_a_later_stack(stack, word):
    message = refusal(alb=stack(word("VpcId")), vpc=stack(out=(word("VpcId"),)))
    assert message == "alb needs VpcId from vpc, which comes later; put the stack that gives it first"


def test_an_output_of_the_stack_itself(stack, word):
    message = refusal(vpc=stack(word("VpcId"), out=(word("VpcId"),)))
    assert message.startswith("vpc needs VpcId from itself")


def test_an_output_given_twice(stack, word):
    message = refusal(vpc=stack(out=(word("VpcId"),)), network=stack(out=(word("VpcId"),)))
    assert message.startswith("vpc and network both give VpcId; leave one of them out")


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ("AWS::EC2::VPC::Id", "AWS::EC2::Subnet::Id"),
        ("List<AWS::EC2::Subnet::Id>", "List<AWS::EC2::SecurityGroup::Id>"),
        ("CommaDelimitedList", "String"),
        ("String", "CommaDelimitedList"),
        ("Number", "List<Number>"),
        ("AWS::EC2::VPC::Id", "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"),
    ],
)
def test_a_type_that_does_not_fit(stack, word, given, needed):
    message = refusal(a=stack(out=(word("Thing", given),)), b=stack(word("Thing", needed)))
    assert message == f"b needs Thing as {needed}, but a gives it as {given}; declare both from one input"


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ("AWS::EC2::VPC::Id", "AWS::EC2::VPC::Id"),
        ("AWS::EC2::VPC::Id", "String"),
        ("String", "AWS::EC2::VPC::Id"),
        ("Number", "String"),
        ("List<AWS::EC2::Subnet::Id>", "CommaDelimitedList"),
        ("CommaDelimitedList", "List<AWS::EC2::Subnet::Id>"),
        ("AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "AWS::EC2::Image::Id"),
        ("CommaDelimitedList", "AWS::SSM::Parameter::Value<List<String>>"),
    ],
)
def test_a_type_that_fits_is_wired(stack, word, given, needed):
    root = compose("x", description="d", a=stack(out=(word("T", given),)), b=stack(word("T", needed))).root
    assert root["Resources"]["B"]["Properties"]["Parameters"]["T"] == {"Fn::GetAtt": ["A", "Outputs.T"]}


def test_a_parameter_that_its_template_never_refers_to():
    template = Template()
    for name in ("Used", "Idle", "Lazy"):
        template.add_parameter(Parameter(name, Type="String"))
    template.add_resource(WaitConditionHandle("Handle", Metadata={"Is": Ref("Used"), "Text": "${Idle}"}))
    assert refusal(vpc=template).startswith("vpc declares Idle, Lazy and never refers to it")


def test_a_variable_of_a_sub_does_not_count_as_the_parameter_of_that_name():
    template = Template()
    template.add_parameter(Parameter("Own", Type="String"))
    sub = {"Fn::Sub": ["${Own} ${!Own}", {"Own": "mine"}]}
    template.add_resource(WaitConditionHandle("Handle", Metadata={"Text": sub}))
    assert refusal(vpc=template).startswith("vpc declares Own and never refers to it")


def test_an_output_that_exists_only_under_a_condition(stack, word):
    vpc = Template()
    vpc.add_condition("Has", {"Fn::Equals": ["a", "a"]})
    vpc.add_resource(WaitConditionHandle("Handle"))
    vpc.add_output(Output("VpcId", Value=Ref("Handle"), Condition="Has"))
    message = refusal(vpc=vpc, alb=stack(word("VpcId")))
    assert message.startswith("alb needs VpcId, which vpc gives only under the condition Has")


def test_a_stack_named_like_a_parameter(stack, word):
    message = refusal(image=stack(), service=stack(word("Image")))
    assert message == "image becomes Image, which service needs as a parameter; rename the stack"


def test_two_stacks_that_become_one_logical_id(stack):
    assert refusal(a1=stack(), a_1=stack()) == "a1 and a_1 both become A1; rename one of them"


def test_a_keyword_that_is_no_file_name(stack):
    assert refusal(Vpc=stack()) == 'the stack "Vpc" becomes a file; name it in lower_snake_case'


def test_a_blueprint_without_stacks():
    assert refusal() == "the root has no resource and CloudFormation needs one; give it something to make"


def test_a_stack_without_resources(stack):
    assert refusal(a=stack(), b=Template()).startswith("nested/b.json has no resource")


def test_a_template_that_troposphere_finds_invalid():
    template = Template()
    template.add_resource(Subnet("Subnet"))
    assert refusal(vpc=template).startswith("vpc is no valid template: Resource VpcId required")
