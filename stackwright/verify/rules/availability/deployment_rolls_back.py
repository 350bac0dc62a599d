"""A release whose tasks never become healthy goes back to the one before by itself."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.symbols import is_symbolic
from stackwright.verify.deployment import Deployment, at, on
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE

BREAKER = "DeploymentConfiguration.DeploymentCircuitBreaker"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each service whose rolling update goes on for ever, or stops half way."""
    for service in deployment.of(SERVICE):
        if at(service.properties, "DeploymentController.Type", "ECS") != "ECS":
            continue  # CodeDeploy and external controllers have rollbacks of their own
        for switch, without in (
            ("Enable", "a release that cannot start is tried again and again, and CloudFormation waits for hours"),
            ("Rollback", "a release that failed stays, with fewer healthy tasks than before"),
        ):
            value = at(service.properties, f"{BREAKER}.{switch}")
            if not on(value) and not is_symbolic(value):
                mend = f"set {BREAKER}.{switch} to true"
                yield Finding(service.path, f"{BREAKER}.{switch}", value, without, mend)


RULE = Rule(
    claim="A release whose tasks never become healthy is rolled back by itself.",
    why="Without the circuit breaker ECS starts failing tasks for ever and the stack waits three hours to fail.",
    source="How the Amazon ECS deployment circuit breaker detects failures (Amazon ECS Developer Guide)",
    about=(SERVICE,),
    check=check,
)
