"""A container that is taken over stays a container: no root, nothing to write to, nothing of the host's.

What is left to the image counts as root, since an image that says nothing runs as that. A container that collects the
others' logs (FireLens) has to be root, and one of Windows knows neither users by number nor capabilities. Commands into
running containers (ECS Exec) are a way in that somebody has to want. What CodeBuild runs is a container too, and root
in it by design; privileged, it has the machine below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import Deployment, at, listed, on
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE, TASK_DEFINITION

PROJECT = "AWS::CodeBuild::Project"
# "TaskDefinition", Amazon ECS API Reference: what a task can share with its instance.
_SHARED = {
    "PidMode": "sees and can end every process of the instance",
    "IpcMode": "shares memory with every process of the instance",
    "NetworkMode": "has the instance's network, its listeners and its way to the instance's credentials",
}
# Whoever has one of these has the instance.
_INSTANCE = ("/", "/etc", "/proc", "/root", "/var/run", "/run", "/var/run/docker.sock", "/run/docker.sock")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield what a task shares with its instance, what its containers may do beyond their work, and ways in."""
    for definition in deployment.of(TASK_DEFINITION):
        yield from _shared(definition)
        family = at(definition.properties, "RuntimePlatform.OperatingSystemFamily", "LINUX")
        windows = isinstance(family, str) and family.startswith("WINDOWS")
        for container in listed(definition.properties.get("ContainerDefinitions")):
            if isinstance(container, Mapping):
                yield from _privileges(definition, container)
                yield from () if windows else _confines(definition, container)
    for service in deployment.of(SERVICE):
        if on(service.properties.get("EnableExecuteCommand")):
            problem = "whoever may ecs:ExecuteCommand has a shell in its containers, with their permissions"
            mend = "set it to false; for the time that it is needed, let it be true and the file system writable"
            yield Finding(service.path, "EnableExecuteCommand", True, problem, mend)
    for project in deployment.of(PROJECT):
        if on(at(project.properties, "Environment.PrivilegedMode")):
            problem = "whoever changes what it builds can do all that root on the machine can"
            mend = "leave it out, or use a project for images and nothing else"
            yield Finding(project.path, "Environment.PrivilegedMode", True, problem, mend)


def _shared(definition: Resource) -> Iterator[Finding]:
    for name, consequence in _SHARED.items():
        if definition.properties.get(name) == "host":
            mend = "set it to awsvpc" if name == "NetworkMode" else "leave it out"
            yield Finding(definition.path, name, "host", consequence, mend)
    for index, volume in enumerate(listed(definition.properties.get("Volumes"))):
        source = at(volume, "Host.SourcePath")
        if isinstance(source, str) and (source.rstrip("/") or "/") in _INSTANCE:
            problem = "whoever can write there, or ask there, has the instance"
            mend = "give it a folder of its own, or none"
            yield Finding(definition.path, f"Volumes.{index}.Host.SourcePath", source, problem, mend)


def _privileges(definition: Resource, container: Mapping[str, Value]) -> Iterator[Finding]:
    name = container.get("Name")
    if on(container.get("Privileged")):
        problem = "it can do all that root on the instance can"
        yield Finding(definition.path, f"{name}.Privileged", True, problem, "leave it out, and add single capabilities")
    added = listed(at(container, "LinuxParameters.Capabilities.Add"))
    for each in added:
        if each in ("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "BPF"):
            problem = "it can leave the container"
            place = f"{name}.LinuxParameters.Capabilities.Add"
            yield Finding(definition.path, place, each, problem, "leave it out, or name what is needed alone")


def _confines(definition: Resource, container: Mapping[str, Value]) -> Iterator[Finding]:
    name = container.get("Name")
    user = container.get("User")
    collects_logs = "FirelensConfiguration" in container
    if not collects_logs and not is_symbolic(user) and (user is None or _root(str(user))):
        problem = (
            "it runs as root" if user is not None else "it runs as whom the image names, as root if that is silent"
        )
        yield Finding(
            definition.path, f"{name}.User", user, problem, "give a number that is not 0, such as 10001:10001"
        )
    writable = container.get("ReadonlyRootFilesystem")
    if not on(writable) and not is_symbolic(writable):
        problem = "whoever takes it over can change the program that runs, and bring others"
        mend = "set it to true, with a tmpfs or volume for what has to be written"
        yield Finding(definition.path, f"{name}.ReadonlyRootFilesystem", writable, problem, mend)
    dropped = at(container, "LinuxParameters.Capabilities.Drop")
    unknown = is_symbolic(dropped) or is_symbolic(container.get("LinuxParameters"))
    if not unknown and not collects_logs and not any(each == "ALL" or is_symbolic(each) for each in listed(dropped)):
        problem = "it keeps what Docker gives every container, raw packets and other users' files among it"
        place = f"{name}.LinuxParameters.Capabilities.Drop"
        yield Finding(definition.path, place, dropped, problem, "drop ALL, and add the ones it needs")


def _root(user: str) -> bool:
    return user.partition(":")[0] in ("", "0", "root")


RULE = Rule(
    claim="Containers run without root, without a disk to write to, and with nothing of their host.",
    why="What takes over a container then finds nothing to change, and no way on to its neighbours.",
    source="Amazon ECS task and container security best practices (Amazon ECS Developer Guide)",
    about=(TASK_DEFINITION, SERVICE, PROJECT),
    check=check,
)
