"""What composing makes of stacks that use the same words."""

from __future__ import annotations

import copy

import pytest
from troposphere import GetAtt, If, Output, Parameter, Ref, Sub, Template
from troposphere.cloudformation import WaitConditionHandle

from stackwright.compose import Refused, compose, defaulting


def test_a_parameter_is_fed_from_the_earlier_stack_that_gives_it(stack, word):
    vpc_id = word("VpcId")
    root = compose("x", description="d", vpc=stack(out=(vpc_id,)), load_balancer=stack(vpc_id)).root
    assert root["Resources"]["LoadBalancer"]["Properties"]["Parameters"] == {
        "VpcId": {"Fn::GetAtt": ["Vpc", "Outputs.VpcId"]}
    }
    assert "Parameters" not in root


def test_what_nobody_gives_becomes_a_parameter_of_the_root_as_declared(stack, word):
    cidr = word("Cidr", default="10.0.0.0/16", pattern="^10.*$", constraint="in 10/8")
    root = compose("x", description="d", vpc=stack(cidr)).root
    assert root["Parameters"] == {"Cidr": cidr.declaration()}
    assert root["Resources"]["Vpc"]["Properties"]["Parameters"] == {"Cidr": {"Ref": "Cidr"}}


def test_leaving_a_stack_out_turns_what_it_gave_into_parameters_of_its_declared_type(stack, word):
    subnets = word("SubnetIds", "List<AWS::EC2::Subnet::Id>")
    root = compose("x", description="d", alb=stack(subnets)).root
    assert root["Parameters"]["SubnetIds"]["Type"] == "List<AWS::EC2::Subnet::Id>"


def test_two_stacks_that_declare_a_parameter_alike_share_it(stack, word):
    name = word("EnvironmentName")
    root = compose("x", description="d", vpc=stack(name), ecr=stack(name)).root
    assert list(root["Parameters"]) == ["EnvironmentName"]


def test_a_list_of_the_root_is_joined_on_its_way_down(stack, word):
    lists = [word("A", "CommaDelimitedList"), word("B", "List<Number>")]
    root = compose("x", description="d", alb=stack(*lists)).root
    assert root["Resources"]["Alb"]["Properties"]["Parameters"] == {
        "A": {"Fn::Join": [",", {"Ref": "A"}]},
        "B": {"Fn::Join": [",", {"Ref": "B"}]},
    }


def test_a_list_that_a_stack_gives_is_a_string_already(stack, word):
    subnets = word("SubnetIds", "List<AWS::EC2::Subnet::Id>")
    root = compose("x", description="d", vpc=stack(out=(subnets,)), alb=stack(subnets)).root
    assert root["Resources"]["Alb"]["Properties"]["Parameters"]["SubnetIds"] == {
        "Fn::GetAtt": ["Vpc", "Outputs.SubnetIds"]
    }


def test_an_ssm_parameter_is_looked_up_once_at_the_root(stack, word):
    zone = word("ZoneId", "AWS::SSM::Parameter::Value<AWS::Route53::HostedZone::Id>", default="/zone", pattern="^/")
    made = compose("x", description="d", dns=stack(zone))
    assert made.root["Parameters"]["ZoneId"] == zone.declaration()
    assert made.nested["nested/dns.json"]["Parameters"]["ZoneId"] == {
        "Type": "AWS::Route53::HostedZone::Id",
        "Description": "ZoneId description",
    }


def test_an_ssm_list_travels_joined_and_arrives_as_a_type_that_a_template_may_declare(stack, word):
    names = word("Names", "AWS::SSM::Parameter::Value<List<String>>", default="/names")
    made = compose("x", description="d", dns=stack(names))
    assert made.root["Resources"]["Dns"]["Properties"]["Parameters"]["Names"] == {"Fn::Join": [",", {"Ref": "Names"}]}
    assert made.nested["nested/dns.json"]["Parameters"]["Names"]["Type"] == "CommaDelimitedList"


def test_an_ssm_parameter_that_an_earlier_stack_gives_is_not_looked_up_at_all(stack, word):
    given = word("ZoneId", "AWS::Route53::HostedZone::Id")
    needed = word("ZoneId", "AWS::SSM::Parameter::Value<AWS::Route53::HostedZone::Id>", default="/zone")
    made = compose("x", description="d", hosted_zone=stack(out=(given,)), dns=stack(needed))
    assert "Parameters" not in made.root
    assert made.nested["nested/dns.json"]["Parameters"]["ZoneId"]["Type"] == "AWS::Route53::HostedZone::Id"


def test_a_wired_parameter_has_no_constraint_that_a_placeholder_could_fail(stack, word):
    needed = word("Count", "Number", minimum=1, maximum=9, allowed=("1", "9"), constraint="1 or 9", default="1")
    given = word("Count", "Number")
    made = compose("x", description="d", a=stack(out=(given,)), b=stack(needed))
    assert made.nested["nested/b.json"]["Parameters"]["Count"] == {
        "Type": "Number",
        "Description": "Count description",
        "Default": "1",
    }


