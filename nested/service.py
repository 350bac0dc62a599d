"""Service: everything that a deployment touches, in one stack, put together from `parts`.

Task definition and roles (`task`), the container that stands in for the first image (`bootstrap`), target group, rule
and security groups (`target`), the alarms that a deployment rolls back on (`alarms`), and the service itself.
Port and health path are options of the build, constants of the template: a target group must never follow a parameter.
"""

from __future__ import annotations

from typing import Any, Literal

from troposphere import Equals, GetAtt, If, Ref, Tags, Template
from troposphere.ecs import (
    AwsvpcConfiguration,
    CapacityProviderStrategyItem,
    DeploymentAlarms,
    DeploymentCircuitBreaker,
    DeploymentConfiguration,
    LoadBalancer,
    NetworkConfiguration,
    PlacementStrategy,
    Service,
    ThresholdConfiguration,
)

from nested import inputs
from nested.parts import alarms, target, task, timing
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


def template(*, capacity: Capacity = "ec2", port: int = 3000, health_path: str = "/health") -> Template:
    """Emit the service stack for one container that listens on `port` and answers 200 on `health_path`.

    Needs the network, the cluster and its capacity provider, the load balancer's listener and group, the repository,
    and the sizes; gives ServiceName, TargetGroupFullName, LogGroupName and TaskDefinitionArn. With `capacity` fargate
    there is no placement to choose. No desired count: each update would reset what scaling has decided.
    Raises ValueError for a port that only root may listen on.
    """
    if port < FIRST_PORT:
        raise ValueError(f"port {port}: the container's user is not root, choose {FIRST_PORT} or above")
    t = Template(Description="ECS service behind an Application Load Balancer")
    t.timeout_minutes = CREATION_MINUTES
    _declare(t, capacity)
    t.add_resource([task.log_group(), task.execution_role(), task.task_role()])
    t.add_resource(task.definition(compatibility=capacity.upper(), port=port, health_path=health_path))
    t.add_resource([target.security_group(), target.ingress(port=port), target.egress(port=port)])
    t.add_resource([target.target_group(port=port, health_path=health_path), target.listener_rule()])
    t.add_resource([alarms.unhealthy_hosts(), alarms.server_errors()])
    t.add_resource(_service(capacity, port))
    gives(
        t,
        {
            inputs.SERVICE_NAME: GetAtt("Service", "Name"),
            inputs.TARGET_GROUP_FULL_NAME: GetAtt("TargetGroup", "TargetGroupFullName"),
            inputs.LOG_GROUP_NAME: Ref("ApplicationLogs"),
            inputs.TASK_DEFINITION_ARN: Ref("TaskDefinition"),
        },
    )
    return t


def _declare(t: Template, capacity: Capacity) -> None:
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS)
    needs(t, inputs.REPOSITORY_ARN, inputs.CLUSTER_NAME, inputs.CAPACITY_PROVIDER_NAME, inputs.CPU_ARCHITECTURE)
    needs(t, inputs.LISTENER_ARN, inputs.LOAD_BALANCER_SECURITY_GROUP_ID, inputs.LOAD_BALANCER_FULL_NAME)
    needs(t, inputs.LISTENER_RULE_PRIORITY, inputs.PATH_PATTERNS)
    needs(t, inputs.IMAGE, inputs.TASK_CPU, inputs.TASK_MEMORY, inputs.EXECUTE_COMMAND, inputs.LOG_RETENTION_DAYS)
    needs(t, inputs.MINIMUM_HEALTHY_PERCENT, inputs.MAXIMUM_PERCENT)
    t.add_condition("NoImage", Equals(Ref(inputs.IMAGE.name), ""))
    t.add_condition("ExecutesCommands", Equals(Ref(inputs.EXECUTE_COMMAND.name), "on"))
    if capacity == "ec2":
        needs(t, inputs.PLACEMENT)
        t.add_condition("BinPacked", Equals(Ref(inputs.PLACEMENT.name), "binpack"))


def _service(capacity: Capacity, port: int) -> Service:
    return Service(
        "Service",
        Cluster=Ref(inputs.CLUSTER_NAME.name),
        TaskDefinition=Ref("TaskDefinition"),
        CapacityProviderStrategy=[
            CapacityProviderStrategyItem(CapacityProvider=Ref(inputs.CAPACITY_PROVIDER_NAME.name), Weight=1)
        ],
        DeploymentConfiguration=_deployment(),
        HealthCheckGracePeriodSeconds=timing.HEALTH_CHECK_GRACE,
        LoadBalancers=[
            LoadBalancer(ContainerName=task.CONTAINER, ContainerPort=port, TargetGroupArn=Ref("TargetGroup"))
        ],
        NetworkConfiguration=_network(),
        EnableExecuteCommand=If("ExecutesCommands", True, False),
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        Tags=_tags(),
        # The target group hangs on a listener, and both ways through the security groups are open.
        DependsOn=["ListenerRule", "FromLoadBalancer", "ToTasks"],
        **_placement(capacity),
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


def _network() -> NetworkConfiguration:
    return NetworkConfiguration(
        AwsvpcConfiguration=AwsvpcConfiguration(
            Subnets=Ref(inputs.PRIVATE_SUBNET_IDS.name),
            SecurityGroups=[GetAtt("TaskSecurityGroup", "GroupId")],
            AssignPublicIp="DISABLED",
        )
    )


def _placement(capacity: Capacity) -> dict[str, Any]:
    """Return how tasks spread: rebalancing over zones needs a strategy that begins with them, or none (Fargate).

    Source: "Balancing an Amazon ECS service across Availability Zones", Amazon ECS Developer Guide.
    """
    if capacity == "fargate":
        return {"AvailabilityZoneRebalancing": "ENABLED"}
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
