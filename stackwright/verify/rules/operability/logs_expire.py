"""Every container logs somewhere, and every log group forgets."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.verify.deployment import Deployment, at, listed
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import TASK_DEFINITION

LOG_GROUP = "AWS::Logs::LogGroup"
PROJECT = "AWS::CodeBuild::Project"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield groups without retention, containers without logs, modes left to chance, builds without a group."""
    for group in deployment.of(LOG_GROUP):
        if not group.properties.get("RetentionInDays"):
            mend = "set RetentionInDays"
            yield Finding(group.path, "RetentionInDays", None, "it keeps every line for ever, and bills it", mend)
    for definition in deployment.of(TASK_DEFINITION):
        for container in listed(definition.properties.get("ContainerDefinitions")):
            place = f"{at(container, 'Name')}.LogConfiguration"
            driver = at(container, "LogConfiguration.LogDriver")
            if driver is None:
                mend = "give it a LogConfiguration"
                yield Finding(definition.path, place, None, "what it says is lost with the container", mend)
            elif driver == "awslogs" and not at(container, "LogConfiguration.Options.mode"):
                problem = "whether it blocks or drops when CloudWatch is slow hangs on the account's default"
                yield Finding(definition.path, f"{place}.Options.mode", None, problem, "say blocking or non-blocking")
    for project in deployment.of(PROJECT):
        place = "LogsConfig.CloudWatchLogs.GroupName"
        off = at(project.properties, "LogsConfig.CloudWatchLogs.Status") == "DISABLED"
        if not off and at(project.properties, place) is None:
            problem = "CodeBuild makes a group for it, which keeps every line for ever and outlives the stack"
            yield Finding(project.path, place, None, problem, "name a log group of the stack")


RULE = Rule(
    claim="Every container logs, to CloudWatch in a mode that is stated, and every log group expires.",
    why="A log without retention grows for ever; without a log nobody learns why a task stopped.",
    source="Send Amazon ECS logs to CloudWatch (Amazon ECS Developer Guide), Working with log groups (CloudWatch Logs)",
    about=(LOG_GROUP, TASK_DEFINITION, PROJECT),
    check=check,
)
