"""Task: the definition that a service runs, the roles it runs with, and where it logs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import Equals, GetAtt, If, Ref, Template
from troposphere.ecs import (
    ContainerDefinition,
    Environment,
    HealthCheck,
    KernelCapabilities,
    LinuxParameters,
    LogConfiguration,
    PortMapping,
    RuntimePlatform,
    TaskDefinition,
    Tmpfs,
    Ulimit,
)
from troposphere.iam import Policy, Role
from troposphere.logs import LogGroup

from nested import inputs
from nested.parts import bootstrap, grants, references, timing
from nested.parts.permissions import Statement, allow, policy
from nested.parts.references import NOTHING, References
from nested.parts.rules import must
from nested.shape import needs

CONTAINER = "app"

# Nobody on the host and in the image; ECS and the file system know numbers only.
USER = "10001:10001"

# The one place that stays writable, in memory, where the root file system is not.
TEMPORARY_MIB = 64

# Lines are dropped when CloudWatch is slow and this is full; blocking would stall the application instead. It is
# the size that "Preventing log loss with non-blocking mode in the AWSLogs container log driver" found no loss with.
LOG_BUFFER = "25m"

# Open files: one socket for each connection, far above what Docker gives by default.
OPEN_FILES = 65536


# USER may not listen below this.
FIRST_PORT = 1024


@dataclass(frozen=True)
class Port:
    """A port that the container listens on, and the variable by which it is told.

    Raises ValueError for a port that only root may listen on.
    """

    name: str
    number: int
    variable: str

    def __post_init__(self) -> None:
        if self.number < FIRST_PORT:
            raise ValueError(f"port {self.number}: the container's user is not root, choose {FIRST_PORT} or above")


def declare(t: Template, *, sessions: bool = True) -> None:
    """Declare what the task needs, with `sessions` of ECS Exec or without; the template needs EnvironmentName."""
    needs(t, inputs.REPOSITORY_ARN, inputs.CPU_ARCHITECTURE, inputs.IMAGE, inputs.TASK_CPU, inputs.TASK_MEMORY)
    needs(t, inputs.READ_ONLY_ROOT_FILESYSTEM, inputs.LOG_RETENTION_DAYS)
    t.add_condition("NoImage", Equals(Ref(inputs.IMAGE.name), ""))
    t.add_condition("IsReadOnly", Equals(Ref(inputs.READ_ONLY_ROOT_FILESYSTEM.name), "on"))
    if sessions:
        needs(t, inputs.EXECUTE_COMMAND)
        t.add_condition("ExecutesCommands", Equals(Ref(inputs.EXECUTE_COMMAND.name), "on"))
        t.add_rule("SessionsCanWrite", _session_rule())


def _session_rule() -> dict[str, Any]:
    # "Monitor Amazon ECS containers with ECS Exec", Amazon ECS Developer Guide: its agent writes into the container.
    writable = Equals(Ref(inputs.READ_ONLY_ROOT_FILESYSTEM.name), "off")
    text = "ExecuteCommand on needs ReadOnlyRootFilesystem off: a session of ECS Exec writes into the container"
    return must(writable, text, when=Equals(Ref(inputs.EXECUTE_COMMAND.name), "on"))


def log_group() -> LogGroup:
    """Return the application's log group, without a name: ECS cannot create it first, nor a redeployment collide."""
    return LogGroup(
        "ApplicationLogs",
        RetentionInDays=Ref(inputs.LOG_RETENTION_DAYS.name),
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )


def execution_role(reads: References = NOTHING) -> Role:
    """Return the role that ECS starts a task with: pull one repository, write one log group, read what it refers to."""
    pulls = grants.pull(Ref(inputs.REPOSITORY_ARN.name))
    logs = grants.write_logs(GetAtt("ApplicationLogs", "Arn"))
    return Role(
        "ExecutionRole",
        Description="What ECS does to start the service's tasks",
        AssumeRolePolicyDocument=grants.trust_tasks(),
        Policies=[Policy(PolicyName="StartTasks", PolicyDocument=policy(*pulls, logs)), *references.policies(reads)],
    )


def task_role(*, sessions: bool = True) -> Role:
    """Return the role of the application itself: nothing, and with ECS Exec on what a session needs."""
    session = Policy(PolicyName="ExecuteCommand", PolicyDocument=policy(*_session()))
    allowed = {"Policies": If("ExecutesCommands", [session], Ref("AWS::NoValue"))} if sessions else {}
    return Role(
        "TaskRole",
        Description="What the application may do",
        AssumeRolePolicyDocument=grants.trust_tasks(),
        **allowed,
    )


def _session() -> list[Statement]:
    # "Monitor Amazon ECS containers with ECS Exec", Amazon ECS Developer Guide: sessions are logged where the
    # container logs. The channels and the list of log groups have no resource that they could be limited to.
    channels = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
    logs = GetAtt("ApplicationLogs", "Arn")
    return [
        allow([f"ssmmessages:{each}" for each in channels] + ["logs:DescribeLogGroups"], "*"),
        allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], logs),
    ]


