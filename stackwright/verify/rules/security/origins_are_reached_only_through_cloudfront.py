"""A load balancer behind CloudFront is reached by CloudFront, and by nobody who goes around it.

A VPC origin needs no public address. A public load balancer that admits CloudFront's prefix list admits everybody's
distribution: it takes a secret header to know one's own, asked for by each rule that forwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment, at, listed
from stackwright.verify.distributions import DISTRIBUTION, Origin, origins
from stackwright.verify.forwarding import LISTENER, LISTENER_RULE
from stackwright.verify.reach import INTERNET, Way, ways
from stackwright.verify.rule import Finding, Rule

_FORWARDS = "forward"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each way around CloudFront to a load balancer that is an origin, and each secret that can be read."""
    graph = deployment.graph
    around = [each for each in ways(graph) if graph.resources[each.hops[0].path].type != DISTRIBUTION]
    for distribution in deployment.of(DISTRIBUTION):
        for origin in origins(graph, distribution):
            balancer = origin.load_balancer
            to_it = [each for each in around if balancer is not None and each.target == balancer.path]
            yield from (_open(distribution, each) for each in to_it if each.source == INTERNET)
            if balancer is not None and any(each.source != INTERNET for each in to_it):
                yield from _known_by_secret(graph, distribution, origin, balancer)


def _open(distribution: Resource, way: Way) -> Finding:
    said = way.opening
    path, name, value = (said.path, said.property, said.peer) if said else (way.target, "Scheme", None)
    problem = f"goes around {distribution.path}, its cache rules and its web ACL: {way}"
    mend = "make it internal and reach it by a VPC origin, or admit CloudFront's prefix list only and ask for a secret"
    return Finding(path, name, value, problem, mend)


def _known_by_secret(graph: Graph, distribution: Resource, origin: Origin, balancer: Resource) -> Iterator[Finding]:
    """Yield what forwards requests without a header of the origin's, and each header asked for that can be read."""
    sent = {
        f"{origin.place}.OriginCustomHeaders.{index}.HeaderValue": (_name(each), at(each, "HeaderValue"))
        for index, each in enumerate(listed(origin.given.get("OriginCustomHeaders")))
    }
    asked = []
    for said, name in _forwarding(graph, balancer):
        by = [pair for each in listed(said.properties.get("Conditions")) for pair in _headers(each)]
        asked += by
        if name == "DefaultActions" or not any(pair in sent.values() for pair in by):
            problem = "takes requests of everybody's CloudFront: they do not have to carry a secret of this origin's"
            mend = "forward by a rule that asks for an http-header with the secret that the origin's headers have"
            yield Finding(said.path, name, said.properties.get(name), problem, mend)
    for where, pair in sent.items():
        if pair in asked and isinstance(pair[1], str):
            mend = "let Secrets Manager generate it, and name it: {{resolve:secretsmanager:...}}"
            yield Finding(distribution.path, where, None, "whoever has the template can send it, too", mend)


def _forwarding(graph: Graph, balancer: Resource) -> Iterator[tuple[Resource, str]]:
    """Yield each listener and rule of a load balancer that forwards, and by which property."""
    for listener in graph.of_type(LISTENER):
        if graph.target(listener.properties.get("LoadBalancerArn")) != balancer:
            continue
        if _forwards(listener.properties.get("DefaultActions")):
            yield listener, "DefaultActions"
        for rule in graph.of_type(LISTENER_RULE):
            mine = graph.target(rule.properties.get("ListenerArn")) == listener
            if mine and _forwards(rule.properties.get("Actions")):
                yield rule, "Conditions"


def _forwards(actions: Value) -> bool:
    return any(at(each, "Type") == _FORWARDS for each in listed(actions))


def _headers(condition: Value) -> Iterator[tuple[str, Value]]:
    config = at(condition, "HttpHeaderConfig", {})
    yield from ((_name(config, "HttpHeaderName"), each) for each in listed(at(config, "Values")))


def _name(header: Value, key: str = "HeaderName") -> str:
    return str(at(header, key)).lower()


RULE = Rule(
    claim="A load balancer behind CloudFront is reached through CloudFront only.",
    why="Who finds its name goes around the web ACL, the cache and every limit that CloudFront sets.",
    source="Restrict access to Application Load Balancers (Amazon CloudFront Developer Guide)",
    about=(DISTRIBUTION,),
    check=check,
)
