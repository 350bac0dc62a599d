"""`destroy` killed at every stage, and interrupted while it waits: the same command again ends with nothing left."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.account_numbers import account_id
from support.accounts import Account, Project
from support.tripwires import Point, Tripwire

from stackwright.deploy.destroy import DOING
from stackwright.emulator.server import LocalAws

REPOSITORY = Path(__file__).parents[2]
STACK = "shop-dev"
KEEPING = ("destroy", "shop", "dev", "--yes", "--unprotect")
DESTROY = (*KEEPING, "--delete-data")
BLUEPRINT = """
from nested import ecr
from stackwright.compose import compose

BLUEPRINTS = {"shop": lambda: compose("shop", description="Only its name counts", registry=ecr.template())}
"""
KEPT = {"DeletionPolicy": "Retain"}
MEDIA = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": MEDIA, "config": {}, "layers": []})
ROLES = ("ecs", "elasticloadbalancing", "autoscaling", "ecs.application-autoscaling")
# Each kind of step by the request that does it; the rest is the deletion itself and the watching of it.
STAGES = {
    "deregister": Point("DeregisterScalableTarget"),
    "drain": Point("UpdateService"),
    "release": Point("UpdateAutoScalingGroup"),
    "clear network": Point("DeleteVpcEndpoints"),
    "the group after its endpoint": Point("DeleteSecurityGroup"),
    "unprotect": Point("ModifyLoadBalancerAttributes"),
    "empty bucket": Point("DeleteObjects"),
    "empty registry": Point("BatchDeleteImage"),
    "termination protection": Point("UpdateTerminationProtection"),
    "the deletion": Point("DeleteStack"),
    "while it is deleted": Point("DescribeStackEvents", about="arn:aws:cloudformation", nth=2),
    "strays": Point("DeleteLogGroup", about="containerinsights"),
    "revisions": Point("DeregisterTaskDefinition"),
    "delete bucket": Point("DeleteBucket"),
    "delete registry": Point("DeleteRepository"),
    "delete log group": Point("DeleteLogGroup", about="shop-dev-Logs"),
}
# Apart, because a zone that goes has every region asked for its certificates, in each run.
ZONES = {
    "clear zone": Point("ChangeResourceRecordSets"),
    "delete zone": Point("DeleteHostedZone"),
}
# Where only validation records may go, which is without --delete-data.
VALIDATION = {"empty zone": Point("ChangeResourceRecordSets")}
# Where the same request once more is another case for AWS; of what is waited for, see WAITING.
UNHEARD = ("deregister", "termination protection", "the deletion", "strays", "revisions", "delete registry")
WAITING = {
    "stop the tasks of Service": Point("DescribeServices", nth=2, served=True),
    "end the instances of Fleet": Point("DescribeAutoScalingGroups", nth=2, served=True),
    "delete the endpoint and group": Point("DescribeVpcEndpoints", nth=3, served=True),
    "the deletion": Point("DescribeStackEvents", about="arn:aws:cloudformation", nth=2, served=True),
    "delete with every version of every object Archive": Point("DeleteBucket", served=True),
}


def _typed(kind: str, /, *, policy: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties, **(policy or {})}


def _subnet(number: int, zone: str) -> dict[str, Any]:
    return _typed("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)


def resources(image: str) -> dict[str, Any]:
    """One of everything that takes a step of its own."""
    container = {"Name": "app", "Image": "public.ecr.aws/docker/library/python:3", "Memory": 64}
    strategy = [{"CapacityProvider": {"Ref": "Provider"}, "Weight": 1}]
    attribute = {"Key": "deletion_protection.enabled", "Value": "true"}
    return {
        "Vpc": _typed("EC2::VPC", CidrBlock="10.0.0.0/16"),
        "One": _subnet(1, "us-east-1a"),
        "Two": _subnet(2, "us-east-1b"),
        "Balancer": _typed(
            "ElasticLoadBalancingV2::LoadBalancer",
            Subnets=[{"Ref": "One"}, {"Ref": "Two"}],
            LoadBalancerAttributes=[attribute],
        ),
        "Launch": _typed("EC2::LaunchTemplate", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}),
        "Fleet": _typed(
            "AutoScaling::AutoScalingGroup",
            MinSize="1",
            MaxSize="1",
            LaunchTemplate={"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"},
            VPCZoneIdentifier=[{"Ref": "One"}],
            NewInstancesProtectedFromScaleIn=True,
        ),
        "Provider": _typed(
            "ECS::CapacityProvider",
            AutoScalingGroupProvider={
                "AutoScalingGroupArn": {"Ref": "Fleet"},
                "ManagedScaling": {"Status": "ENABLED"},
                "ManagedTerminationProtection": "ENABLED",
            },
        ),
        "Cluster": _typed("ECS::Cluster"),
        "Association": _typed(
            "ECS::ClusterCapacityProviderAssociations",
            Cluster={"Ref": "Cluster"},
            CapacityProviders=[{"Ref": "Provider"}],
            DefaultCapacityProviderStrategy=strategy,
        ),
        "Task": _typed("ECS::TaskDefinition", ContainerDefinitions=[container]),
        "Service": {
            **_typed(
                "ECS::Service",
                Cluster={"Ref": "Cluster"},
                TaskDefinition={"Ref": "Task"},
                DesiredCount=1,
                CapacityProviderStrategy=strategy,
            ),
            "DependsOn": "Association",
        },
        "Limits": _typed(
            "ApplicationAutoScaling::ScalableTarget",
            ServiceNamespace="ecs",
            ScalableDimension="ecs:service:DesiredCount",
            ResourceId={"Fn::Sub": "service/${Cluster}/${Service.Name}"},
            MinCapacity=1,
            MaxCapacity=2,
        ),
        "Going": _typed("S3::Bucket"),
        "Archive": _typed("S3::Bucket", policy=KEPT, VersioningConfiguration={"Status": "Enabled"}),
        "Images": _typed("ECR::Repository"),
        "KeptImages": _typed("ECR::Repository", policy=KEPT),
        "Logs": _typed("Logs::LogGroup", policy=KEPT),
    }


def zones() -> dict[str, Any]:
    """One that goes with its stack, and one that a policy keeps."""
    return {
        "Zone": _typed("Route53::HostedZone", Name="going.example"),
        "KeptZone": _typed("Route53::HostedZone", policy=KEPT, Name="kept.example"),
    }


def make(account: Account, template: dict[str, Any]) -> dict[str, str]:
    """Make the stack, as protected as a production's; return its physical ids."""
    cloudformation = account.client("cloudformation")
    body = json.dumps({"Resources": template})
    cloudformation.create_stack(StackName=STACK, TemplateBody=body, EnableTerminationProtection=True)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    held = cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in held}


