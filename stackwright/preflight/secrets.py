"""Secrets that a plan refers to: in what ECS hands to containers, and in dynamic references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackwright.preflight.asking import items, members
from stackwright.resolve.symbols import symbols_in

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource

DYNAMIC = "secretsmanager:"


@dataclass(frozen=True)
class Reference:
    """One secret that something reads: in Secrets Manager, or with `parameter` in SSM.

    `region` is empty for the stack's own; `key` is the member of a secret that is JSON, `stage` and `version` which
    of its values.
    """

    path: str
    name: str
    region: str = ""
    parameter: bool = False
    key: str = ""
    stage: str = ""
    version: str = ""


def references(subject: Subject) -> list[Reference]:
    """Return every secret whose name is known before AWS makes it, each once."""
    found = [each for task in subject.resources("AWS::ECS::TaskDefinition") for each in _of_containers(task)]
    for resource in subject.graph.resources.values():
        paths = (symbol.path for symbol in symbols_in(resource.properties))
        found += [_dynamic(resource.path, path) for path in paths if path.startswith(DYNAMIC)]
    return list(dict.fromkeys(found))


def _of_containers(task: Resource) -> Iterator[Reference]:
    """Read ValueFrom as "Pass Secrets Manager secrets through Amazon ECS environment variables" has it."""
    for container in map(members, items(task.properties.get("ContainerDefinitions"))):
        options = members(container.get("LogConfiguration")).get("SecretOptions")
        given: list[Any] = [
            members(each).get("ValueFrom") for each in (*items(container.get("Secrets")), *items(options))
        ]
        given.append(members(container.get("RepositoryCredentials")).get("CredentialsParameter"))
        yield from (_value_from(task.path, each) for each in given if isinstance(each, str))


def _value_from(path: str, value: str) -> Reference:
    parts = value.split(":")
    if parts[0] != "arn":
        return Reference(path, value, parameter=True)
    if parts[2] == "ssm":
        return Reference(path, value.partition(":parameter")[2], region=parts[3], parameter=True)
    key, stage, version = (*parts[7:], "", "", "")[:3]
    return Reference(path, ":".join(parts[:7]), region=parts[3], key=key, stage=stage, version=version)


def _dynamic(path: str, symbol: str) -> Reference:
    """Read `secretsmanager:id:SecretString:key:stage:version`, the id being a name or an ARN."""
    name, _, rest = symbol.removeprefix(DYNAMIC).partition(":SecretString")
    key, stage, version = (*rest.removeprefix(":").split(":"), "", "", "")[:3]
    region = name.split(":")[3] if name.startswith("arn:") else ""
    return Reference(path, name, region=region, key=key, stage=stage, version=version)
