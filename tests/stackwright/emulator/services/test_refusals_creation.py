"""What AWS refuses to create is refused here, in its words, and takes the stack back; what is right passes."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
Template = dict[str, Any]


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def att(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def subnet(number: int) -> dict[str, Any]:
    zone = {"Fn::Select": [number, {"Fn::GetAZs": ""}]}
    return resource("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)


SUBNETS = [ref("One"), ref("Two")]
BREAKER = {"Enable": True, "Rollback": True}
SERVICE: Template = {
    "Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
    "One": subnet(0),
    "Two": subnet(1),
    "Node": resource(
        "EC2::LaunchTemplate", LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.medium"}
    ),
    "Group": resource(
        "AutoScaling::AutoScalingGroup",
        MinSize="0",
        MaxSize="2",
        VPCZoneIdentifier=SUBNETS,
        LaunchTemplate={"LaunchTemplateId": ref("Node"), "Version": "1"},
    ),
    "Provider": resource(
        "ECS::CapacityProvider",
        AutoScalingGroupProvider={
            "AutoScalingGroupArn": att("Group", "AutoScalingGroupARN"),
            "ManagedScaling": {"Status": "ENABLED"},
        },
    ),
    "Cluster": resource("ECS::Cluster"),
    "Joined": resource(
        "ECS::ClusterCapacityProviderAssociations",
        Cluster=ref("Cluster"),
        CapacityProviders=[ref("Provider")],
        DefaultCapacityProviderStrategy=[],
    ),
    "Repository": resource("ECR::Repository", RepositoryName="app", EmptyOnDelete=True),
    "Targets": resource("ElasticLoadBalancingV2::TargetGroup", VpcId=ref("Vpc"), Port=80, Protocol="HTTP"),
    "Balancer": resource("ElasticLoadBalancingV2::LoadBalancer", Subnets=SUBNETS),
    "Listener": resource(
        "ElasticLoadBalancingV2::Listener",
        LoadBalancerArn=ref("Balancer"),
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": ref("Targets")}],
    ),
    "Task": resource(
        "ECS::TaskDefinition",
        Family="app",
        NetworkMode="awsvpc",
        Cpu="256",
        Memory="512",
        ContainerDefinitions=[{"Name": "app", "Image": "python:3", "PortMappings": [{"ContainerPort": 80}]}],
    ),
    "Service": {
        **resource(
            "ECS::Service",
            Cluster=ref("Cluster"),
            TaskDefinition=ref("Task"),
            CapacityProviderStrategy=[{"CapacityProvider": ref("Provider"), "Weight": 1}],
            DeploymentConfiguration={"DeploymentCircuitBreaker": BREAKER},
            NetworkConfiguration={"AwsvpcConfiguration": {"Subnets": SUBNETS}},
            LoadBalancers=[{"ContainerName": "app", "ContainerPort": 80, "TargetGroupArn": ref("Targets")}],
        ),
        "DependsOn": ["Listener", "Joined", "Repository"],
    },
}


def changed(name: str, **properties: Any) -> Template:
    template = copy.deepcopy(SERVICE)
    template[name]["Properties"] |= properties
    return template


def unpushed() -> Template:
    uri = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/app:none"
    return changed("Task", ContainerDefinitions=[{"Name": "app", "Image": {"Fn::Sub": uri}}])


def unheard() -> Template:
    """The service does not wait for the listener, which comes after it."""
    template = copy.deepcopy(SERVICE)
    template["Service"]["DependsOn"].remove("Listener")
    template["Listener"]["DependsOn"] = "Service"
    return template


def settled(client: Client, verb: str, resources: Template) -> str:
    cloudformation = client("cloudformation")
    name = {"StackName": "app"}
    getattr(cloudformation, verb)(**name, TemplateBody=json.dumps({"Resources": resources}))
    for _ in range(400):
        status: str = cloudformation.describe_stacks(**name)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(0.05)
    raise AssertionError(status)


def reasons(client: Client) -> dict[str, str]:
    """Return why resources failed, by logical id."""
    events = client("cloudformation").describe_stack_events(StackName="app")["StackEvents"]
    return {
        each["LogicalResourceId"]: each["ResourceStatusReason"]
        for each in reversed(events)
        if each["ResourceStatus"] in ("CREATE_FAILED", "UPDATE_FAILED")
    }


def test_service_that_can_start_passes(client: Client) -> None:
    assert settled(client, "create_stack", SERVICE) == "CREATE_COMPLETE"


CIRCUIT = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (unheard(), "does not have an associated load balancer."),
        (unpushed(), CIRCUIT),
        (changed("Task", Memory="8192"), CIRCUIT),
        (changed("Service", DesiredCount=5), CIRCUIT),
        (changed("Service", DesiredCount=5, DeploymentConfiguration={}), "Exceeded attempts to wait"),
    ],
    ids=["no listener", "no image", "no memory", "no interfaces", "no circuit breaker"],
)
def test_service_that_cannot_start_is_refused(client: Client, template: Template, reason: str) -> None:
    assert settled(client, "create_stack", template) == "ROLLBACK_COMPLETE"
    assert reason in reasons(client)["Service"]


def test_failed_deployment_takes_the_update_back(client: Client) -> None:
    assert settled(client, "create_stack", SERVICE) == "CREATE_COMPLETE"
    assert settled(client, "update_stack", unpushed()) == "UPDATE_ROLLBACK_COMPLETE"
    assert CIRCUIT in reasons(client)["Service"]
    ecs = client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    (service,) = ecs.describe_services(cluster=cluster, services=ecs.list_services(cluster=cluster)["serviceArns"])[
        "services"
    ]
    assert service["runningCount"] == 1
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert definition["containerDefinitions"][0]["image"] == "python:3"


def addresses(count: int) -> Template:
    return {f"Address{n}": resource("EC2::EIP", Domain="vpc") for n in range(count)}


def test_five_addresses_pass_and_a_sixth_is_refused(client: Client) -> None:
    assert settled(client, "create_stack", addresses(5)) == "CREATE_COMPLETE"
    assert settled(client, "update_stack", addresses(6)) == "UPDATE_ROLLBACK_COMPLETE"
    assert "The maximum number of addresses has been reached." in reasons(client)["Address5"]
    with pytest.raises(ClientError, match="AddressLimitExceeded"):
        client("ec2").allocate_address(Domain="vpc")
    client("ec2", "eu-west-1").allocate_address(Domain="vpc")


def named(port: int, name: str) -> Template:
    network = {"Vpc": SERVICE["Vpc"]}
    group = resource("ElasticLoadBalancingV2::TargetGroup", Name=name, VpcId=ref("Vpc"), Port=port, Protocol="HTTP")
    return {**network, "Targets": group}


def test_fixed_name_is_still_taken_when_its_resource_is_replaced(client: Client) -> None:
    assert settled(client, "create_stack", named(80, "fixed")) == "CREATE_COMPLETE"
    assert settled(client, "update_stack", named(81, "fixed")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "already exists" in reasons(client)["Targets"]
    assert settled(client, "update_stack", named(81, "another")) == "UPDATE_COMPLETE"


def certificate(zone: str) -> Template:
    names = [{"DomainName": "example.com", "HostedZoneId": zone}]
    kind = "CertificateManager::Certificate"
    made = resource(kind, DomainName="example.com", ValidationMethod="DNS", DomainValidationOptions=names)
    return {"Certificate": made}


def test_certificate_of_a_zone_that_is_not_delegated_is_never_issued(client: Client) -> None:
    route53 = client("route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="one")["HostedZone"]["Id"]
    zone = made.rpartition("/")[2]
    tag = {"ResourceType": "hostedzone", "ResourceId": zone}
    route53.change_tags_for_resource(**tag, AddTags=[{"Key": "stackwright:delegated", "Value": "false"}])
    assert settled(client, "create_stack", certificate(zone)) == "ROLLBACK_COMPLETE"
    assert "Exceeded attempts to wait" in reasons(client)["Certificate"]
    cloudformation = client("cloudformation")
    cloudformation.delete_stack(StackName="app")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="app", WaiterConfig={"Delay": 1})
    route53.change_tags_for_resource(**tag, RemoveTagKeys=["stackwright:delegated"])
    assert settled(client, "create_stack", certificate(zone)) == "CREATE_COMPLETE"
