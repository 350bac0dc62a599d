"""CodeDeploy: the application and its one deployment group, which moves a service's traffic between two target groups.

A deployment starts the next revision behind the group without traffic, shows it on the test listener where there is
one, then moves production to it in the steps of TrafficShift. An alarm of the service, a failure or a stop takes it
back. Stack updates deploy nothing: what is released, and when, is told to CodeDeploy by the AppSpec of the service.
"""

from __future__ import annotations

from typing import Any

from troposphere import If, NoValue, Ref, Sub, Template, iam
from troposphere.codedeploy import (
    Alarm,
    AlarmConfiguration,
    Application,
    AutoRollbackConfiguration,
    BlueGreenDeploymentConfiguration,
    BlueInstanceTerminationOption,
    DeploymentGroup,
    DeploymentReadyOption,
    DeploymentStyle,
    ECSService,
    LoadBalancerInfo,
    TargetGroupInfo,
    TargetGroupPairInfo,
    TrafficRoute,
)

from nested import inputs
from nested.parts import grants
from nested.parts.permissions import Statement, allow, policy, trust
from nested.parts.rules import given
from nested.parts.shifting import TESTED
from nested.shape import gives, needs


def template() -> Template:
    """Emit the CodeDeploy stack.

    Needs the names of cluster and service, both listeners, the names of both target groups, the tasks' roles, the two
    alarms, TrafficShift, and TerminationWaitMinutes; gives CodeDeployApplicationName and DeploymentGroupName.
    """
    t = Template(Description="CodeDeploy application and deployment group of an ECS service")
    needs(t, inputs.CLUSTER_NAME, inputs.SERVICE_NAME, inputs.LOAD_BALANCER_FULL_NAME)
    needs(t, inputs.LISTENER_ARN, inputs.TEST_LISTENER_ARN)
    needs(t, inputs.TARGET_GROUP_NAME, inputs.ALTERNATE_TARGET_GROUP_NAME)
    needs(t, inputs.TASK_EXECUTION_ROLE_ARN, inputs.TASK_ROLE_ARN)
    needs(t, inputs.UNHEALTHY_HOSTS_ALARM, inputs.SERVER_ERRORS_ALARM)
    needs(t, inputs.TRAFFIC_SHIFT, inputs.TERMINATION_WAIT_MINUTES)
    t.add_condition(TESTED, given(inputs.TEST_LISTENER_ARN))
    t.add_resource([Application("Application", ComputePlatform="ECS"), _role(), _group()])
    gives(
        t,
        {
            inputs.CODE_DEPLOY_APPLICATION_NAME: Ref("Application"),
            inputs.DEPLOYMENT_GROUP_NAME: Ref("DeploymentGroup"),
        },
    )
    return t


def _group() -> DeploymentGroup:
    alarms = [Ref(each.name) for each in (inputs.UNHEALTHY_HOSTS_ALARM, inputs.SERVER_ERRORS_ALARM)]
    return DeploymentGroup(
        "DeploymentGroup",
        ApplicationName=Ref("Application"),
        ServiceRoleArn=Sub("${Role.Arn}"),
        DeploymentConfigName=Sub("CodeDeployDefault.ECS${TrafficShift}"),
        DeploymentStyle=DeploymentStyle(DeploymentType="BLUE_GREEN", DeploymentOption="WITH_TRAFFIC_CONTROL"),
        ECSServices=[
            ECSService(ClusterName=Ref(inputs.CLUSTER_NAME.name), ServiceName=Ref(inputs.SERVICE_NAME.name)),
        ],
        LoadBalancerInfo=LoadBalancerInfo(TargetGroupPairInfoList=[_pair()]),
        BlueGreenDeploymentConfiguration=BlueGreenDeploymentConfiguration(
            DeploymentReadyOption=DeploymentReadyOption(ActionOnTimeout="CONTINUE_DEPLOYMENT"),
            TerminateBlueInstancesOnDeploymentSuccess=BlueInstanceTerminationOption(
                Action="TERMINATE", TerminationWaitTimeInMinutes=Ref(inputs.TERMINATION_WAIT_MINUTES.name)
            ),
        ),
        AlarmConfiguration=AlarmConfiguration(Enabled=True, Alarms=[Alarm(Name=name) for name in alarms]),
        AutoRollbackConfiguration=AutoRollbackConfiguration(
            Enabled=True,
            Events=["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        ),
    )


def _pair() -> TargetGroupPairInfo:
    test = TrafficRoute(ListenerArns=[Ref(inputs.TEST_LISTENER_ARN.name)])
    return TargetGroupPairInfo(
        TargetGroups=[
            TargetGroupInfo(Name=Ref(each.name))
            for each in (inputs.TARGET_GROUP_NAME, inputs.ALTERNATE_TARGET_GROUP_NAME)
        ],
        ProdTrafficRoute=TrafficRoute(ListenerArns=[Ref(inputs.LISTENER_ARN.name)]),
        TestTrafficRoute=If(TESTED, test, NoValue),
    )


def _role() -> iam.Role:
    return iam.Role(
        "Role",
        Description="What CodeDeploy does to deploy the service",
        # "Cross-service confused deputy prevention", AWS CodeDeploy User Guide.
        AssumeRolePolicyDocument=trust(
            "codedeploy.amazonaws.com", when={"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
        ),
        Policies=[iam.Policy(PolicyName="Deploy", PolicyDocument=policy(*_statements()))],
    )


def _statements() -> list[Statement]:
    """Return what AWSCodeDeployRoleForECSLimited allows, of this service and this load balancer alone.

    Without SNS and S3, which nothing here uses. Hooks of an own AppSpec are called as that policy has it.
    """
    roles = [Ref(inputs.TASK_EXECUTION_ROLE_ARN.name), Ref(inputs.TASK_ROLE_ARN.name)]
    look = ["DescribeListeners", "DescribeRules", "DescribeTargetGroups"]
    return [
        allow([f"ecs:{each}" for each in _ECS_ACTIONS], [_own("ecs", each) for each in _ECS_SHAPES]),
        allow(["cloudwatch:DescribeAlarms", *(f"elasticloadbalancing:{each}" for each in look)], "*"),
        allow(
            "elasticloadbalancing:ModifyListener", _own("elasticloadbalancing", "listener/${LoadBalancerFullName}/*")
        ),
        allow(
            "elasticloadbalancing:ModifyRule", _own("elasticloadbalancing", "listener-rule/${LoadBalancerFullName}/*")
        ),
        allow("lambda:InvokeFunction", _own("lambda", "function:CodeDeployHook_*")),
        grants.pass_role(roles, "ecs-tasks.amazonaws.com"),
    ]


_ECS_ACTIONS = ("CreateTaskSet", "DeleteTaskSet", "DescribeServices", "UpdateServicePrimaryTaskSet")
_ECS_SHAPES = ("service/${ClusterName}/${ServiceName}", "task-set/${ClusterName}/${ServiceName}/*")


def _own(service: str, resource: str) -> Any:
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
