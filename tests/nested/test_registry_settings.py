"""Every image is scanned when it is pushed, whichever repository it goes to."""

from __future__ import annotations

import pytest

from nested import registry_settings
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered


@pytest.mark.parametrize("scan_type", ["BASIC", "ENHANCED"])
def test_every_push_to_every_repository_is_scanned(scan_type: str) -> None:
    template = registry_settings.template().to_dict()
    graph = resolve(template, {}, {"RegistryScanType": scan_type}, region="us-east-1", stack_name="region")
    assert graph.resources["RegistryScanning"].properties == {
        "ScanType": scan_type,
        "Rules": [{"RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}], "ScanFrequency": "SCAN_ON_PUSH"}],
    }


def test_only_inspector_looks_again_at_what_was_pushed_long_ago() -> None:
    template = registry_settings.template().to_dict()

    def frequency(scan_type: str) -> object:
        given = {"RegistryScanType": scan_type, "RegistryScanFrequency": "CONTINUOUS_SCAN"}
        graph = resolve(template, {}, given, region="us-east-1", stack_name="region")
        return rendered(graph.resources["RegistryScanning"].properties)["Rules"][0]["ScanFrequency"]

    assert frequency("ENHANCED") == "CONTINUOUS_SCAN"
    with pytest.raises(ResolveError, match="CONTINUOUS_SCAN needs RegistryScanType ENHANCED"):
        frequency("BASIC")
