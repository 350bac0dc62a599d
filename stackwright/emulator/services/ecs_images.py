"""Images: whether one can be pulled, and how its container would behave.

An image of the account's own registry has to be there; others count as present. The local AWS runs no container: what
one would do is told by annotations of the image's manifest (docs/local-aws.md, "Rehearse a crash").
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.ecr.models import ecr_backends
from moto.ecs.exceptions import InvalidParameterException

_OWN = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]+))?"
)
_PREFIX = "stackwright.local/"


@dataclass(frozen=True)
class Behaviour:
    """What a container of the image does: unless told otherwise it runs on, says nothing and is healthy.

    `log` are the lines it writes when it starts, `memory` is what it takes in MiB. One that is not healthy answers
    nobody; one that is not reachable answers its own health check, but not a load balancer's. One that is `broken`
    answers its health checks, and every request with a server error.
    """

    exit_code: int | None = None
    log: tuple[str, ...] = ()
    healthy: bool = True
    reachable: bool = True
    memory: int = 0
    broken: bool = False


def unpullable(image: str) -> str:
    """Return why the image cannot be pulled in the words of a stopped task, "" if it can.

    Source: "CannotPullContainer task errors in Amazon ECS", Amazon ECS Developer Guide.
    """
    own = _OWN.fullmatch(image)
    if own is None or _pushed(own.groupdict()) is not None:
        return ""
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )


def behaviour(image: str) -> Behaviour:
    """Return what the image's annotations say, refusing a number that is none."""
    own = _OWN.fullmatch(image)
    pushed = _pushed(own.groupdict()) if own else None
    told = json.loads(pushed.image_manifest).get("annotations") or {} if pushed else {}
    return Behaviour(
        exit_code=_number(told, "exit-code"),
        log=tuple(told.get(f"{_PREFIX}log", "").splitlines()),
        healthy=told.get(f"{_PREFIX}healthy") != "false",
        reachable="false" not in (told.get(f"{_PREFIX}healthy"), told.get(f"{_PREFIX}reachable")),
        memory=_number(told, "memory") or 0,
        broken=told.get(f"{_PREFIX}server-errors") == "true",
    )


def _number(told: Mapping[str, str], name: str) -> int | None:
    given = told.get(f"{_PREFIX}{name}")
    if given is None or given.isdigit():
        return None if given is None else int(given)
    raise InvalidParameterException(f"The image's annotation {_PREFIX}{name} is {given!r}, which is no number.")


def _pushed(named: dict[str, Any]) -> Any:
    repositories = ecr_backends[named["account"]][named["region"]].repositories
    repository = repositories.get(named["repository"])
    images = repository.images if repository else []
    digest, tag = named["digest"], named["tag"] or "latest"
    found = (each for each in images if (each.get_image_digest() == digest if digest else tag in each.image_tags))
    return next(found, None)
