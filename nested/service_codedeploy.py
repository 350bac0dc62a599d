"""Service of CodeDeploy: a service on Fargate whose revisions CodeDeploy deploys, blue/green.

CloudFormation makes it once, on a frozen revision (`parts.frozen`), and never touches it again: neither its task
definition nor its network, ports, platform or capacity may follow what a later update changes. The live revision is a
second task definition of this stack, which follows image, version, size and environment; an update registers it, and
CodeDeploy is told of it by the AppSpec that the stack gives. Whoever releases sends that one, as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import GetAtt, If, Join, Ref, Sub, Tags, Template
from troposphere.ecs import DeploymentController, LoadBalancer, Service, TaskDefinition

from nested import inputs
from nested.parts import alarms, fargate, frozen, placing, rollout, target, task, timing
from nested.parts.rules import given
from nested.parts.shifting import TESTED
from nested.parts.target import Protocol
from nested.shape import gives, needs

# Every path, always: a rule that follows a parameter would be written anew with the weights of the first day.
PATHS = ("*",)


def template(
    *,
    port: int = 8080,
    protocol: Protocol = "HTTP",
    health_path: str = "/health",
    health_interval: int = timing.TARGET_INTERVAL,
    health_command: Sequence[str] | None = None,
) -> Template:
    """Emit the service stack for one container that listens on `port` and answers 200 on `health_path`.

    The load balancer speaks `protocol` to the tasks and asks every `health_interval` seconds. Needs the network, the
    Fargate cluster, the load balancer's listeners and group, the repository, sizes and shares, AppName and AppVersion;
    gives ServiceName, TaskDefinitionArn of the live revision, AppSpec, the names of both target groups, the roles of
    the tasks, LogGroupName, UnhealthyHostsAlarm and ServerErrorsAlarm. `health_command` is as in `service`.
    Raises ValueError for a port that only root may listen on, and for a protocol that the load balancer does not speak.
    """
    if protocol not in ("HTTP", "HTTPS"):
        raise ValueError(f"protocol {protocol}: an Application Load Balancer speaks HTTP or HTTPS to its targets")
    t = Template(Description="ECS service that CodeDeploy deploys blue/green behind an Application Load Balancer")
    t.timeout_minutes = rollout.CREATION_MINUTES
    _declare(t)
    t.add_resource([task.log_group(), task.execution_role(), task.task_role(sessions=False)])
    t.add_resource(frozen.definition(port=port, protocol=protocol))
    t.add_resource(_live(port, task.health_check(port, health_path, health_command, protocol)))
    t.add_resource([target.security_group(), target.ingress(port=port), target.egress(port=port)])
    answers: dict[str, Any] = {"port": port, "health_path": health_path, "health_interval": health_interval}
    t.add_resource([target.target_group(title, protocol=protocol, **answers) for title in target.PAIR])
    t.add_resource([target.listener_rule(paths=PATHS), target.test_rule(condition=TESTED, paths=PATHS)])
    t.add_resource([alarms.unhealthy_hosts(), alarms.server_errors()])
    t.add_resource(_service(port))
    _give(t, port)
    return t


def _declare(t: Template) -> None:
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.APP_NAME, inputs.APP_VERSION)
    needs(t, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS, inputs.CLUSTER_NAME)
    task.declare(t, sessions=False)
    needs(t, inputs.LISTENER_ARN, inputs.LOAD_BALANCER_SECURITY_GROUP_ID, inputs.LOAD_BALANCER_FULL_NAME)
    needs(t, inputs.TEST_LISTENER_ARN, inputs.LISTENER_RULE_PRIORITY)
    t.add_condition(TESTED, given(inputs.TEST_LISTENER_ARN))
    placing.declare_fargate(t)


def _live(port: int, check: Any) -> TaskDefinition:
    tags = Tags(
        Project=Ref(inputs.PROJECT_NAME.name),
        Environment=Ref(inputs.ENVIRONMENT_NAME.name),
        Application=Ref(inputs.APP_NAME.name),
    )
    return task.definition(
        compatibility="FARGATE",
        ports=[task.Port("http", port, "PORT")],
        check=check,
        variables={"VERSION": Ref(inputs.APP_VERSION.name)},
        Tags=tags,
        **placing.storage("fargate"),
    )


def _service(port: int) -> Service:
    """Return the service, in which nothing but the network follows a parameter, and that one only once.

    No circuit breaker and no percentages, which only ECS's own deployments have ("DeploymentConfiguration", Amazon ECS
    API Reference), and no count, which scaling decides. Its tasks take the tags of their revision.
    """
    return Service(
        "Service",
        Cluster=Ref(inputs.CLUSTER_NAME.name),
        TaskDefinition=Ref(frozen.TITLE),
        DeploymentController=DeploymentController(Type="CODE_DEPLOY"),
        HealthCheckGracePeriodSeconds=frozen.GRACE_SECONDS,
        LoadBalancers=[
            LoadBalancer(ContainerName=frozen.CONTAINER, ContainerPort=port, TargetGroupArn=Ref(target.PRIMARY))
        ],
        NetworkConfiguration=placing.network("fargate"),
        CapacityProviderStrategy=frozen.strategy(),
        PlatformVersion=frozen.PLATFORM_VERSION,
        EnableExecuteCommand=False,
        EnableECSManagedTags=True,
        PropagateTags="TASK_DEFINITION",
        # The target groups hang on a listener, and both ways through the security groups are open.
        DependsOn=["ListenerRule", "FromLoadBalancer", "ToTasks"],
    )


def _give(t: Template, port: int) -> None:
    gives(
        t,
        {
            inputs.SERVICE_NAME: GetAtt("Service", "Name"),
            inputs.TASK_DEFINITION_ARN: Ref("TaskDefinition"),
            inputs.APP_SPEC: _app_spec(port),
            inputs.TARGET_GROUP_NAME: GetAtt(target.PRIMARY, "TargetGroupName"),
            inputs.ALTERNATE_TARGET_GROUP_NAME: GetAtt(target.ALTERNATE, "TargetGroupName"),
            inputs.TARGET_GROUP_FULL_NAME: GetAtt(target.PRIMARY, "TargetGroupFullName"),
            inputs.ALTERNATE_TARGET_GROUP_FULL_NAME: GetAtt(target.ALTERNATE, "TargetGroupFullName"),
            inputs.TASK_EXECUTION_ROLE_ARN: GetAtt("ExecutionRole", "Arn"),
            inputs.TASK_ROLE_ARN: GetAtt("TaskRole", "Arn"),
            inputs.LOG_GROUP_NAME: Ref("ApplicationLogs"),
            inputs.UNHEALTHY_HOSTS_ALARM: Ref("UnhealthyHosts"),
            inputs.SERVER_ERRORS_ALARM: Ref("ServerErrors"),
        },
    )


def _app_spec(port: int) -> Sub:
    """Return what CodeDeploy is told: the live revision, where it answers, and what it runs on.

    What an AppSpec leaves out stays as the service has it, but for the platform version, which is LATEST then
    ("AppSpec 'resources' section", AWS CodeDeploy User Guide).
    """
    shares = (
        f'{{"CapacityProvider": "{fargate.ON_DEMAND}", "Base": ${{FargateBase}}, "Weight": ${{FargateWeight}}}}, '
        f'{{"CapacityProvider": "{fargate.SPOT}", "Weight": ${{FargateSpotWeight}}}}'
    )
    network = '"Subnets": ["${Subnets}"], "SecurityGroups": ["${Group}"], "AssignPublicIp": "${Public}"'
    properties = ", ".join(
        [
            '"TaskDefinition": "${TaskDefinition}"',
            f'"LoadBalancerInfo": {{"ContainerName": "{task.CONTAINER}", "ContainerPort": {port}}}',
            f'"PlatformVersion": "{fargate.PLATFORM_VERSION}"',
            f'"NetworkConfiguration": {{"AwsvpcConfiguration": {{{network}}}}}',
            f'"CapacityProviderStrategy": [{shares}]',
        ]
    )
    service = f'{{"TargetService": {{"Type": "AWS::ECS::Service", "Properties": {{{properties}}}}}}}'
    return Sub(
        f'{{"version": 0.0, "Resources": [{service}]}}',
        Subnets=Join('", "', Ref(inputs.PRIVATE_SUBNET_IDS.name)),
        Group=GetAtt("TaskSecurityGroup", "GroupId"),
        Public=If("HasPublicIp", "ENABLED", "DISABLED"),
    )
