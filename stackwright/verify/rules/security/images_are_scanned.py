"""Every image is scanned for known weaknesses when it is pushed, and its tag stays with it but by exception.

The registry's own setting for all its repositories counts where the graph has it; else each repository's.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, on
from stackwright.verify.rule import Finding, Rule

REPOSITORY = "AWS::ECR::Repository"
REGISTRY = "AWS::ECR::RegistryScanningConfiguration"
# Continuous scanning begins with a scan on push.
_SCANS = ("SCAN_ON_PUSH", "CONTINUOUS_SCAN")
_BUT = "IMMUTABLE_WITH_EXCLUSION"
_IMMUTABLE = ("IMMUTABLE", _BUT)
_EXCLUSIONS = "ImageTagMutabilityExclusionFilters"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield repositories whose images nobody scans, and those whose tags can be moved to another image."""
    for repository in deployment.of(REPOSITORY):
        scanned = at(repository.properties, "ImageScanningConfiguration.ScanOnPush")
        known = not is_symbolic(scanned) and not is_symbolic(repository.properties.get("ImageScanningConfiguration"))
        if known and not on(scanned) and not _by_registry(deployment, repository):
            problem = "nobody is told of known weaknesses in its images"
            place = "ImageScanningConfiguration.ScanOnPush"
            yield Finding(repository.path, place, scanned, problem, "set it to true")
        mutability = repository.properties.get("ImageTagMutability", "MUTABLE")
        if mutability not in _IMMUTABLE and not is_symbolic(mutability):
            problem = "whoever may push can put another image behind a tag that is deployed"
            mend = "set it to IMMUTABLE, or to IMMUTABLE_WITH_EXCLUSION for a tag that has to move"
            given = repository.properties.get("ImageTagMutability")
            yield Finding(repository.path, "ImageTagMutability", given, problem, mend)
        elif mutability == _BUT:
            yield from _excluded(repository)


def _excluded(repository: Resource) -> Iterator[Finding]:
    """Find the exclusion of every tag, with which none is immutable."""
    for each in listed(repository.properties.get(_EXCLUSIONS)):
        value = at(each, "ImageTagMutabilityExclusionFilterValue")
        if isinstance(value, str) and not value.strip("*"):
            problem = "it lets every tag be put to another image"
            yield Finding(repository.path, _EXCLUSIONS, value, problem, "exclude the one tag that has to move")


def _by_registry(deployment: Deployment, repository: Resource) -> bool:
    rules = [rule for each in deployment.of(REGISTRY) for rule in listed(each.properties.get("Rules"))]
    return any(
        at(rule, "ScanFrequency") in _SCANS and _meets(at(each, "Filter"), repository)
        for rule in rules
        for each in listed(at(rule, "RepositoryFilters"))
    )


def _meets(wanted: Value, repository: Resource) -> bool:
    """Tell whether a filter takes a repository; a filter without a wildcard is found anywhere in the name."""
    name = repository.properties.get("RepositoryName")
    if not isinstance(wanted, str) or not isinstance(name, str):
        return wanted == "*" or is_symbolic(wanted)
    return fnmatchcase(name, wanted if "*" in wanted else f"*{wanted}*")


RULE = Rule(
    claim="Every image is scanned when it is pushed, and no tag is moved to another one but by exception.",
    why="What is known to be weak should not be news from an attacker, nor what runs be changed behind its name.",
    source="Scan images for software vulnerabilities, Preventing image tags from being overwritten (ECR User Guide)",
    about=(REPOSITORY,),
    check=check,
)
