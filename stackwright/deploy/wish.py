"""What is wanted, before AWS is asked: rendered files, checked parameters, tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackwright.params import evaluated, settings
from stackwright.publish import Built, read_built
from stackwright.render import render

if TYPE_CHECKING:
    from stackwright.compose import Blueprint
    from stackwright.project import Project
    from stackwright.render import Rendered

# What others find in SSM is written by these; rendered flat, deployed in this order.
BOOTSTRAP = ("account", "region")


@dataclass(frozen=True)
class Wish:
    """One blueprint in one environment."""

    made: Blueprint
    built: Built
    rendered: Rendered
    environment: str
    parameters: dict[str, str]
    tags: dict[str, str]


def make_wish(project: Project, blueprint: str, environment: str, *, region: str) -> Wish:
    """Render a blueprint and read its environment's parameters; raises BadInput for either."""
    path = project.parameter_file(blueprint, environment)
    made = project.blueprint(blueprint)
    (rendered,) = render([made], project.build)
    built = read_built(project.build, blueprint)
    shown = project.shown(path)
    given = settings(path, built.root, shown=shown)
    # The template's Rules speak here: CloudFormation would only once the change set is made.
    evaluated(made, given, file=shown, region=region, stack_name=f"{blueprint}-{environment}")
    return Wish(made, built, rendered, environment, given.parameters, given.tags)
