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


def settled(client: Client, verb: str, resources: Template, stack: str = "app", **more: Any) -> str:
    cloudformation = client("cloudformation")
    name = {"StackName": stack}
    getattr(cloudformation, verb)(**name, TemplateBody=json.dumps({"Resources": resources}), **more)
    for _ in range(400):
        status: str = cloudformation.describe_stacks(**name)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(0.05)
    raise AssertionError(status)


def told(client: Client, stack: str = "app") -> list[dict[str, Any]]:
    """Return the stack's events, newest first."""
    found: list[dict[str, Any]] = client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return found


def reasons(client: Client, stack: str = "app") -> dict[str, str]:
    """Return why resources failed, by logical id."""
    events = told(client, stack)
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


def test_service_that_fails_is_known_until_the_rollback_deletes_it(client: Client) -> None:
    assert settled(client, "create_stack", unpushed()) == "ROLLBACK_COMPLETE"
    ids = {
        each["ResourceStatus"]: each["PhysicalResourceId"]
        for each in told(client)
        if each["LogicalResourceId"] == "Service"
    }
    assert ids["CREATE_FAILED"] == ids["DELETE_COMPLETE"]
    assert ids["CREATE_FAILED"].startswith("arn:aws:ecs:us-east-1:")


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
    assert reasons(client)["Targets"] == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename fixed and update the stack again."
    )
    assert settled(client, "update_stack", named(81, "another")) == "UPDATE_COMPLETE"


def test_nothing_is_made_or_lost_when_a_fixed_name_is_in_the_way(client: Client) -> None:
    elb = client("elbv2")
    settled(client, "create_stack", named(80, "fixed"))
    before = elb.describe_target_groups()["TargetGroups"]
    settled(client, "update_stack", named(81, "fixed"))
    assert elb.describe_target_groups()["TargetGroups"] == before
    events = [each["ResourceStatus"] for each in told(client) if each["LogicalResourceId"] == "Targets"]
    assert "DELETE_IN_PROGRESS" not in events


def repository() -> Template:
    return {"Repository": resource("ECR::Repository", RepositoryName="shop")}


def test_name_of_another_stacks_resource_is_taken(client: Client) -> None:
    assert settled(client, "create_stack", repository(), stack="first") == "CREATE_COMPLETE"
    assert settled(client, "create_stack", repository()) == "ROLLBACK_COMPLETE"
    (first,) = client("cloudformation").describe_stacks(StackName="first")["Stacks"]
    assert reasons(client)["Repository"] == f"shop already exists in stack {first['StackId']}"
    assert len(client("ecr").describe_repositories()["repositories"]) == 1


def test_name_of_a_resource_of_no_stack_is_taken(client: Client) -> None:
    client("ecr").create_repository(repositoryName="shop")
    assert settled(client, "create_stack", repository()) == "ROLLBACK_COMPLETE"
    assert (
        "Resource of type 'AWS::ECR::Repository' with identifier 'shop' already exists."
        in reasons(client)["Repository"]
    )
    assert "HandlerErrorCode: AlreadyExists" in reasons(client)["Repository"]
    client("ecr").delete_repository(repositoryName="shop")
    client("cloudformation").delete_stack(StackName="app")
    assert settled(client, "create_stack", repository()) == "CREATE_COMPLETE"


def certificate(zone: str, **more: Any) -> Template:
    names = [{"DomainName": "example.com", "HostedZoneId": zone}]
    kind = "CertificateManager::Certificate"
    made = resource(kind, DomainName="example.com", ValidationMethod="DNS", DomainValidationOptions=names, **more)
    return {"Certificate": made}


def undelegated(client: Client) -> str:
    """Make a hosted zone that no parent refers to; return its id."""
    route53 = client("route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="one")["HostedZone"]["Id"]
    zone: str = made.rpartition("/")[2]
    tags = [{"Key": "stackwright:delegated", "Value": "false"}]
    route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=tags)
    return zone


def test_certificate_of_a_zone_that_is_not_delegated_is_never_issued(client: Client) -> None:
    zone = undelegated(client)
    assert settled(client, "create_stack", certificate(zone)) == "ROLLBACK_COMPLETE"
    assert "Exceeded attempts to wait" in reasons(client)["Certificate"]
    cloudformation = client("cloudformation")
    cloudformation.delete_stack(StackName="app")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="app", WaiterConfig={"Delay": 1})
    tag = {"ResourceType": "hostedzone", "ResourceId": zone}
    client("route53").change_tags_for_resource(**tag, RemoveTagKeys=["stackwright:delegated"])
    assert settled(client, "create_stack", certificate(zone)) == "CREATE_COMPLETE"


def test_wildcard_waits_for_the_record_of_the_name_it_stands_under(client: Client) -> None:
    waiting = certificate(undelegated(client), SubjectAlternativeNames=["*.example.com"])
    assert settled(client, "create_stack", waiting) == "ROLLBACK_COMPLETE"


def test_certificate_says_which_record_it_waits_for(client: Client) -> None:
    settled(client, "create_stack", certificate(undelegated(client)))
    said = [each.get("ResourceStatusReason", "") for each in told(client) if each["LogicalResourceId"] == "Certificate"]
    (content,) = [each for each in said if each.startswith("Content of DNS Record is: ")]
    assert content.startswith("Content of DNS Record is: {Name: _") and ",Type: CNAME,Value: _" in content


TIMED_OUT = "Stack creation time exceeded the specified timeout"


def test_certificate_that_waits_beyond_the_stacks_timeout_is_cancelled(client: Client) -> None:
    waiting = certificate(undelegated(client))
    assert settled(client, "create_stack", waiting, TimeoutInMinutes=30) == "ROLLBACK_COMPLETE"
    assert reasons(client)["Certificate"] == "Resource creation cancelled"
    (rollback,) = [each for each in told(client) if each["ResourceStatus"] == "ROLLBACK_IN_PROGRESS"]
    assert rollback["ResourceStatusReason"] == f"{TIMED_OUT}. Rollback requested by user."
    assert client("acm").list_certificates()["CertificateSummaryList"] == []


def test_nested_stack_that_waits_beyond_its_timeout_fails(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="nested-templates")
    body = json.dumps({"Resources": certificate(undelegated(client))})
    s3.put_object(Bucket="nested-templates", Key="certificate.json", Body=body)
    url = "https://nested-templates.s3.us-east-1.amazonaws.com/certificate.json"
    nested = {"Nested": resource("CloudFormation::Stack", TemplateURL=url, TimeoutInMinutes=30)}
    assert settled(client, "create_stack", nested) == "ROLLBACK_COMPLETE"
    reason = reasons(client)["Nested"]
    assert reason.startswith("Embedded stack arn:aws:cloudformation:")
    assert reason.endswith(f" was not successfully created: {TIMED_OUT}")
