"""What a template says of an API is what its stage serves, also when something is taken out of it."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, on
from stackwright.verify.reach import HTTP_STAGE, REST_API
from stackwright.verify.rule import Finding, Rule

DEPLOYMENT = "AWS::ApiGateway::Deployment"
METHOD = "AWS::ApiGateway::Method"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield APIs whose parts go after the snapshot is taken, deployments that are a stage, stages that wait."""
    graph = deployment.graph
    for api in deployment.of(REST_API):
        methods, taken = graph.users(api, METHOD), graph.users(api, DEPLOYMENT)
        if methods and taken:
            yield _late(methods[0], taken[0])
    for each in deployment.of(DEPLOYMENT):
        if each.properties.get("StageName"):
            problem = "the stage is this deployment's: it serves what was there when the stack was made"
            mend = "give the stage a resource of its own, and the deployment another logical id with each change"
            yield Finding(each.path, "StageName", each.properties["StageName"], problem, mend)
    for stage in deployment.of(HTTP_STAGE):
        if not on(stage.properties.get("AutoDeploy")) and not stage.properties.get("DeploymentId"):
            problem = "it serves nothing until somebody deploys the API"
            yield Finding(stage.path, "AutoDeploy", stage.properties.get("AutoDeploy"), problem, "turn it on")


def _late(method: Resource, taken: Resource) -> Finding:
    problem = f"CloudFormation deletes a method last, when {taken.path} has it in its snapshot, and it is served on"
    return Finding(method.path, "HttpMethod", method.properties.get("HttpMethod"), problem, "say it in the API's Body")


RULE = Rule(
    claim="Every change of an API reaches its stage, what is taken out of it included.",
    why="A stage serves a snapshot; a route that nobody sees in the template any more is a way in that nobody guards.",
    source="Deploy REST APIs in API Gateway (Amazon API Gateway Developer Guide), aws/aws-cdk#14660",
    about=(REST_API, DEPLOYMENT, HTTP_STAGE),
    check=check,
)
