"""Templates as text: whatever they hold comes back, and what is plain or short takes one line."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stackwright.wiring.text import as_text

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(PLAIN, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=12)
DOCUMENTS = st.dictionaries(st.text(), VALUES, max_size=4)


@given(DOCUMENTS)
def test_what_is_written_is_what_is_read(document: dict[str, Any]) -> None:
    assert json.loads(as_text(document)) == document


@given(DOCUMENTS)
def test_it_is_never_longer_than_with_a_line_for_each_value(document: dict[str, Any]) -> None:
    assert len(as_text(document)) <= len(json.dumps(document, indent=1)) + 1


def test_a_list_of_plain_values_takes_one_line_and_so_does_what_fits() -> None:
    long = [f"ecs:List{number}" for number in range(12)]
    document = {
        "Action": ['a "quoted", [\\\n one', *long],
        "Statement": [{"Fn::GetAtt": ["Vpc", "Id"]}, {"Action": long, "Condition": {}}],
        "None": [],
    }
    assert as_text(document).splitlines() == [
        "{",
        f' "Action": ["a \\"quoted\\", [\\\\\\n one", {json.dumps(long)[1:]},',
        ' "Statement": [',
        '  {"Fn::GetAtt": ["Vpc", "Id"]},',
        "  {",
        f'   "Action": {json.dumps(long)},',
        '   "Condition": {}',
        "  }",
        " ],",
        ' "None": []',
        "}",
    ]


def test_what_is_too_long_to_go_as_text_has_a_line_for_each_resource() -> None:
    resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Fn::Sub": ["x" * 100, {}]}}}
    text = as_text({"Resources": {f"Resource{number}": resource for number in range(400)}})
    assert len(text.splitlines()) == 404
