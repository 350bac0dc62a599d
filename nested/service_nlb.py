"""Service behind a Network Load Balancer: one task with several ports, each with a listener and a target group.

The same parts as `service`, but what belongs to a load balancer: `endpoints` says which ports there are, `target_tcp`
makes what stands before them, `alarms_api` what a deployment rolls back on. Deployments are rolling only. ECS could
shift the weights of a listener's default action; that takes a second target group for each endpoint and listeners that
no update touches, and is not built (docs/blueprints.md). Endpoints are options of the build, constants of the template:
a target group must never follow a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import GetAtt, If, Ref, Template
from troposphere.ecs import HealthCheck, LoadBalancer, Service, TaskDefinition

from nested import inputs
from nested.parts import alarms_api, api_metrics, placing, rollout, target, target_tcp, task
from nested.parts import endpoints as ports
from nested.parts.api_metrics import Kind
from nested.parts.endpoints import Endpoint
from nested.parts.placing import Capacity
from nested.shape import Input, gives, needs


def template(
    *,
    capacity: Capacity = "ec2",
    endpoints: tuple[Endpoint, ...] = ports.BOTH,
    health_path: str = "/health",
    health_command: Sequence[str] | None = None,
    api: Kind = "rest",
) -> Template:
    """Emit the service stack for one container that listens on the port of each endpoint.

    ECS asks `health_path` at the first endpoint, or runs `health_command`, as in `service`; the load balancer asks each
    endpoint's own path. Needs the network, the cluster, the load balancer, the names that the metrics of an API of this
    kind go by, the repository, and the sizes; gives ServiceName, TargetGroupFullName of the first endpoint,
    LogGroupName, TaskDefinitionArn, TaskFamily, TaskRoleArn, TaskExecutionRoleArn, UnhealthyHostsAlarm and
    ServerErrorsAlarm.
    Raises ValueError for a port that only root may listen on.
    """
    t = Template(Description="ECS service behind a Network Load Balancer")
    t.timeout_minutes = rollout.CREATION_MINUTES
    _declare(t, capacity, api)
    check = task.health_check(endpoints[0].port, health_path, health_command)
    definition = _definition(capacity, endpoints, check)
    t.add_resource([task.log_group(), task.execution_role(), task.task_role(), definition])
    t.add_resource(target.security_group())
    t.add_resource([target_tcp.target_group(each) for each in endpoints])
    t.add_resource([target_tcp.listener(each) for each in endpoints])
    t.add_resource([target.ingress(each.name, port=each.port) for each in endpoints])
    t.add_resource([target.egress(each.name, port=each.port) for each in endpoints])
    t.add_resource([alarms_api.unhealthy_hosts(endpoints), alarms_api.server_errors(api)])
    t.add_resource(_service(capacity, endpoints))
    gives(t, _outputs(endpoints[0]))
    return t


def _declare(t: Template, capacity: Capacity, api: Kind) -> None:
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS)
    task.declare(t)
    needs(t, inputs.CLUSTER_NAME, inputs.MINIMUM_HEALTHY_PERCENT, inputs.MAXIMUM_PERCENT)
    needs(t, inputs.LOAD_BALANCER_ARN, inputs.LOAD_BALANCER_SECURITY_GROUP_ID, inputs.LOAD_BALANCER_FULL_NAME)
    needs(t, *api_metrics.needed(api))
    placing.declare(t, capacity)


def _outputs(first: Endpoint) -> dict[Input, Any]:
    return {
        inputs.SERVICE_NAME: GetAtt("Service", "Name"),
        inputs.TARGET_GROUP_FULL_NAME: GetAtt(target_tcp.group_of(first), "TargetGroupFullName"),
        inputs.LOG_GROUP_NAME: Ref("ApplicationLogs"),
        inputs.UNHEALTHY_HOSTS_ALARM: Ref("UnhealthyHosts"),
        inputs.SERVER_ERRORS_ALARM: Ref("ServerErrors"),
        inputs.TASK_DEFINITION_ARN: Ref("TaskDefinition"),
        inputs.TASK_FAMILY: Ref("AWS::StackName"),
        inputs.TASK_ROLE_ARN: GetAtt("TaskRole", "Arn"),
        inputs.TASK_EXECUTION_ROLE_ARN: GetAtt("ExecutionRole", "Arn"),
    }


def _definition(capacity: Capacity, endpoints: tuple[Endpoint, ...], check: HealthCheck | If) -> TaskDefinition:
    listens = [each.of_task for each in endpoints]
    return task.definition(compatibility=capacity.upper(), ports=listens, check=check, **placing.storage(capacity))


def _service(capacity: Capacity, endpoints: tuple[Endpoint, ...]) -> Service:
    return Service(
        "Service",
        Cluster=Ref(inputs.CLUSTER_NAME.name),
        TaskDefinition=Ref("TaskDefinition"),
        DeploymentConfiguration=rollout.configuration(),
        HealthCheckGracePeriodSeconds=ports.GRACE,
        LoadBalancers=[_behind(each) for each in endpoints],
        NetworkConfiguration=placing.network(capacity),
        EnableExecuteCommand=If("ExecutesCommands", True, False),
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        Tags=rollout.tags(),
        # The target groups hang on listeners, and both ways through the security groups are open.
        DependsOn=target_tcp.ways(endpoints),
        **placing.placed(capacity),
    )


def _behind(endpoint: Endpoint) -> LoadBalancer:
    group = Ref(target_tcp.group_of(endpoint))
    return LoadBalancer(ContainerName=task.CONTAINER, ContainerPort=endpoint.port, TargetGroupArn=group)
