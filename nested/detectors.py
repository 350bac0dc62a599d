"""Detectors: GuardDuty and Security Hub for the region, each on request.

Both are account-wide, charged by use, and refuse to be created where an organisation or another stack has enabled
them. GuardDuty comes without Runtime Monitoring, whose automated endpoints block the deletion of a VPC.
"""

from __future__ import annotations

from troposphere import Equals, Ref, Template, guardduty, securityhub

from nested import inputs
from nested.shape import needs

_THREATS = "DetectsThreats"
_FINDINGS = "CollectsFindings"


def template() -> Template:
    """Emit the detectors. Needs ThreatDetection and SecurityFindings, each on or off; gives nothing."""
    t = Template(Description="GuardDuty and Security Hub")
    needs(t, inputs.THREAT_DETECTION, inputs.SECURITY_FINDINGS)
    t.add_condition(_THREATS, Equals(Ref(inputs.THREAT_DETECTION.name), "on"))
    t.add_condition(_FINDINGS, Equals(Ref(inputs.SECURITY_FINDINGS.name), "on"))
    without_runtime = guardduty.CFNFeatureConfiguration(Name="RUNTIME_MONITORING", Status="DISABLED")
    t.add_resource(guardduty.Detector("ThreatDetector", Condition=_THREATS, Enable=True, Features=[without_runtime]))
    t.add_resource(securityhub.Hub("FindingsHub", Condition=_FINDINGS, EnableDefaultStandards=True))
    return t
