"""Plain HTTP from the internet leads to HTTPS and to nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, whole
from stackwright.verify.forwarding import LISTENER, LISTENER_RULE
from stackwright.verify.groups import Ports
from stackwright.verify.interfaces import CLASSIC
from stackwright.verify.reach import DISTRIBUTION, INTERNET, Reach, direct
from stackwright.verify.rule import Finding, Rule

# What a browser keeps and does not ask again.
_PERMANENT = "HTTP_301"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each action of an HTTP listener that the internet reaches, and each cached path, that serves over HTTP."""
    graph = deployment.graph
    reach = Reach(graph)
    for balancer in deployment.of(CLASSIC):
        yield from _classic(reach, balancer)
    for listener in _reached(reach):
        yield from _actions(listener, listener, "DefaultActions")
        for rule in deployment.of(LISTENER_RULE):
            if graph.target(rule.properties.get("ListenerArn")) == listener:
                yield from _actions(listener, rule, "Actions")
    for distribution in deployment.of(DISTRIBUTION):
        yield from _behaviours(distribution)


def _reached(reach: Reach) -> Iterator[Resource]:
    """Yield the HTTP listeners that the internet reaches directly; who comes through CloudFront has met TLS there."""
    for listener in reach.listeners:
        found = reach.graph.resources[listener.path]
        speaks = found.type == LISTENER and found.properties.get("Protocol") == "HTTP"
        if speaks and _arrives(reach, listener.load_balancer, listener.ports[0]):
            yield found


def _arrives(reach: Reach, load_balancer: Value, ports: Ports) -> bool:
    ways = (each for each in direct(reach) if each.source == INTERNET)
    return any(each.target == load_balancer and each.ports.covers(ports) for each in ways)


def _classic(reach: Reach, balancer: Resource) -> Iterator[Finding]:
    """Yield the HTTP listeners of a Classic Load Balancer that the internet reaches: it cannot redirect."""
    for index, each in enumerate(listed(balancer.properties.get("Listeners"))):
        protocol, port = at(each, "Protocol"), whole(at(each, "LoadBalancerPort"), 0)
        if str(protocol).upper() == "HTTP" and _arrives(reach, balancer.path, Ports("tcp", port, port)):
            problem = "requests are served in the clear, for everybody on the way to read and change"
            mend = "leave the listener out, or take an Application Load Balancer, which can redirect"
            yield Finding(balancer.path, f"Listeners.{index}.Protocol", protocol, problem, mend)


def _actions(listener: Resource, said: Resource, name: str) -> Iterator[Finding]:
    for index, action in enumerate(listed(said.properties.get(name))):
        if not isinstance(action, Mapping) or is_symbolic(action.get("Type")):
            continue
        problem = _problem(listener, action)
        if problem:
            mend = "redirect to HTTPS on the port of its listener with HTTP_301"
            yield Finding(said.path, f"{name}.{index}", action.get("Type"), problem, mend)


def _problem(listener: Resource, action: Mapping[str, Value]) -> str | None:
    if action.get("Type") == "fixed-response":
        status = at(action, "FixedResponseConfig.StatusCode")
        return "pages are served in the clear" if str(status).startswith("2") else None
    if action.get("Type") != "redirect":
        return "requests are served in the clear, for everybody on the way to read and change"
    given = at(action, "RedirectConfig", {})
    if _differs(at(given, "Protocol"), "HTTPS"):
        return "the redirect stays in the clear"
    if str(at(given, "Port", "#{port}")) in ("#{port}", str(listener.properties.get("Port"))):
        return f"the redirect leads to HTTPS on port {listener.properties.get('Port')}, where HTTP is spoken"
    if _differs(at(given, "StatusCode"), _PERMANENT):
        return "the redirect is not permanent: browsers ask in the clear again and again"
    return None


def _differs(value: Value, wanted: str) -> bool:
    return value != wanted and not is_symbolic(value)


def _behaviours(distribution: Resource) -> Iterator[Finding]:
    config = at(distribution.properties, "DistributionConfig", {})
    given = {"DefaultCacheBehavior": at(config, "DefaultCacheBehavior")}
    given |= {f"CacheBehaviors.{index}": each for index, each in enumerate(listed(at(config, "CacheBehaviors")))}
    for name, behaviour in given.items():
        policy = at(behaviour, "ViewerProtocolPolicy")
        if policy == "allow-all":
            where = f"DistributionConfig.{name}.ViewerProtocolPolicy"
            problem = "CloudFront serves in the clear"
            yield Finding(distribution.path, where, policy, problem, "set it to redirect-to-https")


RULE = Rule(
    claim="Plain HTTP from the internet is redirected to HTTPS for good, or refused.",
    why="Whatever is served in the clear can be read and changed by everybody on the way.",
    source="Action types for listener rules (User Guide for Application Load Balancers)",
    about=(LISTENER, CLASSIC, DISTRIBUTION),
    check=check,
)
