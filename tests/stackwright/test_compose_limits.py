"""What passes CloudFormation's limits is refused before it is written."""

from __future__ import annotations

import pytest
from troposphere import Output, Parameter, Ref, Template
from troposphere.cloudformation import WaitConditionHandle

from stackwright.compose import Refused, compose, flat, several, translated
from stackwright.wiring import limits
from stackwright.wiring.text import as_text


def of_size(size: int) -> Template:
    template = Template()
    template.add_resource(WaitConditionHandle("Handle", Metadata={"Text": "x" * size}))
    return template


def test_more_than_200_parameters_of_the_root(stack, word):
    service = several(stack(word("Cpu"), word("Memory")), *(f"S{n}" for n in range(101)))
    with pytest.raises(Refused, match="x: the root has 202 parameters and CloudFormation takes 200 in one template"):
        compose("x", description="d", service=service)


def test_exactly_200_parameters_of_the_root(stack, word):
    service = several(stack(word("Cpu"), word("Memory")), *(f"S{n}" for n in range(100)))
    assert len(compose("x", description="d", service=service).root["Parameters"]) == 200


def test_more_than_200_outputs_of_the_root(stack, word):
    service = several(stack(out=(word("A", public=True), word("B", public=True))), *(f"S{n}" for n in range(101)))
    with pytest.raises(Refused, match="the root has 202 outputs"):
        compose("x", description="d", service=service)


def test_more_than_500_resources_of_the_root(stack):
    with pytest.raises(Refused, match="the root has 501 resources and CloudFormation takes 500"):
        compose("x", description="d", service=several(stack(), *(f"S{n}" for n in range(501))))


def test_a_nested_template_of_more_than_a_megabyte(stack):
    with pytest.raises(Refused, match=r"x: nested/b.json has 1,000,\d+ bytes and CloudFormation takes 1,000,000"):
        compose("x", description="d", a=stack(), b=of_size(1_000_000))


def test_a_root_above_51200_bytes_is_allowed_because_it_goes_by_s3(stack, word):
    service = several(stack(word("Cpu"), word("Memory")), *(f"{'Service' * 8}{n}" for n in range(100)))
    made = compose("x", description="d", service=service)
    assert len(as_text(made.root)) > 51_200


def test_a_flat_template_above_51200_bytes_is_refused():
    assert flat("x", of_size(50_000), description="d").flat
    with pytest.raises(Refused, match=r"x: the template has 52,\d+ bytes and CloudFormation takes 51,200"):
        flat("x", of_size(52_000), description="d")


def test_the_bytes_counted_are_those_that_are_written():
    body = of_size(52_000).to_dict()
    with pytest.raises(Refused, match=f"x has {len(as_text(body)):,} bytes"):
        limits.check("x", body, at_most=51_200)


def _parameter(template: Template, name: str) -> None:
    template.add_parameter(Parameter(name, Type="String"))


def _output(template: Template, name: str) -> None:
    template.add_output(Output(name, Value=Ref("A")))


def _resource(template: Template, name: str) -> None:
    template.add_resource(WaitConditionHandle(name))


@pytest.mark.parametrize(
    ("add", "what", "limit"),
    [(_resource, "resources", 500), (_parameter, "parameters", 200), (_output, "outputs", 200)],
)
def test_tropospheres_own_stop_is_told_like_ours(add, what, limit):
    template = Template()
    with (
        pytest.raises(Refused, match=f"^web has more than {limit} {what} and CloudFormation takes {limit}"),
        translated("web"),
    ):
        for number in range(limit + 1):
            add(template, f"N{number}")


def test_other_errors_are_not_hidden():
    with pytest.raises(ValueError, match="unrelated"), translated("web"):
        raise ValueError("unrelated")
