"""Python that fails while a blueprint composes is one clear message."""

from __future__ import annotations

from pathlib import Path

import pytest
from troposphere import Ref, Template
from troposphere.sns import Topic

from stackwright.compose import Refused, compose
from stackwright.errors import BadInput
from stackwright.project import Project

HERE = Path(__file__).parent


def _broken() -> None:
    raise ValueError("no such tenancy")


def test_a_blueprint_whose_python_fails_names_the_line() -> None:
    project = Project(HERE, {"shop": _broken})
    with pytest.raises(BadInput, match=r"(?s)shop cannot be composed\n.*test_project\.py:\d+: ValueError: no such"):
        project.blueprint("shop")


def test_too_many_resources_are_refused_by_the_limits_name() -> None:
    def large() -> object:
        template = Template()
        for number in range(501):
            template.add_resource(Topic(f"Topic{number}"))
        return compose("shop", description="Shop", topics=template)

    project = Project(HERE, {"shop": large})
    with pytest.raises(Refused, match="500"):
        project.blueprint("shop")


def test_what_compose_refuses_stays_as_it_is() -> None:
    def refused() -> object:
        template = Template()
        template.add_resource(Topic("Topic", DisplayName=Ref("Missing")))
        return compose("shop", description="Shop", Bad=template)

    project = Project(HERE, {"shop": refused})
    with pytest.raises(Refused, match="lower_snake_case"):
        project.blueprint("shop")
