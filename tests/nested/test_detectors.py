"""Detectors cost money and exist once: each only on request."""

from __future__ import annotations

import pytest

from nested import detectors
from stackwright.resolve.nested import resolve

TEMPLATE = detectors.template().to_dict()


def test_both_are_off_by_default() -> None:
    assert not resolve(TEMPLATE, {}, {}, region="us-east-1", stack_name="region").resources


@pytest.mark.parametrize(
    ("switch", "kind"),
    [("ThreatDetection", "AWS::GuardDuty::Detector"), ("SecurityFindings", "AWS::SecurityHub::Hub")],
)
def test_each_is_created_on_request(switch: str, kind: str) -> None:
    graph = resolve(TEMPLATE, {}, {switch: "on"}, region="us-east-1", stack_name="region")
    assert [each.type for each in graph.resources.values()] == [kind]


def test_guardduty_puts_no_endpoints_into_a_vpc() -> None:
    properties = TEMPLATE["Resources"]["ThreatDetector"]["Properties"]
    assert properties["Features"] == [{"Name": "RUNTIME_MONITORING", "Status": "DISABLED"}]
