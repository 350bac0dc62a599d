"""What became of an ECS service's tasks: events, stop reasons, exit codes and last log lines.

Asked as soon as the service is heard to have failed, because the rollback takes log group and
service away. Everything is bounded and optional: what AWS does not tell (any more) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stackwright.deploy.failure import consequence
from stackwright.errors import StackwrightError

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.deploy.execute import Heard
    from stackwright.deploy.follow import Progress, Step

SERVICE = "AWS::ECS::Service"
CLUSTER = "AWS::ECS::Cluster"
MOST_EVENTS = 5
MOST_TASKS = 3
MOST_LOG_LINES = 10
SCALED_AWAY = "Scaling activity initiated by"  # of tasks that only made room, such as those of the deployment before


class Evidence:
    """Passes on what is heard, and gathers what ECS says of each service that failed."""

    def __init__(self, aws: Aws, heard: Heard) -> None:
        self._aws = aws
        self._heard = heard
        self._found: dict[str, list[str]] = {}

    def __call__(self, progress: Progress, added: list[Step]) -> None:
        """Hear of a look's steps, as `follow` reports them."""
        self._heard(progress, added)
        for step in added:
            failed = step.event.type == SERVICE and step.event.status.endswith("_FAILED")
            if failed and not consequence(step) and step.path not in self._found:
                self._found[step.path] = list(_told(self._aws, progress, step))

    def lines(self) -> list[str]:
        """Return what was gathered, each service under its path."""
        return [
            line
            for path, told in self._found.items()
            if told
            for line in (f"what ECS says of {path}:", *(f"  {each}" for each in told))
        ]


def _told(aws: Aws, progress: Progress, step: Step) -> Iterator[str]:
    service = _service(aws, progress, step.event.physical_id)
    if service is not None:
        yield from _told_of(aws, service)


def told_of(aws: Aws, cluster: str, name: str) -> list[str]:
    """Return what ECS says of a service: its events, and why its last tasks stopped."""
    found = _ask(aws, "ecs", "describe_services", cluster=cluster, services=[name]).get("services", [])
    return [line for service in found for line in _told_of(aws, service)]


def _told_of(aws: Aws, service: dict[str, Any]) -> Iterator[str]:
    for event in service.get("events", [])[:MOST_EVENTS]:
        yield f"event: {event.get('message', '')}"
    cluster, name = service.get("clusterArn", ""), service.get("serviceName", "")
    asked = {"cluster": cluster, "serviceName": name, "desiredStatus": "STOPPED"}
    arns = _ask(aws, "ecs", "list_tasks", **asked).get("taskArns", [])
    found = _ask(aws, "ecs", "describe_tasks", cluster=cluster, tasks=arns).get("tasks", []) if arns else []
    tasks = _telling(found)
    yield from _stopped(tasks)
    if tasks:
        yield from _logged(aws, tasks[0])


def _service(aws: Aws, progress: Progress, physical_id: str) -> dict[str, Any] | None:
    """Return the service by its ARN, else the newest of the stack's own clusters."""
    if physical_id.startswith("arn:") and physical_id.count("/") >= 2:
        cluster, arns = physical_id.split("/")[-2], [physical_id]
    else:
        nodes = (node for node in progress.root.walk() if node.type == CLUSTER and node.physical_id)
        cluster = next((node.physical_id for node in nodes), "")
        arns = _ask(aws, "ecs", "list_services", cluster=cluster).get("serviceArns", [])[:10] if cluster else []
    found = _ask(aws, "ecs", "describe_services", cluster=cluster, services=arns) if arns else {}
    services: list[dict[str, Any]] = found.get("services", [])
    return max(services, key=lambda each: str(each.get("createdAt", "")), default=None)


def _telling(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the tasks of one deployment that ended last, but none that ECS stopped because it wanted fewer."""
    ended = (each for each in tasks if not each.get("stoppedReason", "").startswith(SCALED_AWAY))
    newest = sorted(ended, key=lambda each: str(each.get("stoppedAt", "")), reverse=True)
    return [each for each in newest if each.get("startedBy") == newest[0].get("startedBy")][:MOST_TASKS]


def _stopped(tasks: list[dict[str, Any]]) -> Iterator[str]:
    """Yield why tasks stopped, those that tell the same in one, then their containers' exit codes."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for task in tasks:
        alike.setdefault(tuple(_why(task)), []).append(_short(task))
    for (reason, *containers), names in alike.items():
        yield f"{'task' if len(names) == 1 else 'tasks'} {', '.join(names)} stopped: {reason}"
        yield from containers


def _why(task: dict[str, Any]) -> Iterator[str]:
    reason = task.get("stoppedReason") or task.get("stopCode") or "no reason given"
    yield reason
    for container in task.get("containers", []):
        code, own = container.get("exitCode"), container.get("reason")
        exited = f"exit code {code}" if code is not None else ""
        told = ", ".join(each for each in (exited, own if own != reason else "") if each)
        if told:
            yield f"  container {container.get('name', '')}: {told}"


def _logged(aws: Aws, task: dict[str, Any]) -> Iterator[str]:
    """Yield the last lines of each container that logs to CloudWatch.

    Streams are called prefix/container/task ("Using the awslogs log driver", ECS Developer Guide).
    """
    arn = task.get("taskDefinitionArn", "")
    found = _ask(aws, "ecs", "describe_task_definition", taskDefinition=arn).get("taskDefinition", {})
    for container in found.get("containerDefinitions", []):
        options = container.get("logConfiguration", {}).get("options", {})
        group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
        if not group or not prefix:
            continue
        stream = f"{prefix}/{container['name']}/{_short(task)}"
        asked = {"logGroupName": group, "logStreamName": stream, "limit": MOST_LOG_LINES, "startFromHead": False}
        for event in _ask(aws, "logs", "get_log_events", **asked).get("events", [])[-MOST_LOG_LINES:]:
            yield f"log of {container['name']}: {event.get('message', '').rstrip()}"


def _short(task: dict[str, Any]) -> str:
    return str(task.get("taskArn", "")).rpartition("/")[2]


def _ask(aws: Aws, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
    """Return the response, empty when AWS has none: evidence is never worth a second failure."""
    try:
        return aws.call(service, operation, **arguments)
    except StackwrightError:
        return {}
