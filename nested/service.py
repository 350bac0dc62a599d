"""Service: everything that a deployment touches, in one stack, put together from `parts`.

Task definition and roles (`task`), the container that stands in for the first image (`bootstrap`), target group, rule
and security groups (`target`), the alarms that a deployment rolls back on (`alarms`), and the service itself.
Port and health path are options of the build, constants of the template: a target group must never follow a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from troposphere import Equals, GetAtt, If, Not, NoValue, Ref, Tags, Template
from troposphere.ecs import (
    AwsvpcConfiguration,
    CapacityProviderStrategyItem,
    DeploymentAlarms,
    DeploymentCircuitBreaker,
    DeploymentConfiguration,
    EphemeralStorage,
    HealthCheck,
    LoadBalancer,
    NetworkConfiguration,
    PlacementStrategy,
    Service,
    TaskDefinition,
    ThresholdConfiguration,
)

from nested import inputs
from nested.parts import alarms, fargate, target, task, timing
from nested.shape import gives, needs

Capacity = Literal["ec2", "fargate"]

# Longest that the creation of this stack may take: instances that have to be launched first, and the tasks that the
# circuit breaker lets fail. It covers creation only; updates end by circuit breaker and alarms.
CREATION_MINUTES = 30

# The first failure of a deployment may be an accident, the second ends it. By default it would be the third at the
# earliest, and one healthy moment would start the count anew, so that a crash loop goes on for hours.
FAILED_TASKS = 2

# A numeric user that is not root may not listen below this.
FIRST_PORT = 1024


def template(
    *,
    capacity: Capacity = "ec2",
    port: int = 3000,
    health_path: str = "/health",
    health_interval: int = timing.TARGET_INTERVAL,
    health_command: Sequence[str] | None = None,
) -> Template:
    """Emit the service stack for one container that listens on `port` and answers 200 on `health_path`.

    The load balancer asks every `health_interval` seconds. Needs the network, the cluster, the load balancer's listener
    and group, the repository, and the sizes; gives ServiceName, TargetGroupFullName, LogGroupName, TaskDefinitionArn,
    UnhealthyHostsAlarm and ServerErrorsAlarm. With `capacity` ec2 it needs the cluster's capacity provider and a
    placement too, with fargate the shares of FARGATE and FARGATE_SPOT, storage, and whether tasks have public
    addresses. No desired count: each update would reset what scaling has decided.
    `health_command` is what ECS runs in the container, `["CMD", ...]` or `["CMD-SHELL", ...]`: without one the image's
    own Python asks `health_path`, and with an empty one nothing is run and the load balancer alone judges.
    Raises ValueError for a port that only root may listen on, and for a health command of another form.
    """
    if port < FIRST_PORT:
        raise ValueError(f"port {port}: the container's user is not root, choose {FIRST_PORT} or above")
    t = Template(Description="ECS service behind an Application Load Balancer")
    t.timeout_minutes = CREATION_MINUTES
    _declare(t, capacity)
    t.add_resource([task.log_group(), task.execution_role(), task.task_role()])
    t.add_resource(_definition(capacity, port, task.health_check(port, health_path, health_command)))
    t.add_resource([target.security_group(), target.ingress(port=port), target.egress(port=port)])
    t.add_resource(target.target_group(port=port, health_path=health_path, health_interval=health_interval))
    t.add_resource(target.listener_rule())
    t.add_resource([alarms.unhealthy_hosts(), alarms.server_errors()])
    t.add_resource(_service(capacity, port))
    gives(
        t,
        {
            inputs.SERVICE_NAME: GetAtt("Service", "Name"),
            inputs.TARGET_GROUP_FULL_NAME: GetAtt("TargetGroup", "TargetGroupFullName"),
            inputs.LOG_GROUP_NAME: Ref("ApplicationLogs"),
            inputs.UNHEALTHY_HOSTS_ALARM: Ref("UnhealthyHosts"),
            inputs.SERVER_ERRORS_ALARM: Ref("ServerErrors"),
            inputs.TASK_DEFINITION_ARN: Ref("TaskDefinition"),
        },
    )
    return t


def _declare(t: Template, capacity: Capacity) -> None:
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS)
    needs(t, inputs.REPOSITORY_ARN, inputs.CLUSTER_NAME, inputs.CPU_ARCHITECTURE)
    needs(t, inputs.LISTENER_ARN, inputs.LOAD_BALANCER_SECURITY_GROUP_ID, inputs.LOAD_BALANCER_FULL_NAME)
    needs(t, inputs.LISTENER_RULE_PRIORITY, inputs.PATH_PATTERNS)
    needs(t, inputs.IMAGE, inputs.TASK_CPU, inputs.TASK_MEMORY, inputs.LOG_RETENTION_DAYS)
    needs(t, inputs.EXECUTE_COMMAND, inputs.READ_ONLY_ROOT_FILESYSTEM)
    needs(t, inputs.MINIMUM_HEALTHY_PERCENT, inputs.MAXIMUM_PERCENT)
    t.add_condition("NoImage", Equals(Ref(inputs.IMAGE.name), ""))
    t.add_condition("ExecutesCommands", Equals(Ref(inputs.EXECUTE_COMMAND.name), "on"))
    t.add_condition("IsReadOnly", Equals(Ref(inputs.READ_ONLY_ROOT_FILESYSTEM.name), "on"))
    t.add_rule("SessionsCanWrite", _session_rule())
    if capacity == "ec2":
        needs(t, inputs.CAPACITY_PROVIDER_NAME, inputs.PLACEMENT)
        t.add_condition("BinPacked", Equals(Ref(inputs.PLACEMENT.name), "binpack"))
    else:
        _declare_fargate(t)


def _declare_fargate(t: Template) -> None:
    needs(t, inputs.FARGATE_BASE, inputs.FARGATE_WEIGHT, inputs.FARGATE_SPOT_WEIGHT)
    needs(t, inputs.EPHEMERAL_STORAGE, inputs.ASSIGN_PUBLIC_IP)
    t.add_condition("HasMoreStorage", Not(Equals(Ref(inputs.EPHEMERAL_STORAGE.name), inputs.EPHEMERAL_STORAGE.default)))
    t.add_condition("HasPublicIp", Equals(Ref(inputs.ASSIGN_PUBLIC_IP.name), "on"))
    fargate.add_size_rules(t)
    fargate.add_weights_rule(t)


def _session_rule() -> dict[str, Any]:
    # "Monitor Amazon ECS containers with ECS Exec", Amazon ECS Developer Guide: its agent writes into the container.
    writable = Equals(Ref(inputs.READ_ONLY_ROOT_FILESYSTEM.name), "off")
    text = "ExecuteCommand on needs ReadOnlyRootFilesystem off: a session of ECS Exec writes into the container"
    return {
        "RuleCondition": Equals(Ref(inputs.EXECUTE_COMMAND.name), "on"),
        "Assertions": [{"Assert": writable, "AssertDescription": text}],
    }


def _definition(capacity: Capacity, port: int, check: HealthCheck | If) -> TaskDefinition:
    options = {}
    if capacity == "fargate":
        # What every task has cannot be asked for: the least to ask for is one more.
        storage = EphemeralStorage(SizeInGiB=Ref(inputs.EPHEMERAL_STORAGE.name))
        options["EphemeralStorage"] = If("HasMoreStorage", storage, NoValue)
    return task.definition(compatibility=capacity.upper(), port=port, check=check, **options)


def _service(capacity: Capacity, port: int) -> Service:
    return Service(
        "Service",
        Cluster=Ref(inputs.CLUSTER_NAME.name),
        TaskDefinition=Ref("TaskDefinition"),
        DeploymentConfiguration=_deployment(),
        HealthCheckGracePeriodSeconds=timing.HEALTH_CHECK_GRACE,
        LoadBalancers=[
            LoadBalancer(ContainerName=task.CONTAINER, ContainerPort=port, TargetGroupArn=Ref("TargetGroup"))
        ],
        NetworkConfiguration=_network(capacity),
        EnableExecuteCommand=If("ExecutesCommands", True, False),
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        Tags=_tags(),
        # The target group hangs on a listener, and both ways through the security groups are open.
        DependsOn=["ListenerRule", "FromLoadBalancer", "ToTasks"],
        **_capacity(capacity),
    )


def _deployment() -> DeploymentConfiguration:
    return DeploymentConfiguration(
        MinimumHealthyPercent=Ref(inputs.MINIMUM_HEALTHY_PERCENT.name),
        MaximumPercent=Ref(inputs.MAXIMUM_PERCENT.name),
        DeploymentCircuitBreaker=DeploymentCircuitBreaker(
            Enable=True,
            Rollback=True,
            ResetOnHealthyTask=False,
            ThresholdConfiguration=ThresholdConfiguration(Type="COUNT", Value=FAILED_TASKS),
        ),
        Alarms=DeploymentAlarms(AlarmNames=[Ref("UnhealthyHosts"), Ref("ServerErrors")], Enable=True, Rollback=True),
    )


def _network(capacity: Capacity) -> NetworkConfiguration:
    public = If("HasPublicIp", "ENABLED", "DISABLED") if capacity == "fargate" else "DISABLED"
    return NetworkConfiguration(
        AwsvpcConfiguration=AwsvpcConfiguration(
            Subnets=Ref(inputs.PRIVATE_SUBNET_IDS.name),
            SecurityGroups=[GetAtt("TaskSecurityGroup", "GroupId")],
            AssignPublicIp=public,
        )
    )


def _capacity(capacity: Capacity) -> dict[str, Any]:
    """Return what tasks run on, and how they spread over zones: Fargate does it by itself and takes no placement."""
    if capacity == "ec2":
        provider = Ref(inputs.CAPACITY_PROVIDER_NAME.name)
        only = CapacityProviderStrategyItem(CapacityProvider=provider, Weight=1)
        return {"CapacityProviderStrategy": [only]} | _placement()
    return {
        "CapacityProviderStrategy": fargate.strategy(CapacityProviderStrategyItem),
        "PlatformVersion": fargate.PLATFORM_VERSION,
        "AvailabilityZoneRebalancing": "ENABLED",
    }


def _placement() -> dict[str, Any]:
    """Return how tasks spread over instances: rebalancing over zones needs a strategy that begins with them.

    Source: "Balancing an Amazon ECS service across Availability Zones", Amazon ECS Developer Guide.
    """
    packed = [PlacementStrategy(Type="binpack", Field="cpu")]
    zones = PlacementStrategy(Type="spread", Field="attribute:ecs.availability-zone")
    spread = [zones, PlacementStrategy(Type="spread", Field="instanceId")]
    return {
        "PlacementStrategies": If("BinPacked", packed, spread),
        "AvailabilityZoneRebalancing": If("BinPacked", "DISABLED", "ENABLED"),
    }


def _tags() -> Tags:
    # Tasks take the service's tags; those of the stack alone would miss a deployment that gives none.
    return Tags(Project=Ref(inputs.PROJECT_NAME.name), Environment=Ref(inputs.ENVIRONMENT_NAME.name))
