"""Traffic that CodeDeploy moves goes by rules of the listeners that it is told of."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment, at, listed
from stackwright.verify.forwarding import LISTENER, LISTENER_RULE, TARGET_GROUP
from stackwright.verify.rule import Finding, Rule

GROUP = "AWS::CodeDeploy::DeploymentGroup"
PAIRS = "LoadBalancerInfo.TargetGroupPairInfoList"

_REWRITTEN = "an update of the listener writes it anew, whichever target group has the tasks then"
_LEFT = "CodeDeploy is not told of this listener, and after a release it leads to a target group without tasks"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield what leads to a target group that CodeDeploy moves, and is written anew by others, or not by CodeDeploy."""
    for group in deployment.of(GROUP):
        for pair in listed(at(group.properties, PAIRS)):
            yield from _led(deployment.graph, pair)


def _led(graph: Graph, pair: Value) -> Iterator[Finding]:
    moved = [each for each in graph.mentioned(at(pair, "TargetGroups")) if each.type == TARGET_GROUP]
    routes = [_listener(graph, each) for each in _arns(pair)]
    for each in graph.of_type(LISTENER, LISTENER_RULE):
        key = "DefaultActions" if each.type == LISTENER else "Actions"
        actions = each.properties.get(key)
        if not any(group in graph.mentioned(actions) for group in moved):
            continue
        if each.type == LISTENER:
            yield Finding(each.path, key, actions, _REWRITTEN, "answer 404 by default, and forward by a rule")
        elif _listener(graph, each.properties.get("ListenerArn")) not in routes:
            yield Finding(each.path, key, actions, _LEFT, "forward elsewhere, or give CodeDeploy this listener too")


def _arns(pair: Value) -> Iterator[Value]:
    for route in ("ProdTrafficRoute", "TestTrafficRoute"):
        yield from listed(at(pair, f"{route}.ListenerArns"))


def _listener(graph: Graph, arn: Value) -> Value:
    """Return what tells one listener from another: its resource's path, else what names one elsewhere."""
    found = graph.target(arn)
    return arn if found is None else found.path


RULE = Rule(
    claim="Traffic that CodeDeploy moves goes by rules, of the listeners that it is told of.",
    why="What another listener or a default action forwards stays behind, or comes back with the next certificate.",
    source="AWS::CodeDeploy::DeploymentGroup TargetGroupPairInfo (CloudFormation Template Reference Guide), "
    "hashicorp/terraform-provider-aws#28129",
    about=(GROUP,),
    check=check,
)
