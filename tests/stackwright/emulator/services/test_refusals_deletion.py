"""What AWS does not delete, and in which words it says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from stackwright.emulator.handlers import autoscaling

Client = Callable[..., Any]


def subnets(ec2: Any) -> list[str]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{zone}")
        for i, zone in enumerate("ab")
    ]
    return [each["Subnet"]["SubnetId"] for each in made]


def balancer(client: Client) -> str:
    made = client("elbv2").create_load_balancer(Name="web", Subnets=subnets(client("ec2")))
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def test_protected_load_balancer_stays(client: Client) -> None:
    elbv2, arn = client("elbv2"), balancer(client)

    def protect(value: str) -> None:
        attribute = {"Key": "deletion_protection.enabled", "Value": value}
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[attribute])

    protect("true")
    with pytest.raises(ClientError, match=r"OperationNotPermitted.*because deletion protection is enabled"):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    protect("false")
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert elbv2.describe_load_balancers()["LoadBalancers"] == []


def test_target_group_of_a_listener_stays(client: Client) -> None:
    elbv2, arn = client("elbv2"), balancer(client)
    vpc = elbv2.describe_load_balancers()["LoadBalancers"][0]["VpcId"]
    group = elbv2.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    action = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    made = elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[action])
    with pytest.raises(ClientError, match=r"ResourceInUse.*in use by a listener or a rule"):
        elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    elbv2.delete_listener(ListenerArn=made["Listeners"][0]["ListenerArn"])
    elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])


def test_target_group_of_a_rule_stays(client: Client) -> None:
    elbv2, arn = client("elbv2"), balancer(client)
    vpc = elbv2.describe_load_balancers()["LoadBalancers"][0]["VpcId"]
    group = elbv2.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    nothing = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    made = elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[nothing])
    rule = elbv2.create_rule(
        ListenerArn=made["Listeners"][0]["ListenerArn"],
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
        Priority=10,
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group["TargetGroupArn"]}]}}],
    )
    with pytest.raises(ClientError, match=r"ResourceInUse.*in use by a listener or a rule"):
        elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    elbv2.delete_rule(RuleArn=rule["Rules"][0]["RuleArn"])
    elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])


def test_network_of_an_endpoint_stays(client: Client) -> None:
    ec2 = client("ec2")
    (subnet, other), kept = subnets(ec2), "DependencyViolation.*"
    vpc = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="endpoint", Description="of it", VpcId=vpc)["GroupId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.guardduty-data",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
    )["VpcEndpoint"]["VpcEndpointId"]
    ec2.delete_subnet(SubnetId=other)
    with pytest.raises(ClientError, match=kept + subnet):
        ec2.delete_subnet(SubnetId=subnet)
    with pytest.raises(ClientError, match=kept + group):
        ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    ec2.delete_subnet(SubnetId=subnet)
    with pytest.raises(ClientError, match=kept + vpc):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)


def test_bucket_with_old_versions_stays(client: Client) -> None:
    s3 = client("s3")
    name = f"versions-{client('sts').get_caller_identity()['Account']}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="one", Body=b"1")
    s3.delete_object(Bucket=name, Key="one")
    assert "Contents" not in s3.list_objects_v2(Bucket=name)
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket=name)
    found = s3.list_object_versions(Bucket=name)
    for each in found["Versions"] + found["DeleteMarkers"]:
        s3.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
    s3.delete_bucket(Bucket=name)


def test_repository_with_images_stays_unless_forced(client: Client) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="web")
    media = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media, "config": {}, "layers": []})
    ecr.put_image(repositoryName="web", imageManifest=manifest, imageTag="one")
    with pytest.raises(ClientError, match=r"RepositoryNotEmptyException.*still contains images"):
        ecr.delete_repository(repositoryName="web")
    ecr.delete_repository(repositoryName="web", force=True)


def test_zone_with_records_stays(client: Client) -> None:
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    record = {
        "Name": "www.example.com",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }

    def change(action: str) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    change("CREATE")
    with pytest.raises(ClientError, match="HostedZoneNotEmpty"):
        route53.delete_hosted_zone(Id=zone)
    change("DELETE")
    route53.delete_hosted_zone(Id=zone)


def group(client: Client, *, protected: bool) -> str:
    ec2, autoscaling = client("ec2"), client("autoscaling")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=1,
        MaxSize=2,
        LaunchTemplate={"LaunchTemplateName": "web"},
        VPCZoneIdentifier=subnets(ec2)[0],
        NewInstancesProtectedFromScaleIn=protected,
    )
    (found,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return str(found["AutoScalingGroupARN"])


def test_group_with_instances_stays_unless_forced(client: Client) -> None:
    group(client, protected=True)
    autoscaling = client("autoscaling")
    with pytest.raises(ClientError, match=r"ResourceInUse.*while there are instances"):
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName="web")
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
    assert autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    states = [
        each["State"]["Name"]
        for reservation in client("ec2").describe_instances()["Reservations"]
        for each in reservation["Instances"]
    ]
    assert states == ["terminated"]


def test_protected_instances_outlive_a_group_of_none(client: Client) -> None:
    group(client, protected=True)
    autoscaling = client("autoscaling")
    nothing = {"AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
    autoscaling.update_auto_scaling_group(**nothing)
    (instance,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["Instances"]
    autoscaling.set_instance_protection(
        AutoScalingGroupName="web", InstanceIds=[instance["InstanceId"]], ProtectedFromScaleIn=False
    )
    autoscaling.update_auto_scaling_group(**nothing)
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="web")


def provider(client: Client) -> Any:
    ecs = client("ecs")
    arn = group(client, protected=False)
    ecs.create_capacity_provider(name="spare", autoScalingGroupProvider={"autoScalingGroupArn": arn})
    ecs.create_cluster(clusterName="web", capacityProviders=["spare"])
    return ecs


def test_capacity_provider_of_a_cluster_stays(client: Client) -> None:
    ecs = provider(client)
    stays = ecs.delete_capacity_provider(capacityProvider="spare")["capacityProvider"]
    assert stays["updateStatus"] == "DELETE_FAILED"
    assert "because it is associated with cluster: web." in stays["updateStatusReason"]
    assert ecs.describe_capacity_providers(capacityProviders=["spare"])["capacityProviders"]
    ecs.put_cluster_capacity_providers(cluster="web", capacityProviders=[], defaultCapacityProviderStrategy=[])
    ecs.delete_capacity_provider(capacityProvider="spare")
    assert not ecs.describe_capacity_providers(capacityProviders=["spare"])["capacityProviders"]


def test_capacity_provider_of_a_service_stays_in_its_cluster(client: Client) -> None:
    ecs = provider(client)
    ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": "scratch", "memory": 64, "essential": True}]
    )
    strategy = [{"capacityProvider": "spare", "weight": 1}]
    service = {"cluster": "web", "serviceName": "web"}
    ecs.create_service(**service, taskDefinition="web", desiredCount=0, capacityProviderStrategy=strategy)
    nothing: dict[str, Any] = {"capacityProviders": [], "defaultCapacityProviderStrategy": []}
    with pytest.raises(ClientError, match=r"ResourceInUseException.*is in use and cannot be removed"):
        ecs.put_cluster_capacity_providers(cluster="web", **nothing)
    ecs.delete_service(cluster="web", service="web")
    ecs.put_cluster_capacity_providers(cluster="web", **nothing)


def test_stack_deletion_fails_on_a_capacity_provider_in_use(client: Client) -> None:
    cloudformation, ecs = client("cloudformation"), client("ecs")
    properties = {"AutoScalingGroupProvider": {"AutoScalingGroupArn": group(client, protected=False)}}
    provider = {"Type": "AWS::ECS::CapacityProvider", "Properties": properties}
    body = json.dumps({"Resources": {"Spare": provider}})
    stack = cloudformation.create_stack(StackName="one", TemplateBody=body)["StackId"]
    cloudformation.get_waiter("stack_create_complete").wait(StackName="one", WaiterConfig={"Delay": 1})
    (made,) = cloudformation.list_stack_resources(StackName="one")["StackResourceSummaries"]
    ecs.create_cluster(clusterName="web", capacityProviders=[made["PhysicalResourceId"]])

    def deleted() -> str:
        cloudformation.delete_stack(StackName=stack)
        with suppress(WaiterError):
            cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
        return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])

    assert deleted() == "DELETE_FAILED"
    (event,) = [
        each
        for each in cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        if each["ResourceType"] == "AWS::ECS::CapacityProvider" and each["ResourceStatus"] == "DELETE_FAILED"
    ]
    assert "because it is associated with cluster: web." in event["ResourceStatusReason"]
    ecs.put_cluster_capacity_providers(cluster="web", capacityProviders=[], defaultCapacityProviderStrategy=[])
    assert deleted() == "DELETE_COMPLETE"


def test_scalable_target_that_is_gone_is_not_found(client: Client) -> None:
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/a/b", "ScalableDimension": "ecs:service:DesiredCount"}
    with pytest.raises(ClientError, match=r"ObjectNotFoundException.*No scalable target found"):
        client("application-autoscaling").deregister_scalable_target(**target)


def deletion(client: Client, *, protected: bool) -> str:
    """How the deletion of a stack ends that has a group of one instance."""
    cloudformation = client("cloudformation")
    image = client("ec2").describe_images()["Images"][0]["ImageId"]
    launch = {"LaunchTemplateData": {"ImageId": image, "InstanceType": "t3.micro"}}
    template = {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}
    members = {
        "MinSize": "1",
        "MaxSize": "1",
        "LaunchTemplate": template,
        "VPCZoneIdentifier": subnets(client("ec2"))[:1],
        "NewInstancesProtectedFromScaleIn": protected,
    }
    resources = {
        "Launch": {"Type": "AWS::EC2::LaunchTemplate", "Properties": launch},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": members},
    }
    body = json.dumps({"Resources": resources})
    stack = cloudformation.create_stack(StackName="one", TemplateBody=body)["StackId"]
    cloudformation.get_waiter("stack_create_complete").wait(StackName="one", WaiterConfig={"Delay": 1})
    cloudformation.delete_stack(StackName="one")
    with suppress(WaiterError):
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="one", WaiterConfig={"Delay": 1})
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return " ".join(each["ResourceStatus"] + each.get("ResourceStatusReason", "") for each in events)


def test_stack_deletion_fails_on_protected_instances(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 0.3)
    told = deletion(client, protected=True)
    assert "Group did not stabilize. {current/minSize/maxSize} group size = {1/0/0}" in told


def test_stack_deletion_takes_unprotected_instances_along(client: Client) -> None:
    assert "DELETE_FAILED" not in deletion(client, protected=False)
