"""Registry settings: every image of the region's registry is scanned when it is pushed.

One registry for account and region, so one stack for its settings. A repository's own scan setting is what counts
where these are absent.
"""

from __future__ import annotations

from troposphere import Ref, Template, ecr

from nested import inputs
from nested.shape import needs


def template() -> Template:
    """Emit the settings. Needs RegistryScanType; gives nothing."""
    t = Template(Description="Registry-wide image scanning")
    needs(t, inputs.REGISTRY_SCAN_TYPE)
    every_repository = ecr.RepositoryFilter(Filter="*", FilterType="WILDCARD")
    rule = ecr.ScanningRule(RepositoryFilters=[every_repository], ScanFrequency="SCAN_ON_PUSH")
    t.add_resource(
        ecr.RegistryScanningConfiguration(
            "RegistryScanning", ScanType=Ref(inputs.REGISTRY_SCAN_TYPE.name), Rules=[rule]
        )
    )
    return t
