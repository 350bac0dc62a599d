"""Network ACLs let through what the system lives on, and the answers to it."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.symbols import rendered
from stackwright.verify.acls import ACL, lets, of_subnet
from stackwright.verify.deployment import Deployment
from stackwright.verify.passages import Passage, passages
from stackwright.verify.rule import Finding, Rule


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield, once for each ACL, what it has to let in or out and does not."""
    graph = deployment.graph
    found: dict[tuple[str, str, str, str], Finding] = {}
    for each in passages(graph):
        acl = of_subnet(graph, each.subnet)
        if acl is not None and not lets(graph, each.subnet, each.direction, each.peer, each.ports):
            found.setdefault((acl.path, each.direction, each.peer, str(each.ports)), _finding(acl.path, each))
    yield from found.values()


def _finding(acl: str, passage: Passage) -> Finding:
    towards = "in from" if passage.direction == "Ingress" else "out to"
    what = f"{passage.ports} {towards} {passage.peer}"
    problem = f"no entry lets {what} {rendered(passage.subnet)}: {passage.without}"
    egress = " with Egress true" if passage.direction == "Egress" else ""
    return Finding(acl, passage.direction, what, problem, f"add an AWS::EC2::NetworkAclEntry{egress} that allows it")


RULE = Rule(
    claim="Network ACLs let requests, health checks and pulls through, and the answers to them.",
    why="An ACL knows no connections: one entry too few and everything looks well, but nothing answers.",
    source="Control subnet traffic with network access control lists (Amazon VPC User Guide)",
    about=(ACL,),
    check=check,
)
