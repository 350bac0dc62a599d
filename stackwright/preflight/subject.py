"""What the checks look at: one plan in one account, evaluated with what the account really has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stackwright.preflight.world import World
from stackwright.resolve.environment import Environment
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.nested import STACK, resolve

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.deploy.plan import Plan
    from stackwright.deploy.wish import Wish
    from stackwright.resolve.graph import Graph, Resource

AT_ONCE = 8  # questions to AWS
GONE = {"DELETE_COMPLETE", "DELETE_SKIPPED"}


@dataclass(frozen=True)
class Subject:
    """A plan before it is carried out.

    `graph` is what the stack will be; `held` has the physical ids of what it is already, by path; `declared` the
    root's declarations of parameters, `parameters` what is given for them; `role` is what CloudFormation will act with;
    `unresolved` is why the plan comes to nothing in the zones this account gets, in which case the graph has others;
    `deploying` is the command that deploys a blueprint to the same environment, account and region.
    """

    aws: Aws
    environment: str
    stack_name: str
    graph: Graph
    held: Mapping[str, str]
    declared: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, str]
    world: World
    deploying: Callable[[str], str]
    role: str | None = None
    unresolved: str = ""

    def resources(self, *types: str) -> list[Resource]:
        """Return what the stack will have of these types."""
        return [each for each in self.graph.resources.values() if each.type in types]

    def added(self, *types: str) -> list[Resource]:
        """Return what the plan adds of these types to what the stack holds."""
        return [each for each in self.resources(*types) if each.path not in self.held]


def make_subject(aws: Aws, wish: Wish, plan: Plan, *, deploying: Callable[[str], str]) -> Subject:
    """Return the subject of a plan; raises BadInput where the templates have no meaning in this account."""
    world = World(aws=aws, region=aws.region)
    root = wish.built.root
    previous = plan.before.parameters if plan.before else {}
    parameters = {name: previous.get(name, "") if value is None else value for name, value in plan.parameters.items()}
    # A first try that failed is taken away before: what it holds is no hindrance.
    stack = plan.before or plan.replaces
    graph, unresolved = _graph(wish, world, parameters, plan.stack_name)
    return Subject(
        aws=aws,
        environment=wish.environment,
        stack_name=plan.stack_name,
        graph=graph,
        held=held(aws, stack.id) if stack else {},
        declared=root.get("Parameters", {}),
        parameters=parameters,
        world=world,
        deploying=deploying,
        role=plan.role,
        unresolved=unresolved,
    )


def _graph(wish: Wish, world: World, parameters: Mapping[str, str], stack_name: str) -> tuple[Graph, str]:
    """Return the graph; where the account's zones do not do, that of the usual ones, and why."""
    aws = world.aws

    def resolved(world: World) -> Graph:
        return resolve(
            wish.built.root,
            wish.built.nested,
            parameters,
            region=aws.region,
            stack_name=stack_name,
            account_id=aws.account,
            environment=world,
        )

    try:
        return resolved(world), ""
    except ResolveError as error:
        usual = Environment(aws.region).zones(aws.region)
        if not world.known_zones or world.known_zones == usual:
            raise
        return resolved(replace(world, known_zones=usual)), str(error)


def held(aws: Aws, stack_id: str) -> dict[str, str]:
    """Return the physical ids of what a stack and those in it hold, by path."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(_held(aws, [("", stack_id)], pool))
    return dict(found)


def _held(aws: Aws, stacks: list[tuple[str, str]], pool: ThreadPoolExecutor) -> Iterator[tuple[str, str]]:
    """Yield path and id of everything in these stacks, all stacks of one depth at once."""
    if not stacks:
        return
    nested: list[tuple[str, str]] = []
    lists = pool.map(lambda each: aws.held(each[1]), stacks)
    for (path, _), resources in zip(stacks, lists, strict=True):
        for each in resources:
            if each.status in GONE or not each.physical_id:
                continue
            here = f"{path}{each.logical_id}"
            yield here, each.physical_id
            nested += [(f"{here}/", each.physical_id)] if each.type == STACK else []
    yield from _held(aws, nested, pool)
