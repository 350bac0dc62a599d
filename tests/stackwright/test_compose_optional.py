"""Stacks that are there only where a person says so."""

from __future__ import annotations

from typing import Any

import pytest
from troposphere import Equals, Ref, Template

from stackwright.compose import Refused, compose, flat, several


def wanted(template: Template, name: str) -> Template:
    template.only_if = Equals(Ref(name), "on").to_dict()
    return template


def test_it_hangs_on_a_condition_of_the_root(stack: Any, word: Any) -> None:
    root = compose("x", description="d", vpc=stack(), web_acl=wanted(stack(word("Firewall")), "Firewall")).root
    assert root["Conditions"] == {"HasWebAcl": {"Fn::Equals": [{"Ref": "Firewall"}, "on"]}}
    assert root["Resources"]["WebAcl"]["Condition"] == "HasWebAcl"
    assert "Condition" not in root["Resources"]["Vpc"]


def test_what_only_the_condition_asks_for_does_not_travel(stack: Any, word: Any) -> None:
    template = Template()
    template.add_resource(stack().resources["Handle"])
    template.parameters = stack(word("Firewall")).parameters
    root = compose("x", description="d", web_acl=wanted(template, "Firewall")).root
    assert list(root["Parameters"]) == ["Firewall"]
    assert "Parameters" not in root["Resources"]["WebAcl"]["Properties"]


def test_each_instance_has_its_own(stack: Any, word: Any) -> None:
    made = several(wanted(stack(word("Firewall")), "Firewall"), "Web", "Api")
    assert compose("x", description="d", acl=made).root["Conditions"] == {
        "HasWebAcl": {"Fn::Equals": [{"Ref": "WebFirewall"}, "on"]},
        "HasApiAcl": {"Fn::Equals": [{"Ref": "ApiFirewall"}, "on"]},
    }


def test_nothing_else_may_rely_on_it(stack: Any, word: Any) -> None:
    acl = wanted(stack(word("Firewall"), out=(word("WebAclArn"),)), "Firewall")
    with pytest.raises(Refused, match="web_acl gives WebAclArn and may not be there"):
        compose("x", description="d", web_acl=acl)


def test_only_a_person_decides(stack: Any, word: Any) -> None:
    giver = stack(out=(word("Firewall"),))
    with pytest.raises(Refused, match="web_acl is there by Firewall, which no person enters"):
        compose("x", description="d", giver=giver, web_acl=wanted(stack(word("Firewall")), "Firewall"))


def test_one_template_has_no_stack_to_leave_out(stack: Any, word: Any) -> None:
    with pytest.raises(Refused, match="has an only_if"):
        flat("x", wanted(stack(word("Firewall")), "Firewall"), description="d")
