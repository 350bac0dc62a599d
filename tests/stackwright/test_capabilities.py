from __future__ import annotations

from typing import Any

import pytest

from stackwright.capabilities import capabilities


def template(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"Thing": {"Type": kind, "Properties": properties}}}


@pytest.mark.parametrize(
    ("templates", "needed"),
    [
        ([template("AWS::S3::Bucket")], ()),
        ([template("AWS::S3::Bucket"), template("AWS::IAM::Role")], ("CAPABILITY_IAM",)),
        ([template("AWS::IAM::Policy", PolicyName="p")], ("CAPABILITY_IAM",)),
        (
            [template("AWS::IAM::Role"), template("AWS::IAM::Role", RoleName="deployer")],
            ("CAPABILITY_NAMED_IAM",),
        ),
        ([{"Transform": "AWS::LanguageExtensions"}], ("CAPABILITY_AUTO_EXPAND",)),
    ],
)
def test_capabilities_are_those_the_templates_need(templates: list[dict[str, Any]], needed: tuple[str, ...]) -> None:
    assert capabilities(templates) == needed
