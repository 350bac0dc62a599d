"""Service: everything that a deployment touches, in one stack, put together from `parts`.

Task definition and roles (`task`), the container that stands in for the first image (`bootstrap`), target groups, rules
and security groups (`target`), the alarms that a deployment rolls back on (`alarms`), and the service itself.
Port and health path are options of the build, constants of the template: a target group must never follow a parameter.
No desired count: each update would reset what scaling has decided.

A health command is what ECS runs in the container, `["CMD", ...]` or `["CMD-SHELL", ...]`: without one the image's own
Python asks the health path, and with an empty one nothing is run and the load balancer alone judges.
Secrets and values are environment variables that ECS fills when a task starts: each secret from the JSON key of its
name in the secret SecretId, each value from the SSM parameter of its name below ParameterPath. An environment that
leaves one of these two empty goes without its variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import GetAtt, If, Ref, Template
from troposphere.ec2 import SecurityGroupEgress
from troposphere.ecs import (
    HealthCheck,
    LoadBalancer,
    Service,
    TaskDefinition,
)

from nested import inputs
from nested.parts import alarms, placing, references, rollout, shifting, target, task, timing
from nested.parts.entrances import Entrance
from nested.parts.placing import Capacity
from nested.parts.references import References
from nested.shape import Input, gives, needs


def template(
    *,
    capacity: Capacity = "ec2",
    port: int = 3000,
    health_path: str = "/health",
    health_interval: int = timing.TARGET_INTERVAL,
    health_command: Sequence[str] | None = None,
    secrets: Sequence[str] = (),
    values: Sequence[str] = (),
    entrance: Entrance = "internet",
    hooks: Sequence[str] = shifting.HOOKS,
) -> Template:
    """Emit the service stack for one container that listens on `port` and answers 200 on `health_path`.

    The load balancer asks every `health_interval` seconds. Needs the network, the cluster, the load balancer's listener
    and group, the repository, and the sizes; gives ServiceName, TargetGroupFullName, AlternateTargetGroupFullName,
    LogGroupName, TaskDefinitionArn, UnhealthyHostsAlarm and ServerErrorsAlarm. With `capacity` ec2 it needs the
    cluster's capacity provider and a placement too, with fargate the shares of FARGATE and FARGATE_SPOT, storage, and
    whether tasks have public addresses; with `secrets` SecretId, with `values` ParameterPath, with either KmsKeyId.
    `entrance` is the load balancer's: with prefix-list the service needs OriginSecretArn too.
    `hooks` are the stages of a deployment at which the function LifecycleHookArn is asked, where one is given.
    Raises ValueError for a port that only root may listen on, and for a health command or variable that cannot be one.
    """
    t = Template(Description="ECS service behind an Application Load Balancer")
    t.timeout_minutes = rollout.CREATION_MINUTES
    ports = [task.Port("http", port, "PORT")]
    reads = References(tuple(secrets), tuple(values), taken=task.environment(ports))
    _declare(t, capacity, entrance, reads)
    t.add_resource([task.log_group(), task.execution_role(reads), task.task_role()])
    t.add_resource(_definition(capacity, ports, task.health_check(port, health_path, health_command), reads))
    t.add_resource([target.security_group(), target.ingress(port=port), _way_to_tasks(port)])
    answers: dict[str, Any] = {"port": port, "health_path": health_path, "health_interval": health_interval}
    t.add_resource([target.target_group(title, **answers) for title in target.PAIR])
    t.add_resource([target.listener_rule(entrance=entrance), target.test_rule(condition=shifting.TESTED)])
    t.add_resource([alarms.unhealthy_hosts(), alarms.server_errors()])
    t.add_resource(alarms.failed_tasks(rollout.FAILED_TASKS, condition=shifting.SHIFTS))
    shifting.add_to(t, hooks=hooks)
    t.add_resource(_service(capacity, port, hooks))
    gives(t, _outputs())
    return t


def _declare(t: Template, capacity: Capacity, entrance: Entrance, reads: References) -> None:
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS)
    task.declare(t)
    needs(t, inputs.CLUSTER_NAME, inputs.MINIMUM_HEALTHY_PERCENT, inputs.MAXIMUM_PERCENT)
    needs(t, inputs.LISTENER_ARN, inputs.LOAD_BALANCER_SECURITY_GROUP_ID, inputs.LOAD_BALANCER_FULL_NAME)
    needs(t, inputs.TEST_LISTENER_ARN, inputs.LISTENER_RULE_PRIORITY, inputs.PATH_PATTERNS)
    placing.declare(t, capacity)
    references.declare(t, reads)
    if entrance == "prefix-list":
        needs(t, inputs.ORIGIN_SECRET_ARN)


def _outputs() -> dict[Input, Any]:
    return {
        inputs.SERVICE_NAME: GetAtt("Service", "Name"),
        inputs.TARGET_GROUP_FULL_NAME: GetAtt(target.PRIMARY, "TargetGroupFullName"),
        inputs.ALTERNATE_TARGET_GROUP_FULL_NAME: GetAtt(target.ALTERNATE, "TargetGroupFullName"),
        inputs.LOG_GROUP_NAME: Ref("ApplicationLogs"),
        inputs.UNHEALTHY_HOSTS_ALARM: Ref("UnhealthyHosts"),
        inputs.SERVER_ERRORS_ALARM: Ref("ServerErrors"),
        inputs.TASK_DEFINITION_ARN: Ref("TaskDefinition"),
    }


def _definition(
    capacity: Capacity, ports: Sequence[task.Port], check: HealthCheck | If, reads: References
) -> TaskDefinition:
    storage = placing.storage(capacity)
    return task.definition(compatibility=capacity.upper(), ports=ports, check=check, reads=reads, **storage)


def _way_to_tasks(port: int) -> SecurityGroupEgress:
    """Return the rule that the service waits for, which itself waits for the listener's.

    The service names the listener's rule only where it shifts traffic, but it always has to wait for it.
    """
    way = target.egress(port=port)
    way.DependsOn = "ListenerRule"
    return way


def _service(capacity: Capacity, port: int, hooks: Sequence[str]) -> Service:
    return Service(
        "Service",
        Cluster=Ref(inputs.CLUSTER_NAME.name),
        TaskDefinition=Ref("TaskDefinition"),
        DeploymentConfiguration=shifting.configuration(hooks=hooks),
        HealthCheckGracePeriodSeconds=timing.HEALTH_CHECK_GRACE,
        LoadBalancers=[
            LoadBalancer(
                ContainerName=task.CONTAINER,
                ContainerPort=port,
                TargetGroupArn=Ref(target.PRIMARY),
                AdvancedConfiguration=shifting.between_groups(),
            )
        ],
        NetworkConfiguration=placing.network(capacity),
        EnableExecuteCommand=If("ExecutesCommands", True, False),
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        Tags=rollout.tags(),
        # Both ways through the security groups are open, and with the one the target groups hang on a listener.
        DependsOn=["FromLoadBalancer", "ToTasks"],
        **placing.placed(capacity),
    )
