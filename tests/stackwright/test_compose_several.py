"""More than one stack of one template in a blueprint."""

from __future__ import annotations

import pytest

from stackwright.compose import Refused, compose, several


@pytest.fixture
def service(stack, word):
    def make(*more, **others):
        return stack(
            word("VpcId"),
            word("EnvironmentName", shared=True),
            word("TaskCpu"),
            word("Priority", "Number", allotted=True),
            *more,
            out=(word("ServiceName", public=True),),
            **others,
        )

    return make


def parameters(made, stack):
    return made.root["Resources"][stack]["Properties"]["Parameters"]


def test_instances_have_logical_ids_of_their_own_and_one_file(service):
    made = compose("x", description="d", service=several(service(), "Web", "Api"))
    assert list(made.root["Resources"]) == ["WebService", "ApiService"]
    assert list(made.nested) == ["nested/service.json"]
    urls = {each["Properties"]["TemplateURL"] for each in made.root["Resources"].values()}
    assert urls == {"nested/service.json"}


def test_what_is_an_instances_own_is_prefixed_and_what_is_shared_is_not(service, stack, word):
    vpc = stack(out=(word("VpcId"),))
    made = compose("x", description="d", vpc=vpc, service=several(service(), "Web", "Api"))
    assert list(made.root["Parameters"]) == ["EnvironmentName", "WebTaskCpu", "ApiTaskCpu"]
    assert parameters(made, "ApiService") == {
        "VpcId": {"Fn::GetAtt": ["Vpc", "Outputs.VpcId"]},
        "EnvironmentName": {"Ref": "EnvironmentName"},
        "TaskCpu": {"Ref": "ApiTaskCpu"},
        "Priority": "20",
    }


def test_labels_say_whose_parameter_it_is(service):
    made = compose("x", description="d", service=several(service(), "Web", "Api"))
    labels = made.root["Metadata"]["AWS::CloudFormation::Interface"]["ParameterLabels"]
    assert labels["WebTaskCpu"] == {"default": "Web: TaskCpu label"}
    assert labels["EnvironmentName"] == {"default": "EnvironmentName label"}


def test_outputs_of_instances_are_prefixed(service):
    made = compose("x", description="d", service=several(service(), "Web", "Api"))
    assert made.root["Outputs"]["ApiServiceName"] == {
        "Description": "Api: ServiceName description",
        "Value": {"Fn::GetAtt": ["ApiService", "Outputs.ServiceName"]},
    }


def test_an_instance_takes_from_its_own_instance_of_another_stack(service, stack, word):
    scaling = stack(word("ServiceName"))
    made = compose(
        "x",
        description="d",
        service=several(service(), "Web", "Api"),
        scaling=several(scaling, "Api", "Web"),
    )
    assert parameters(made, "ApiScaling") == {"ServiceName": {"Fn::GetAtt": ["ApiService", "Outputs.ServiceName"]}}
    assert parameters(made, "WebScaling") == {"ServiceName": {"Fn::GetAtt": ["WebService", "Outputs.ServiceName"]}}


def test_an_instance_prefers_its_own_instance_to_a_stack_that_stands_alone(service, stack, word):
    made = compose(
        "x",
        description="d",
        imported=stack(out=(word("ServiceName"),)),
        service=several(service(), "Web"),
        scaling=several(stack(word("ServiceName")), "Web", "Api"),
    )
    assert parameters(made, "WebScaling")["ServiceName"] == {"Fn::GetAtt": ["WebService", "Outputs.ServiceName"]}
    assert parameters(made, "ApiScaling")["ServiceName"] == {"Fn::GetAtt": ["Imported", "Outputs.ServiceName"]}


def test_an_instance_that_no_other_feeds_asks_for_its_own(service, stack, word):
    made = compose(
        "x",
        description="d",
        service=several(service(), "Web"),
        scaling=several(stack(word("ServiceName", pattern="^s")), "Web", "Api"),
    )
    assert parameters(made, "ApiScaling") == {"ServiceName": {"Ref": "ApiServiceName"}}
    assert "AllowedPattern" not in made.nested["nested/scaling.json"]["Parameters"]["ServiceName"]
    assert made.root["Parameters"]["ApiServiceName"]["AllowedPattern"] == "^s"


def test_a_stack_that_stands_alone_may_name_an_instances_output(service, stack, word):
    made = compose("x", description="d", service=several(service(), "Web"), dashboard=stack(word("WebServiceName")))
    assert parameters(made, "Dashboard") == {"WebServiceName": {"Fn::GetAtt": ["WebService", "Outputs.ServiceName"]}}


def test_priorities_are_allotted_over_all_stacks_in_order_and_never_asked(service, stack, word):
    worker = stack(word("Priority", "Number", allotted=True))
    made = compose("x", description="d", service=several(service(), "Web", "Api"), worker=worker)
    allotted = [parameters(made, each)["Priority"] for each in ("WebService", "ApiService", "Worker")]
    assert allotted == ["10", "20", "30"]
    assert not any("Priority" in name for name in made.root["Parameters"])


def test_an_instance_needing_what_comes_later_is_refused(service, stack, word):
    scaling = several(stack(word("ServiceName")), "Web")
    with pytest.raises(Refused, match="scaling Web needs ServiceName from service Web, which comes later"):
        compose("x", description="d", scaling=scaling, service=several(service(), "Web"))


def test_an_instance_that_collides_with_a_stack_is_refused(service, stack):
    with pytest.raises(Refused, match="service Web and web_service both become WebService"):
        compose("x", description="d", service=several(service(), "Web"), web_service=stack())


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "has no instance"),
        (("web",), 'instance "web"; use a PascalCase word'),
        (("We-b",), 'instance "We-b"'),
        (("Web", "Web"), 'instance "Web" twice'),
    ],
)
def test_instance_names_that_cannot_be_are_refused(stack, names, message):
    with pytest.raises(Refused, match=message):
        several(stack(), *names)
