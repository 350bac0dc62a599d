"""Registry settings: every image of the region's registry is scanned when it is pushed, or from then on.

One registry for account and region, so one stack for its settings. A repository's own scan setting is what counts
where these are absent.
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, Ref, Template, ecr

from nested import inputs
from nested.parts.rules import must
from nested.shape import needs


def template() -> Template:
    """Emit the settings. Needs RegistryScanType and RegistryScanFrequency; gives nothing."""
    t = Template(Description="Registry-wide image scanning")
    needs(t, inputs.REGISTRY_SCAN_TYPE, inputs.REGISTRY_SCAN_FREQUENCY)
    t.add_rule("OnlyInspectorScansAgain", _frequency_rule())
    every_repository = ecr.RepositoryFilter(Filter="*", FilterType="WILDCARD")
    frequency = Ref(inputs.REGISTRY_SCAN_FREQUENCY.name)
    rule = ecr.ScanningRule(RepositoryFilters=[every_repository], ScanFrequency=frequency)
    t.add_resource(
        ecr.RegistryScanningConfiguration(
            "RegistryScanning", ScanType=Ref(inputs.REGISTRY_SCAN_TYPE.name), Rules=[rule]
        )
    )
    return t


def _frequency_rule() -> dict[str, Any]:
    # "RegistryScanningRule", Amazon ECR API Reference.
    text = "RegistryScanFrequency CONTINUOUS_SCAN needs RegistryScanType ENHANCED"
    enhanced = Equals(Ref(inputs.REGISTRY_SCAN_TYPE.name), "ENHANCED")
    return must(enhanced, text, when=Equals(Ref(inputs.REGISTRY_SCAN_FREQUENCY.name), "CONTINUOUS_SCAN"))
