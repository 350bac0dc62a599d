"""Nothing that may have to be replaced has a name of its own: the new one would find the name taken."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.schemas import schema
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.rule import Finding, Rule

# A zone's name is what it is made for, and not required: what has to be given is known from the schema.
_NAMED_BY_NATURE = {"AWS::Route53::HostedZone"}


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each resource with a name in the template that another property can have replaced."""
    for resource in deployment.graph.resources.values():
        replacing = _replacing(resource)
        name = _name(resource, replacing)
        others = replacing - {name, *_within(resource)}
        if name is not None and others and not _has_to_have(resource.type, name):
            problem = f"a change of {', '.join(sorted(others))} replaces it, and fails because the name is taken"
            yield Finding(resource.path, name, resource.properties[name], problem, f"leave {name} out")


def _has_to_have(resource_type: str, name: str) -> bool:
    """Tell whether a name cannot be left out."""
    return resource_type in _NAMED_BY_NATURE or name in schema(resource_type).required


def _name(resource: Resource, replacing: set[str]) -> str | None:
    """Return the property that names a resource itself, if it is given; `Cluster` of a service names another."""
    noun = resource.type.rpartition("::")[2]
    return next((each for each in ("Name", f"{noun}Name", "GroupName", f"{noun}Identifier") if each in replacing), None)


def _within(resource: Resource) -> set[str]:
    """Return the properties that say inside what the name is taken: moved elsewhere, the new one finds it free."""
    return {".".join(path) for path in schema(resource.type).identifier}


def _replacing(resource: Resource) -> set[str]:
    """Return the properties in use whose change replaces the resource."""
    paths = (".".join(path) for path in schema(resource.type).create_only)
    return {path for path in paths if at(resource.properties, path.partition(".*")[0]) is not None}


RULE = Rule(
    claim="Nothing that may have to be replaced has a fixed name.",
    why="CloudFormation makes the new one before it deletes the old; with a fixed name the update can only fail.",
    source="Name Type, Update behaviors of stack resources (AWS CloudFormation User Guide)",
    about=(),
    check=check,
)