def make_service(account: Account) -> None:
    """Make a stack that has everything but zones, in an account that has the service-linked roles."""
    iam = account.client("iam")
    for service in ROLES:
        with suppress(iam.exceptions.InvalidInputException):
            iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")
    image = account.client("ec2").describe_images()["Images"][0]["ImageId"]
    use(account, make(account, resources(image)))


def use(account: Account, ids: dict[str, str]) -> None:
    """Fill it, and leave about it what AWS itself and older deployments leave."""
    s3, ecr, ecs = (account.client(name) for name in ("s3", "ecr", "ecs"))
    for name in ("Going", "Archive", "Archive"):
        s3.put_object(Bucket=ids[name], Key="one", Body=b"1")
    for name in ("Images", "KeptImages"):
        ecr.put_image(repositoryName=ids[name], imageManifest=MANIFEST, imageTag="one")
    family = ids["Task"].rpartition("/")[2].rpartition(":")[0]
    ecs.register_task_definition(family=family, containerDefinitions=[{"name": "app", "image": "a", "memory": 64}])
    account.client("logs").create_log_group(logGroupName=f"/aws/ecs/containerinsights/{ids['Cluster']}/performance")
    _detect_threats(account.client("ec2"), ids)


def make_zones(account: Account) -> str:
    """Make a stack of zones, with the validation records of certificates that are gone; return the one that goes."""
    ids = make(account, zones())
    for name in ("Zone", "KeptZone"):
        write(account, ids[name], "_1", "CNAME", f"_1.{name.lower()}.acm-validations.aws.")
    return ids["Zone"]


