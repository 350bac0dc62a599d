"""What a blueprint comes to in an environment: every resource, evaluated, without any account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright import console
from stackwright.params import evaluated, settings
from stackwright.regions import offline_region
from stackwright.resolve.symbols import rendered

if TYPE_CHECKING:
    from stackwright.project import Project
    from stackwright.resolve.graph import Graph


def inventory(project: Project, *, blueprint: str, environment: str, region: str | None, as_json: bool) -> int:
    """Print the resources and outputs of a blueprint with an environment's parameters."""
    where = offline_region(region)
    path = project.parameter_file(blueprint, environment)
    composed, file = project.blueprint(blueprint), project.shown(path)
    given = settings(path, composed.root, shown=file)
    graph = evaluated(composed, given, file=file, region=where, stack_name=f"{blueprint}-{environment}")
    if as_json:
        console.data(graph.to_json())
    else:
        _show(graph)
    return 0


def _show(graph: Graph) -> None:
    rows = [(path, resource.type) for path, resource in graph.resources.items()]
    console.table(("resource", "type"), rows)
    console.out()
    if graph.outputs:
        outputs = [(name, str(rendered(value))) for name, value in graph.outputs.items()]
        console.table(("output", "value"), outputs)
        console.out()
    console.out(f"{graph.stack_name}: {len(rows)} resources in {graph.region}")
