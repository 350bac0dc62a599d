"""No deployment stops the last task that answers."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.verify.deployment import Deployment, at
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE, count, percents

LEAST = "DeploymentConfiguration.MinimumHealthyPercent"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each service whose deployments may stop all of its tasks before a new one has started."""
    for service in deployment.of(SERVICE):
        many, bound = count(deployment.graph, service), percents(service)
        if many is None or bound is None or not many.most:
            continue
        if bound.least(max(1, many.least)) < 1:
            problem = "a deployment may stop every task before a new one answers"
            mend = (
                f"set it to 1 or more, and {LEAST.replace('MinimumHealthy', 'Maximum')} so that a new task fits beside"
            )
            yield Finding(service.path, LEAST, at(service.properties, LEAST), problem, mend)


RULE = Rule(
    claim="No deployment stops the last task that answers.",
    why="With nothing that must stay healthy, ECS stops all old tasks first, and every release is an outage.",
    source="DeploymentConfiguration, minimumHealthyPercent (Amazon ECS API Reference)",
    about=(SERVICE,),
    check=check,
)