def test_a_nested_stack_is_deleted_with_its_root_and_waits_for_nothing_by_name(stack, word):
    vpc_id = word("VpcId")
    resources = compose("x", description="d", vpc=stack(out=(vpc_id,)), alb=stack(vpc_id)).root["Resources"]
    assert resources["Vpc"] == {
        "Type": "AWS::CloudFormation::Stack",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"TemplateURL": "nested/vpc.json"},
    }
    assert not any("DependsOn" in each for each in resources.values())


def test_a_template_may_limit_the_time_of_its_creation(stack):
    template = stack()
    template.timeout_minutes = 30
    made = compose("x", description="d", certificate=template, alb=stack())
    assert made.root["Resources"]["Certificate"]["Properties"]["TimeoutInMinutes"] == 30
    assert "TimeoutInMinutes" not in made.root["Resources"]["Alb"]["Properties"]


def test_the_root_gives_what_is_public_and_nothing_else(stack, word):
    shown, hidden = word("VpcId", public=True), word("RouteTableId")
    root = compose("x", description="d", vpc=stack(out=(shown, hidden))).root
    assert root["Outputs"] == {
        "VpcId": {"Description": "VpcId description", "Value": {"Fn::GetAtt": ["Vpc", "Outputs.VpcId"]}}
    }


def test_the_console_shows_groups_in_the_order_of_their_first_parameter(stack, word):
    one, two, three = word("A", group="Network"), word("B", group="Service"), word("C", group="Network")
    root = compose("x", description="d", vpc=stack(one), service=stack(two, three)).root
    assert root["Metadata"]["AWS::CloudFormation::Interface"] == {
        "ParameterGroups": [
            {"Label": {"default": "Network"}, "Parameters": ["A", "C"]},
            {"Label": {"default": "Service"}, "Parameters": ["B"]},
        ],
        "ParameterLabels": {name: {"default": f"{name} label"} for name in "ABC"},
    }


def test_a_plain_parameter_is_a_string_without_label_in_a_last_group(stack, word):
    plain = Template()
    plain.add_parameter(Parameter("Plain", Type="String"))
    plain.add_resource(WaitConditionHandle("Handle", Metadata={"Used": Ref("Plain")}))
    plain.add_output(Output("Given", Value=Ref("Handle")))
    root = compose("x", description="d", first=plain, other=stack(word("Given"), word("Named"))).root
    form = root["Metadata"]["AWS::CloudFormation::Interface"]
    assert [each["Parameters"] for each in form["ParameterGroups"]] == [["Named"], ["Plain"]]
    assert form["ParameterGroups"][-1]["Label"] == {"default": "Other"}
    assert "Plain" not in form["ParameterLabels"]
    assert "Given" not in root["Parameters"]


def test_a_parameter_counts_as_used_wherever_it_can_be_referred_to(word):
    names = ("InSub", "InSubList", "InSubVariables", "InCondition", "InOutput", "InGetAtt")
    template = Template()
    for name in names:
        template.add_parameter(Parameter(name, Type="String"))
    template.add_condition("On", {"Fn::Equals": [Ref("InCondition"), "on"]})
    used = {
        "Text": Sub("a ${InSub} ${!Literal}"),
        "List": Sub("${InSubList} ${Own}", Own=Sub("${InSubVariables}")),
        "Attribute": {"Fn::GetAtt": ["Other", Ref("InGetAtt")]},
    }
    template.add_resource(WaitConditionHandle("Handle", Metadata=used))
    template.add_output(Output("Out", Value=If("On", Ref("InOutput"), GetAtt("Handle", "x"))))
    assert list(compose("x", description="d", a=template).root["Parameters"]) == list(names)


def test_sections_come_in_the_order_in_which_cloudformation_documents_them(stack, word):
    one = word("A", public=True)
    made = compose("x", description="d", a=stack(word("B"), out=(one,)))
    order = ["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Resources", "Outputs"]
    assert list(made.root) == order
    assert list(made.nested["nested/a.json"]) == [each for each in order if each not in ("Description", "Metadata")]


def test_templates_are_not_written_to_and_can_be_composed_twice(stack, word):
    zone = word("ZoneId", "AWS::SSM::Parameter::Value<String>", default="/zone")
    rule = {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "ZoneId"}, "z"]}}]}
    vpc, dns = stack(out=(word("VpcId"),)), stack(zone, word("VpcId"), rules={"R": rule})
    before = copy.deepcopy((vpc.to_dict(), dns.to_dict()))
    first = compose("x", description="d", vpc=vpc, dns=dns)
    assert compose("x", description="d", vpc=vpc, dns=dns) == first
    assert (vpc.to_dict(), dns.to_dict()) == before


def test_a_blueprint_with_nested_templates_is_not_flat(stack):
    assert not compose("x", description="d", a=stack()).flat


def test_a_system_has_a_default_of_its_own(stack, word):
    made = compose("x", description="d", ecr=stack(word("EnvironmentName")))
    assert defaulting(made, EnvironmentName="staging").root["Parameters"]["EnvironmentName"]["Default"] == "staging"
    assert "Default" not in made.root["Parameters"]["EnvironmentName"]
    with pytest.raises(Refused, match="default of Enviroment"):
        defaulting(made, Enviroment="staging")
