"""What the services refuse although no linter and no schema says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from templates import BLUEPRINTS

# IpRange and CreateSecurityGroup, Amazon EC2 API Reference: an apostrophe, for one, is not among them.
DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")

# CreateRole, AWS Identity and Access Management API Reference.
ROLE_DESCRIPTION = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]{1,1000}")

NAMES = sorted(BLUEPRINTS)


def resources(name: str) -> dict[str, dict[str, Any]]:
    blueprint = BLUEPRINTS[name]()
    templates = {"root.json": blueprint.root} | blueprint.nested
    return {f"{file}/{title}": each for file, body in templates.items() for title, each in body["Resources"].items()}


def descriptions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        texts = (each for key, each in value.items() if key in ("Description", "GroupDescription"))
        yield from (each for each in texts if isinstance(each, str))
        for each in value.values():
            yield from descriptions(each)
    elif isinstance(value, list):
        for each in value:
            yield from descriptions(each)


def refused(name: str, kinds: tuple[str, ...], admitted: re.Pattern[str]) -> list[str]:
    of_kinds = {path: each for path, each in resources(name).items() if each["Type"] in kinds}
    texts = [(path, text) for path, each in of_kinds.items() for text in descriptions(each["Properties"])]
    return [f"{path}: {text}" for path, text in texts if not admitted.fullmatch(text)]


@pytest.mark.parametrize("name", NAMES)
def test_ec2_takes_the_descriptions_of_security_groups_and_rules(name: str) -> None:
    kinds = ("SecurityGroup", "SecurityGroupIngress", "SecurityGroupEgress")
    assert not refused(name, tuple(f"AWS::EC2::{each}" for each in kinds), DESCRIPTION)


@pytest.mark.parametrize("name", NAMES)
def test_iam_takes_the_descriptions_of_roles(name: str) -> None:
    assert not refused(name, ("AWS::IAM::Role",), ROLE_DESCRIPTION)


@pytest.mark.parametrize("name", NAMES)
def test_nested_change_sets_need_no_transform(name: str) -> None:
    # aws/serverless-application-model#3824: a transform takes the placeholders of outputs for values, and fails.
    blueprint = BLUEPRINTS[name]()
    assert not [body["Description"] for body in (blueprint.root, *blueprint.nested.values()) if "Transform" in body]
