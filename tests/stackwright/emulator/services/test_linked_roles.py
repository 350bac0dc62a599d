"""What a fresh account refuses once: the first call of each service that works by a service-linked role."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from nested import service_linked_roles
from stackwright.emulator.services import linked_roles

Client = Callable[..., Any]
PARAMETERS = Path(__file__).parents[4] / "params" / "account"
SCALING = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}


def cluster(client: Client) -> None:
    client("ecs").create_cluster(clusterName="web")


def balancer(client: Client) -> None:
    ec2 = client("ec2")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]
    client("elbv2").create_load_balancer(Name="web", Subnets=subnets)


def group(client: Client) -> None:
    ec2 = client("ec2")
    data = {"ImageId": ec2.describe_images()["Images"][0]["ImageId"], "InstanceType": "t3.micro"}
    if not ec2.describe_launch_templates()["LaunchTemplates"]:
        ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=0,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateName": "web"},
        AvailabilityZones=["us-east-1a"],
    )


def target(client: Client) -> None:
    linked_roles.found(client("sts").get_caller_identity()["Account"], linked_roles.ECS)
    ecs = client("ecs")
    if not ecs.list_task_definitions()["taskDefinitionArns"]:
        ecs.create_cluster(clusterName="web")
        containers = [{"name": "web", "image": "scratch", "memory": 64, "essential": True}]
        ecs.register_task_definition(family="web", containerDefinitions=containers)
        ecs.create_service(cluster="web", serviceName="web", taskDefinition="web", desiredCount=0)
    resource = {**SCALING, "ResourceId": "service/web/web"}
    client("application-autoscaling").register_scalable_target(**resource, MinCapacity=0, MaxCapacity=1)


FIRST = {
    "AWSServiceRoleForECS": (cluster, r"InvalidParameterException.*Unable to assume the service linked role\. Please"),
    "AWSServiceRoleForElasticLoadBalancing": (balancer, r"AccessDenied.*iam:CreateServiceLinkedRole on resource: arn"),
    "AWSServiceRoleForAutoScaling": (group, r"ValidationError.*Access denied when attempting to assume role arn"),
    "AWSServiceRoleForApplicationAutoScaling_ECSService": (
        target,
        r"ValidationException.*Unable to assume IAM role: arn:aws:iam::\d{12}:role/aws-service-role/"
        r"ecs\.application-autoscaling\.amazonaws\.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
    ),
}


def roles(client: Client) -> list[str]:
    found = client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return [each["RoleName"] for each in found]


@pytest.mark.parametrize("role", FIRST)
@pytest.mark.filterwarnings("ignore:Exception.ELBClientError")
def test_first_use_is_refused_and_the_second_goes_through(fresh: Client, role: str) -> None:
    use, refusal = FIRST[role]
    with pytest.raises(ClientError, match=refusal):
        use(fresh)
    assert role in roles(fresh)
    use(fresh)
    assert roles(fresh).count(role) == 1


def test_target_group_brings_the_role_of_load_balancing(fresh: Client) -> None:
    vpc = fresh("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    fresh("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    balancer(fresh)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_accounts_parameters_make_what_the_others_need(fresh: Client, environment: str) -> None:
    template = service_linked_roles.template().to_dict()
    given = json.loads((PARAMETERS / f"{environment}.json").read_text())["Parameters"]
    parameters = [{"ParameterKey": name, "ParameterValue": given[name]} for name in template["Parameters"]]
    cloudformation = fresh("cloudformation")
    cloudformation.create_stack(StackName="account", TemplateBody=json.dumps(template), Parameters=parameters)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="account", WaiterConfig={"Delay": 1})
    assert set(roles(fresh)) == set(FIRST)
    for use, _ in FIRST.values():
        use(fresh)
