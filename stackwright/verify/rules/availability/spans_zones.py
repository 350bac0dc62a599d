"""What serves is in two zones at least."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.verify.deployment import Deployment
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.zones import SPREAD, spread

ENOUGH = 2


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each load balancer, group, service and endpoint whose subnets are all in one zone."""
    for resource in deployment.of(*SPREAD):
        found = spread(deployment.graph, resource)
        if found is None or len(found.zones) >= ENOUGH:
            continue
        zone = found.zones[0] if isinstance(found.zones[0], str) and found.zones[0] != found.given[0] else "one zone"
        yield Finding(
            resource.path,
            found.property,
            list(found.given),
            f"is in {zone} only, and gone when that zone is",
            "name a subnet in each of two zones or more",
        )


RULE = Rule(
    claim="Every load balancer, Auto Scaling group, service and endpoint is in two zones at least.",
    why="Zones fail one at a time; what is in one of them only fails with it, however many copies there are.",
    source="Deploy the workload to multiple locations (AWS Well-Architected Framework, Reliability Pillar)",
    about=SPREAD,
    check=check,
)
