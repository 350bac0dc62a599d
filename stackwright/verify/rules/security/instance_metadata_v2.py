"""An instance gives its credentials to who holds a token only, and to no container that runs on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at, number
from stackwright.verify.interfaces import INSTANCE
from stackwright.verify.launch import LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, launch_data
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import TASK_DEFINITION
from stackwright.verify.user_data import text

# "Configure the Instance Metadata Service options", Amazon EC2 User Guide: one hop reaches the host, a second one a
# container behind the host's bridge. A token that travels further can be fetched from elsewhere.
MOST_HOPS = 2

CLUSTER = "ECS_CLUSTER"
# "Amazon ECS container agent configuration", Amazon ECS Developer Guide. Neither tokens nor hops keep a task with a
# network interface of its own from the instance's role: it is no hop away.
BLOCKED = re.compile(r"ECS_AWSVPC_BLOCK_IMDS\s*=\s*[\"']?true", re.IGNORECASE)


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield how an instance is launched where its credentials need no token, travel, or are open to tasks."""
    for each in deployment.of(LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE):
        prefix, given = launch_data(each)
        if "LaunchTemplate" in given:
            continue  # says so itself
        options = given.get("MetadataOptions")
        if not is_symbolic(options) and at(options, "HttpEndpoint") != "disabled":
            yield from _tokens(each, f"{prefix}MetadataOptions", options)
            if _has_interfaces_of_their_own(deployment):
                yield from _tasks(each, f"{prefix}UserData", given.get("UserData"))


def _has_interfaces_of_their_own(deployment: Deployment) -> bool:
    """Tell whether tasks have; where the template has none at all, those of other stacks may."""
    modes = [each.properties.get("NetworkMode", "bridge") for each in deployment.of(TASK_DEFINITION)]
    return not modes or "awsvpc" in modes or any(is_symbolic(each) for each in modes)


def _tokens(resource: Resource, name: str, options: Value) -> Iterator[Finding]:
    tokens = at(options, "HttpTokens")
    if tokens != "required" and not is_symbolic(tokens):
        problem = "whoever makes the instance fetch a page for him gets its credentials, without a token"
        yield Finding(resource.path, f"{name}.HttpTokens", tokens, problem, "set it to required")
    hops = number(at(options, "HttpPutResponseHopLimit"))
    if hops is not None and hops > MOST_HOPS:
        problem = "tokens travel further than to the containers of the instance"
        mend = "set it to 1, or to 2 where containers on the host's bridge need it"
        yield Finding(resource.path, f"{name}.HttpPutResponseHopLimit", int(hops), problem, mend)


def _tasks(resource: Resource, name: str, data: Value) -> Iterator[Finding]:
    script = text(data)
    if CLUSTER in script and not BLOCKED.search(script):
        problem = "tasks can take the instance's role instead of their own"
        yield Finding(resource.path, name, None, problem, "write ECS_AWSVPC_BLOCK_IMDS=true to /etc/ecs/ecs.config")


RULE = Rule(
    claim="Instances give their credentials for a token only, and not to the tasks that run on them.",
    why="One request that an application can be talked into would otherwise take the instance's role away.",
    source="Configure the Instance Metadata Service options (Amazon EC2 User Guide)",
    about=(LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE),
    check=check,
)
