"""The pipeline's stack as it comes out for one system: resources, actions, and what each role may do."""

from __future__ import annotations

from functools import cache
from typing import Any

from nested import pipeline
from nested.parts.pipeline_stages import Deploy
from stackwright.resolve.environment import Environment
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {"ProjectName": "shop", "EnvironmentName": "delivery", "BlueprintName": "fargate-alb"}
ECS = {
    "DevClusterName": "cluster-1",
    "DevServiceName": "service-1",
    "ProdClusterName": "cluster-2",
    "ProdServiceName": "service-2",
}
RELEASED = {"BlueprintName": "fargate-bluegreen"}


@cache
def template(deploy: Deploy) -> dict[str, Any]:
    found: dict[str, Any] = pipeline.template(deploy=deploy).to_dict()
    return found


def resources(deploy: Deploy = "cloudformation", **parameters: str) -> dict[str, dict[str, Any]]:
    given = GIVEN | (ECS if deploy == "ecs" else {}) | parameters
    graph = resolve(
        template(deploy),
        {},
        given,
        region="eu-west-1",
        stack_name="pipeline-fargate-alb",
        environment=Environment("eu-west-1"),
    )
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def actions(deploy: Deploy = "cloudformation", **parameters: str) -> dict[str, dict[str, Any]]:
    """The pipeline's actions by stage and name."""
    stages = resources(deploy, **parameters)["Pipeline"]["Stages"]
    return {f"{stage['Name']}/{each['Name']}": each for stage in stages for each in stage["Actions"]}


def statements(role: str, deploy: Deploy = "cloudformation", **parameters: str) -> list[dict[str, Any]]:
    policies = resources(deploy, **parameters)[role]["Policies"]
    return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def about(role: str, action: str, deploy: Deploy = "cloudformation", **parameters: str) -> dict[str, Any]:
    """The one statement of a role that names an action."""
    (found,) = (each for each in statements(role, deploy, **parameters) if action in listed(each["Action"]))
    return found


def allowed(role: str, deploy: Deploy = "cloudformation", **parameters: str) -> set[str]:
    return {action for each in statements(role, deploy, **parameters) for action in listed(each["Action"])}