def definition(
    *,
    compatibility: str,
    ports: Sequence[Port],
    check: HealthCheck | If,
    reads: References = NOTHING,
    variables: Mapping[str, Any] | None = None,
    **options: Any,
) -> TaskDefinition:
    """Return the task definition for the compatibility EC2 or FARGATE, with what only one of them has as options.

    `variables` are environment variables beside those that every container has. A replaced revision stays registered,
    because a deployment that fails goes back to it. The family is the stack's name, so that revisions count up in one
    family.
    """
    return TaskDefinition(
        "TaskDefinition",
        Family=Ref("AWS::StackName"),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        RequiresCompatibilities=[compatibility],
        NetworkMode="awsvpc",
        RuntimePlatform=RuntimePlatform(
            CpuArchitecture=Ref(inputs.CPU_ARCHITECTURE.name), OperatingSystemFamily="LINUX"
        ),
        Cpu=Ref(inputs.TASK_CPU.name),
        Memory=Ref(inputs.TASK_MEMORY.name),
        ExecutionRoleArn=GetAtt("ExecutionRole", "Arn"),
        TaskRoleArn=GetAtt("TaskRole", "Arn"),
        ContainerDefinitions=[_container(ports, check, reads, variables or {})],
        **options,
    )


def _container(
    ports: Sequence[Port], check: HealthCheck | If, reads: References, variables: Mapping[str, Any]
) -> ContainerDefinition:
    none = Ref("AWS::NoValue")
    told = {**environment(ports), **variables}
    return ContainerDefinition(
        Name=CONTAINER,
        Essential=True,
        Image=If("NoImage", bootstrap.IMAGE, Ref(inputs.IMAGE.name)),
        EntryPoint=If("NoImage", bootstrap.ENTRY_POINT, none),
        Command=If("NoImage", bootstrap.command([each.number for each in ports]), none),
        User=USER,
        ReadonlyRootFilesystem=If("IsReadOnly", True, False),
        LinuxParameters=_linux(),
        Ulimits=[Ulimit(Name="nofile", SoftLimit=OPEN_FILES, HardLimit=OPEN_FILES)],
        PortMappings=[
            PortMapping(Name=each.name, ContainerPort=each.number, Protocol="tcp", AppProtocol="http") for each in ports
        ],
        Environment=[Environment(Name=name, Value=value) for name, value in told.items()],
        HealthCheck=check,
        StopTimeout=timing.STOP_TIMEOUT,
        LogConfiguration=_log_configuration(),
        **references.variables(reads),
    )


def environment(ports: Sequence[Port]) -> dict[str, Any]:
    """Return the environment variables that every container has, by name."""
    return {
        **{each.variable: str(each.number) for each in ports},
        "ENVIRONMENT": Ref(inputs.ENVIRONMENT_NAME.name),
        "KEEP_ALIVE_TIMEOUT": str(timing.KEEP_ALIVE),
        "DRAIN_TIME": str(timing.DRAIN_TIME),
        "STOP_TIMEOUT": str(timing.STOP_TIMEOUT),
    }


def _linux() -> LinuxParameters:
    # Init is process 1: it hands SIGTERM on and reaps what the application leaves.
    return LinuxParameters(
        InitProcessEnabled=True,
        Capabilities=KernelCapabilities(Drop=["ALL"]),
        Tmpfs=[Tmpfs(ContainerPath="/tmp", Size=TEMPORARY_MIB)],
    )


def health_command(port: int, health_path: str, protocol: str = "HTTP") -> list[str]:
    """Return the command that fails unless the container answers on its health path; slim images have no curl."""
    url = f"{protocol.lower()}://127.0.0.1:{port}{health_path}"
    # Without the proxy that the image or the host may name for everything else.
    handlers, names = "ProxyHandler({})", "ProxyHandler, build_opener"
    if protocol == "HTTPS":
        # As the load balancer does, which checks no target's certificate.
        handlers += ", HTTPSHandler(context=__import__('ssl')._create_unverified_context())"
        names = f"HTTPSHandler, {names}"
    ask = f"build_opener({handlers}).open('{url}', timeout={timing.HEALTH_COMMAND_TIMEOUT})"
    return ["CMD", "python", "-I", "-B", "-c", f"from urllib.request import {names}; {ask}"]


def health_check(
    port: int, health_path: str, command: Sequence[str] | None, protocol: str = "HTTP"
) -> HealthCheck | If:
    """Return the container's health check: Python in the image, or the command of an image that has no Python.

    Without a word in it there is no check. Either way the bootstrap container, which has Python, keeps its own.
    Raises ValueError for a command that does not begin as ECS wants it.
    """
    python = _checked_by(health_command(port, health_path, protocol))
    if command is None:
        return python
    if not command:
        return If("NoImage", python, Ref("AWS::NoValue"))
    # "HealthCheck", Amazon ECS API Reference.
    if command[0] not in ("CMD", "CMD-SHELL") or len(command) == 1:
        raise ValueError(f"health command {' '.join(command)!r}: begin with CMD or CMD-SHELL, then the command")
    return If("NoImage", python, _checked_by(list(command)))


def _checked_by(command: list[str]) -> HealthCheck:
    return HealthCheck(
        Command=command,
        Interval=timing.CONTAINER_INTERVAL,
        Timeout=timing.CONTAINER_TIMEOUT,
        Retries=timing.CONTAINER_RETRIES,
        StartPeriod=timing.CONTAINER_START,
    )


def _log_configuration() -> LogConfiguration:
    options = {
        "awslogs-group": Ref("ApplicationLogs"),
        "awslogs-region": Ref("AWS::Region"),
        "awslogs-stream-prefix": "task",
        "mode": "non-blocking",
        "max-buffer-size": LOG_BUFFER,
    }
    return LogConfiguration(LogDriver="awslogs", Options=options)
