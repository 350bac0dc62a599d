"""CloudFront distributions: their behaviors, the policies these name, and the load balancers behind their origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import at, listed
from stackwright.verify.interfaces import CLASSIC, LOAD_BALANCER
from stackwright.verify.reach import DISTRIBUTION as DISTRIBUTION
from stackwright.verify.reach import VPC_ORIGIN


@dataclass(frozen=True)
class Behavior:
    """One cache behavior: where it stands in its distribution, which paths it is for, and what it says."""

    place: str
    paths: str
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Origin:
    """One origin: where it stands, what it says, its VPC origin and its load balancer where they are known."""

    place: str
    given: Mapping[str, Any]
    by: Resource | None
    load_balancer: Resource | None


def behaviors(distribution: Resource) -> Iterator[Behavior]:
    """Yield the default behavior, then the others in their order."""
    config = at(distribution.properties, "DistributionConfig", {})
    places = [("DefaultCacheBehavior", at(config, "DefaultCacheBehavior"))]
    places += [(f"CacheBehaviors.{index}", each) for index, each in enumerate(listed(at(config, "CacheBehaviors")))]
    for place, given in places:
        if isinstance(given, Mapping):
            yield Behavior(f"DistributionConfig.{place}", str(given.get("PathPattern", "*")), given)


def origins(graph: Graph, distribution: Resource) -> Iterator[Origin]:
    """Yield the distribution's origins."""
    for index, given in enumerate(listed(at(distribution.properties, "DistributionConfig.Origins"))):
        if isinstance(given, Mapping):
            by = graph.target(at(given, "VpcOriginConfig.VpcOriginId"))
            known = by if by is not None and by.type == VPC_ORIGIN else None
            yield Origin(f"DistributionConfig.Origins.{index}", given, known, _load_balancer(graph, given, known))


def _load_balancer(graph: Graph, given: Mapping[str, Any], by: Resource | None) -> Resource | None:
    named: Value = at(by.properties, "VpcOriginEndpointConfig.Arn") if by is not None else given.get("DomainName")
    found = [each for each in graph.mentioned(named) if each.type in (LOAD_BALANCER, CLASSIC)]
    return found[0] if found else None


def policy(graph: Graph, behavior: Behavior, name: str) -> tuple[Value, Resource | None]:
    """Return what a behavior names as a policy (`CachePolicyId`), and the policy if the deployment makes it."""
    given = behavior.given.get(name)
    return given, graph.target(given)
