"""Every image is scanned when it is pushed, whichever repository it goes to."""

from __future__ import annotations

import pytest

from nested import registry_settings
from stackwright.resolve.nested import resolve


@pytest.mark.parametrize("scan_type", ["BASIC", "ENHANCED"])
def test_every_push_to_every_repository_is_scanned(scan_type: str) -> None:
    template = registry_settings.template().to_dict()
    graph = resolve(template, {}, {"RegistryScanType": scan_type}, region="us-east-1", stack_name="region")
    assert graph.resources["RegistryScanning"].properties == {
        "ScanType": scan_type,
        "Rules": [{"RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}], "ScanFrequency": "SCAN_ON_PUSH"}],
    }
