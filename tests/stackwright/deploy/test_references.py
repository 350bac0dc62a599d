from __future__ import annotations

from typing import Any

import pytest

from stackwright.deploy.references import references

CONDITIONS = {
    "Big": {"Fn::Equals": [{"Ref": "Size"}, "2"]},
    "Bigger": {"Fn::And": [{"Condition": "Big"}, {"Fn::Equals": [{"Ref": "Mood"}, "y"]}]},
}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("text", []),
        ({"Ref": "Vpc"}, [("Vpc", None)]),
        ({"Fn::GetAtt": ["Vpc", "Outputs.VpcId"]}, [("Vpc", "Outputs.VpcId")]),
        ({"Fn::GetAtt": "Vpc.Outputs.VpcId"}, [("Vpc", "Outputs.VpcId")]),
        (
            {"Fn::Sub": "${Name}-${!Literal}-${Alb.DNSName}"},
            [("Name", None), ("Alb", "DNSName")],
        ),
        ({"Fn::Sub": ["${a}${B}", {"a": {"Ref": "C"}}]}, [("B", None), ("C", None)]),
        ({"Fn::Join": [",", [{"Ref": "A"}, {"Ref": "B"}]]}, [("A", None), ("B", None)]),
        (
            {"Fn::If": ["Bigger", {"Ref": "A"}, "no"]},
            [("Size", None), ("Mood", None), ("A", None)],
        ),
    ],
)
def test_every_reference_is_found(expression: Any, found: list[tuple[str, str | None]]) -> None:
    assert list(references(expression, CONDITIONS)) == found