def write(account: Account, zone: str, label: str, kind: str, value: str) -> None:
    """Write a record into a zone."""
    route53 = account.client("route53")
    domain = route53.get_hosted_zone(Id=zone)["HostedZone"]["Name"]
    record = {"Name": f"{label}.{domain}", "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def _detect_threats(ec2: Any, ids: dict[str, str]) -> None:
    """As GuardDuty's automated agent configuration does."""

    def tags(kind: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": [{"Key": "GuardDutyManaged", "Value": "true"}]}]

    group = ec2.create_security_group(
        GroupName=f"GuardDutyManagedSecurityGroup-{ids['Vpc']}",
        Description="of the endpoint",
        VpcId=ids["Vpc"],
        TagSpecifications=tags("security-group"),
    )["GroupId"]
    ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=ids["Vpc"],
        ServiceName="com.amazonaws.us-east-1.guardduty-data",
        SubnetIds=[ids["One"]],
        SecurityGroupIds=[group],
        TagSpecifications=tags("vpc-endpoint"),
    )


def left(account: Account) -> list[str]:
    """All that the account has, by the services' own lists."""

    def ask(service: str, operation: str, **arguments: Any) -> Any:
        return getattr(account.client(service), operation)(**arguments)

    own = [{"Name": "is-default", "Values": ["false"]}]
    live = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    clusters = ask("ecs", "list_clusters")["clusterArns"]
    groups = ask("ec2", "describe_security_groups")["SecurityGroups"]
    endpoints = ask("ec2", "describe_vpc_endpoints")["VpcEndpoints"]
    scaling = ask("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    living = ask("ecs", "describe_clusters", clusters=clusters)["clusters"] if clusters else []
    return [
        *(each["StackName"] for each in ask("cloudformation", "describe_stacks")["Stacks"]),
        *(each["VpcId"] for each in ask("ec2", "describe_vpcs", Filters=own)["Vpcs"]),
        *(each["GroupId"] for each in groups if each["GroupName"] != "default"),
        *(each["VpcEndpointId"] for each in endpoints if each["State"] != "deleted"),
        *(each["ReservationId"] for each in ask("ec2", "describe_instances", Filters=live)["Reservations"]),
        *(each["LaunchTemplateId"] for each in ask("ec2", "describe_launch_templates")["LaunchTemplates"]),
        *(each["LoadBalancerArn"] for each in ask("elbv2", "describe_load_balancers")["LoadBalancers"]),
        *(each["AutoScalingGroupName"] for each in scaling),
        *(each["clusterArn"] for each in living if each["status"] == "ACTIVE"),
        *ask("ecs", "list_task_definitions", status="ACTIVE")["taskDefinitionArns"],
        *(each["Name"] for each in ask("s3", "list_buckets")["Buckets"]),
        *(each["repositoryName"] for each in ask("ecr", "describe_repositories")["repositories"]),
        *(each["logGroupName"] for each in ask("logs", "describe_log_groups")["logGroups"]),
        *(each["Name"] for each in ask("route53", "list_hosted_zones")["HostedZones"]),
    ]


@pytest.fixture(scope="module")
def wire(local: LocalAws) -> Tripwire:
    return Tripwire(local)


@pytest.fixture
def shop(local: LocalAws, wire: Tripwire, tmp_path: Path) -> Project:
    """A project of a name, in an account of its own."""
    shutil.copy(REPOSITORY / "build.py", tmp_path / "build.py")
    shutil.copytree(REPOSITORY / "nested", tmp_path / "nested")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "__init__.py").write_text(BLUEPRINT)
    (tmp_path / "params" / "shop").mkdir(parents=True)
    (tmp_path / "params" / "shop" / "dev.json").write_text(json.dumps({"Parameters": {}}))
    return Project(tmp_path, Account(account_id(), local.endpoint))


@pytest.fixture
def service(local: LocalAws, shop: Project) -> Iterator[Project]:
    """A project whose stack has everything but zones, and whose deletion the next command still finds going on."""
    make_service(shop.account)
    local.delays["AWS::EC2::VPC"] = 3
    yield shop
    local.delays.clear()


def test_every_kind_of_step_has_its_stage() -> None:
    """What a failed creation leaves under review is held elsewhere: these stacks were created."""
    assert set(DOING) - set(STAGES) - set(ZONES) - set(VALIDATION) == {"reviews"}


def _killed_at_each(shop: Project, wire: Tripwire, stages: Iterable[tuple[str, Point]]) -> None:
    """Each run goes past the stage at which the one before was killed, and is killed at the next; the last ends."""
    for stage, point in stages:
        status, told = wire.run(shop, *DESTROY, point=point)
        assert status == -signal.SIGKILL, f"{stage}\n{told}"
    shop.run(*DESTROY)
    assert left(shop.account) == []


def _before_and_after(stage: str) -> Iterator[tuple[str, Point]]:
    """Yield a stage before its request is served, then once it is and nobody has heard the answer."""
    yield stage, STAGES[stage]
    if stage in UNHEARD:
        yield f"{stage}, unheard", replace(STAGES[stage], served=True)


def test_killed_before_and_after_every_step_it_still_ends(service: Project, wire: Tripwire) -> None:
    assert len(left(service.account)) > 15
    _killed_at_each(service, wire, (each for stage in STAGES for each in _before_and_after(stage)))
    assert "nothing to do" in service.run(*DESTROY).stderr


def test_killed_over_a_hosted_zone_it_still_ends(shop: Project, wire: Tripwire) -> None:
    going = make_zones(shop.account)
    assert len(left(shop.account)) == 3
    for point in VALIDATION.values():
        for served in (False, True):
            status, told = wire.run(shop, *KEEPING, point=replace(point, served=served))
            assert status == -signal.SIGKILL, told
    write(shop.account, going, "www", "A", "192.0.2.1")
    killed = ((stage, replace(point, served=served)) for stage, point in ZONES.items() for served in (False, True))
    _killed_at_each(shop, wire, killed)


def test_interrupted_while_it_waits_it_says_what_goes_on_and_how_to_go_on(service: Project, wire: Tripwire) -> None:
    for waiting, point in WAITING.items():
        status, told = wire.run(service, *DESTROY, point=point, number=signal.SIGINT)
        assert status == 130, told
        *_, command, last = [line.strip() for line in told.splitlines() if line.strip()]
        assert last == "error: interrupted" and "Traceback" not in told
        assert command.startswith("go on:") and command.endswith(f"python build.py {' '.join(_again())}")
        assert waiting in told[-600:], told
    service.run(*DESTROY)
    assert left(service.account) == []


def _again() -> tuple[str, ...]:
    return tuple(each for each in DESTROY if each != "--yes")
