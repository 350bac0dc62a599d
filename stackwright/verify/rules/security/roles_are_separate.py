"""The application's role, the role that starts its tasks and the instance's are three."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Symbol, Value
from stackwright.verify.deployment import Deployment, listed
from stackwright.verify.policies import ROLE
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import TASK_DEFINITION

PROFILE = "AWS::IAM::InstanceProfile"
_MENDS = {
    "TaskRoleArn": "give it a role of its own, with what the application itself does, or none",
    "ExecutionRoleArn": "give it a role of its own, with what ECS does to start the task",
}


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield task definitions whose application runs with the execution role, or with an instance's role."""
    graph = deployment.graph
    of_instances = [role for each in deployment.of(PROFILE) for role in listed(each.properties.get("Roles"))]
    for definition in deployment.of(TASK_DEFINITION):
        task = definition.properties.get("TaskRoleArn")
        if _same(graph, task, definition.properties.get("ExecutionRoleArn")):
            problem = "the application may all that ECS needs to start it: every secret, every image"
            yield Finding(definition.path, "TaskRoleArn", task, problem, _MENDS["TaskRoleArn"])
        for name, mend in _MENDS.items():
            given = definition.properties.get(name)
            if any(_same(graph, given, each) for each in of_instances):
                problem = "it is the instance's role, which all on the instance can have"
                yield Finding(definition.path, name, given, problem, mend)


def _same(graph: Graph, one: Value, other: Value) -> bool:
    """Tell whether two references are to one role: by name or ARN, of the graph or elsewhere."""
    first, second = _role(graph, one), _role(graph, other)
    return first is not None and first == second


def _role(graph: Graph, named: Value) -> Resource | str | Symbol | None:
    found = graph.target(named)
    if found is not None and found.type == ROLE:
        return found
    return named.rpartition("/")[2] if isinstance(named, str) else named if isinstance(named, Symbol) else None


RULE = Rule(
    claim="Applications, what starts them and the instances below have roles of their own.",
    why="With one role for two of them, each has the permissions of the other.",
    source="Best practices for IAM roles in Amazon ECS (Amazon ECS Developer Guide)",
    about=(TASK_DEFINITION,),
    check=check,
)
