"""What is there before a resource is made, nested stacks taken as the whole that CloudFormation makes of them."""

from __future__ import annotations

from stackwright.resolve.graph import Graph

STACK = "AWS::CloudFormation::Stack"


def ready_before(graph: Graph, path: str) -> set[str]:
    """Return the paths of everything that is complete before the resource of this path is begun.

    An output of a nested stack is read when the whole stack is complete, so a resource also waits for the rest of
    each stack that its own stack waits for.
    """
    found = graph.waits_for(path)
    for stack in _around(graph, path):
        found |= graph.waits_for(stack)
    whole = tuple(f"{each}/" for each in found if graph.resources[each].type == STACK)
    return found | {each for each in graph.resources if whole and each.startswith(whole)}


def _around(graph: Graph, path: str) -> list[str]:
    """Return the nested stacks that a resource is in."""
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts))]
    return [each for each in above if each in graph.resources]
