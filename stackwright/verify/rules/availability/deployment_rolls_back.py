"""A release whose tasks never become healthy goes back to the one before by itself."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, number, on
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import BAKE, DEFAULT_BAKE, SERVICE, beside

BREAKER = "DeploymentConfiguration.DeploymentCircuitBreaker"
ALARMS = "DeploymentConfiguration.Alarms"
ALARM = "AWS::CloudWatch::Alarm"

GROUP = "AWS::CodeDeploy::DeploymentGroup"
BACK = "AutoRollbackConfiguration"
WATCHED = "AlarmConfiguration"

_STAYS = "a release that failed stays, with fewer healthy tasks than before"
_TRIES = "a release that cannot start is tried again and again, and CloudFormation waits for hours"
_KEPT = "a release that failed, or that an alarm stopped, keeps the traffic that it has"
_UNSEEN = "a release that answers health checks and fails requests is not noticed"
_WAITS = "a release that never gets healthy is waited for, up to 24 hours: no circuit breaker ends what shifts traffic"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each service whose failing deployment goes on for ever, stops half way, or ends too late to be undone."""
    for service in deployment.of(SERVICE):
        if at(service.properties, "DeploymentController.Type", "ECS") != "ECS":
            continue  # an external controller has a rollback of its own, and so has CodeDeploy's group
        if beside(service):
            yield from _switched(service, ALARMS, _WAITS)
            yield from _baked(deployment.graph, service)
        else:
            yield from _switched(service, BREAKER, _TRIES)
    for group in deployment.of(GROUP):
        if listed(group.properties.get("ECSServices")):
            yield from _by_codedeploy(group)


def _switched(service: Resource, key: str, without: str) -> Iterator[Finding]:
    yield from _on(service, f"{key}.Enable", without)
    yield from _on(service, f"{key}.Rollback", _STAYS)


def _on(resource: Resource, key: str, without: str) -> Iterator[Finding]:
    value = at(resource.properties, key)
    if not on(value) and not is_symbolic(value):
        yield Finding(resource.path, key, value, without, f"set {key} to true")


def _by_codedeploy(group: Resource) -> Iterator[Finding]:
    """Yield what keeps CodeDeploy from going back: it does on events that it is told, and by alarms that it is told."""
    for switch, without in ((f"{BACK}.Enabled", _KEPT), (f"{WATCHED}.Enabled", _UNSEEN)):
        yield from _on(group, switch, without)
    told = (
        (f"{BACK}.Events", "DEPLOYMENT_FAILURE", _KEPT),
        (f"{BACK}.Events", "DEPLOYMENT_STOP_ON_ALARM", _KEPT),
        (f"{WATCHED}.Alarms", "", _UNSEEN),
    )
    for key, name, without in told:
        value = at(group.properties, key)
        names = [at(each, "Name", each) for each in listed(value)]
        if not is_symbolic(value) and not (name in names if name else any(names)):
            yield Finding(group.path, key, value, without, f"add {name or 'alarms of the service'}")


def _baked(graph: Graph, service: Resource) -> Iterator[Finding]:
    """Yield a bake time that is over before an alarm could ring: the tasks to go back to are gone by then."""
    bake = number(at(service.properties, BAKE, DEFAULT_BAKE))
    for alarm in graph.mentioned(listed(at(service.properties, f"{ALARMS}.AlarmNames"))):
        seconds = _seconds(alarm) if alarm.type == ALARM else None
        if bake is not None and seconds is not None and bake * 60 < seconds:
            problem = f"the old tasks are gone after {bake:g} min, and {alarm.path} needs {seconds / 60:g} min to ring"
            yield Finding(service.path, BAKE, bake, problem, f"wait {-(-seconds // 60):g} min or longer")


def _seconds(alarm: Resource) -> float | None:
    """Return how long what an alarm rings for has to last; None if that is not known."""
    queries = [at(each, "MetricStat.Period") for each in listed(alarm.properties.get("Metrics"))]
    periods = [number(each) for each in (alarm.properties.get("Period"), *queries) if each is not None]
    times = number(alarm.properties.get("DatapointsToAlarm", alarm.properties.get("EvaluationPeriods")))
    known = [each for each in periods if each is not None]
    return max(known) * times if known and times is not None else None


RULE = Rule(
    claim="A release whose tasks never become healthy is rolled back by itself.",
    why="Without circuit breaker or alarms ECS starts failing tasks for hours, and the stack waits as long to fail.",
    source="How the Amazon ECS deployment circuit breaker detects failures, How CloudWatch alarms detect Amazon ECS "
    "deployment failures (Amazon ECS Developer Guide); Redeploy and roll back a deployment with CodeDeploy (AWS "
    "CodeDeploy User Guide)",
    about=(SERVICE, GROUP),
    check=check,
)
