"""Rollbacks that would hang on instances: let go by deploy and recover, told by watch, left alone where they stay."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from stackwright.aws_errors import AccessDenied, AwsError
from stackwright.aws_shapes import Event
from stackwright.compose import Blueprint
from stackwright.deploy.again import Again, Where
from stackwright.deploy.follow import advance, begin
from stackwright.deploy.recover import recover
from stackwright.deploy.unhang import Unhang, lift
from stackwright.deploy.watch import watch
from stackwright.emulator.handlers import autoscaling
from stackwright.emulator.services import autoscaling_hooks
from stackwright.errors import StackwrightError
from stackwright.project import Project

Make = Callable[..., Event]
ROOT = "arn:stack/shop-dev"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
GOOD, BAD = "none", "192.168.0.0/24"  # outside its VPC
ENDING = "ending the instances of Cluster/Group, which its deletion would wait for"


def strings(*names: str) -> dict[str, Any]:
    return {name: {"Type": "String"} for name in names}


def group(name: str, **others: Any) -> dict[str, Any]:
    launch = {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}
    members = {"LaunchTemplate": launch, "AvailabilityZones": ["us-east-1a"], "MinSize": "1", "MaxSize": "1"}
    return {name: {"Type": GROUP, "Properties": {**members, "NewInstancesProtectedFromScaleIn": True}, **others}}


def nested(name: str, **parameters: Any) -> dict[str, Any]:
    properties = {"TemplateURL": f"nested/{name}.json", "Parameters": parameters}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


ROOT_TEMPLATE = {
    "Parameters": strings("ImageId", "More", "SubnetCidr"),
    "Resources": {
        "Cluster": nested("cluster", ImageId={"Ref": "ImageId"}, More={"Ref": "More"}),
        "Service": nested(
            "service", SubnetCidr={"Ref": "SubnetCidr"}, GroupName={"Fn::GetAtt": ["Cluster", "Outputs.GroupName"]}
        ),
    },
}
CLUSTER = {
    "Parameters": strings("ImageId", "More"),
    "Conditions": {"HasMore": {"Fn::Equals": [{"Ref": "More"}, "on"]}},
    "Resources": {
        "Launch": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": {"ImageId": {"Ref": "ImageId"}, "InstanceType": "t3.micro"}},
        },
        **group("Group"),
        **group("Another", Condition="HasMore"),
    },
    "Outputs": {"GroupName": {"Value": {"Ref": "Group"}}},
}
SERVICE = {
    "Parameters": strings("SubnetCidr", "GroupName"),
    "Conditions": {"HasSubnet": {"Fn::Not": [{"Fn::Equals": [{"Ref": "SubnetCidr"}, GOOD]}]}},
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Condition": "HasSubnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": {"Ref": "SubnetCidr"}},
        },
    },
}


class Fleet:
    """A shop with a protected Auto Scaling group of one instance."""

    def __init__(self, shop: Any) -> None:
        templates = {"nested/cluster.json": CLUSTER, "nested/service.json": SERVICE}
        makers = {**shop.project.makers, "shop": lambda: Blueprint("shop", ROOT_TEMPLATE, templates)}
        shop.project = Project(shop.project.root, makers)
        self.shop = shop
        self.image = shop.aws.call("ec2", "describe_images")["Images"][0]["ImageId"]

    def parameters(self, cidr: str, more: str = "off") -> None:
        path = self.shop.project.root / "params" / "shop" / "dev.json"
        values = {"ImageId": self.image, "More": more, "SubnetCidr": cidr}
        path.write_text(json.dumps({"Parameters": values, "Tags": {"Project": "shop"}}))

    def deploy(self, cidr: str = GOOD, more: str = "off") -> int:
        self.parameters(cidr, more)
        return int(self.shop.deploy())

    def balancer(self) -> dict[str, Any]:
        """A load balancer that is protected against deletion."""
        subnets = [each["SubnetId"] for each in self.shop.aws.call("ec2", "describe_subnets")["Subnets"][:2]]
        protection = [{"Key": "deletion_protection.enabled", "Value": "true"}]
        properties = {"Subnets": subnets, "LoadBalancerAttributes": protection}
        return {"Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": properties}}

    def balancers(self) -> list[dict[str, Any]]:
        return list(self.shop.aws.call("elbv2", "describe_load_balancers")["LoadBalancers"])

    def alone(self, *, resources: dict[str, Any] | None = None, more: dict[str, Any] | None = None) -> str:
        """Make by boto3 a stack whose first create fails and which nobody follows; return its id."""
        subnet = {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": "vpc-none", "CidrBlock": BAD},
            "DependsOn": ["Group", *(more or {})],
        }
        failing = {**CLUSTER["Resources"], **(more or {}), "Subnet": subnet}
        body = {"Resources": failing if resources is None else resources}
        body["Resources"].pop("Another", None)
        parameter = {"ParameterKey": "ImageId", "ParameterValue": self.image}
        made = self.shop.aws.call(
            "cloudformation",
            "create_stack",
            StackName="shop-dev",
            TemplateBody=json.dumps({"Parameters": strings("ImageId"), **body}),
            Parameters=[parameter],
        )
        return str(made["StackId"])

    def until(self, *statuses: str) -> None:
        deadline = time.monotonic() + 20
        while self.shop.status() not in statuses:
            assert time.monotonic() < deadline, self.shop.status()
            time.sleep(0.05)

    def until_deleting(self, stack: str) -> None:
        deadline = time.monotonic() + 20
        while not any(
            each.type == GROUP and each.status == "DELETE_IN_PROGRESS" for each in self.shop.aws.events(stack)
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def instances(self) -> list[dict[str, Any]]:
        groups = self.shop.aws.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
        return [each for one in groups for each in one["Instances"]]


@pytest.fixture
def fleet(shop: Any) -> Fleet:
    return Fleet(shop)


def written(local: Any) -> list[str]:
    """What anybody but CloudFormation changed of Auto Scaling."""
    calls = local.journal.calls("autoscaling", origin="client")
    return [each.action for each in calls if not each.action.startswith("Describe")]


def test_local_aws_hangs_and_fails_as_aws_does(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 0.3)
    stack = fleet.alone()
    fleet.until("ROLLBACK_FAILED")
    (failed,) = (each for each in fleet.shop.aws.events(stack) if each.status == "DELETE_FAILED")
    assert failed.reason.endswith("because all remaining instances are protected from scale-in.")


def test_first_create_that_fails_does_not_hang(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 60)
    with pytest.raises(StackwrightError) as raised:
        fleet.deploy(BAD)
    first, cause, mend = str(raised.value).splitlines()
    assert first == "shop-dev ended in ROLLBACK_COMPLETE"
    assert cause.startswith("Service/Subnet (subnet): ")
    assert "deletes this first try and creates anew" in mend
    assert capsys.readouterr().err.count(ENDING) == 1
    assert fleet.instances() == []
    assert fleet.deploy(GOOD) == 0
    (instance,) = fleet.instances()
    assert instance["ProtectedFromScaleIn"]


def test_rollback_of_an_update_leaves_protection_on(
    fleet: Fleet, local: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.deploy()
    before = fleet.instances()
    local.journal.clear()
    with pytest.raises(StackwrightError, match="UPDATE_ROLLBACK_COMPLETE"):
        fleet.deploy(BAD)
    assert fleet.instances() == before
    assert before[0]["ProtectedFromScaleIn"]
    assert written(local) == []
    assert "ending the instances" not in capsys.readouterr().err


def test_group_that_the_failed_update_made_goes_and_the_other_stays(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 60)
    fleet.deploy()
    before = fleet.instances()
    with pytest.raises(StackwrightError, match="UPDATE_ROLLBACK_COMPLETE"):
        fleet.deploy(BAD, more="on")
    assert fleet.instances() == before
    assert before[0]["ProtectedFromScaleIn"]
    told = capsys.readouterr().err
    assert "ending the instances of Cluster/Another" in told
    assert ENDING not in told


def recovered(fleet: Fleet) -> int:
    return recover(fleet.shop.project, blueprint="shop", environment="dev", yes=True, local=True, region="us-east-1")


def test_recover_lets_a_hanging_rollback_end(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 60)
    fleet.parameters(GOOD)
    fleet.until_deleting(fleet.alone())
    assert recovered(fleet) == 0
    told = capsys.readouterr().err
    assert "ending the instances of Group, which its deletion would wait for" in told
    assert "shop-dev: ROLLBACK_COMPLETE\nnext: python build.py deploy shop dev" in told
    assert fleet.instances() == []


@pytest.mark.parametrize("verb", ["recover", "deploy"])
def test_first_try_whose_rollback_failed_is_deleted(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(autoscaling, "PATIENCE", 0.2)
        fleet.parameters(GOOD)
        fleet.alone(more=fleet.balancer())
        fleet.until("ROLLBACK_FAILED")
    assert (len(fleet.instances()), len(fleet.balancers())) == (1, 1)
    if verb == "recover":
        assert recovered(fleet) == 0
        assert fleet.shop.status() is None
        assert fleet.instances() == []
    assert fleet.deploy() == 0
    assert (len(fleet.instances()), len(fleet.balancers())) == (1, 0)
    told = capsys.readouterr().err
    assert "lifting the deletion protection of Balancer, which was never in service" in told


def test_first_create_that_goes_back_loses_its_protection_before_its_turn(
    fleet: Fleet, local: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 60)
    monkeypatch.setitem(local.delays, "AWS::AutoScaling::AutoScalingGroup", 2)
    fleet.parameters(GOOD)
    fleet.until_deleting(fleet.alone(resources=going_first(fleet.balancer())))
    assert recovered(fleet) == 0
    told = capsys.readouterr().err
    assert told.count("lifting the deletion protection of Balancer") == 1
    assert "shop-dev: ROLLBACK_COMPLETE" in told
    assert fleet.balancers() == []


def going_first(balancer: dict[str, Any]) -> dict[str, Any]:
    """Resources that fail to be made, of which the group goes first and takes its time."""
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-none", "CidrBlock": BAD}, "DependsOn": "Group"}
    late = {**CLUSTER["Resources"]["Group"], "DependsOn": "Balancer"}
    return {**balancer, **CLUSTER["Resources"], "Group": late, "Subnet": subnet}


def test_failed_deletion_is_for_destroy(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.deploy()
    with monkeypatch.context() as patch:
        patch.setattr(autoscaling, "PATIENCE", 0.2)
        fleet.shop.aws.call("cloudformation", "delete_stack", StackName="shop-dev")
        fleet.until("DELETE_FAILED")
    with pytest.raises(
        StackwrightError, match=r"in DELETE_FAILED: finish that\nnext: python build\.py destroy shop dev"
    ):
        recovered(fleet)
    assert fleet.shop.destroy() == 0
    assert fleet.instances() == []


def test_watch_says_what_hangs_and_changes_nothing(
    fleet: Fleet, local: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 2)
    fleet.parameters(GOOD)
    fleet.until_deleting(fleet.alone())
    local.journal.clear()
    with pytest.raises(StackwrightError, match="ROLLBACK_FAILED"):
        watch(fleet.shop.project, blueprint="shop", environment="dev", region="us-east-1", local=True)
    told = capsys.readouterr().err
    assert told.count("Group (Auto Scaling group) waits for instances that do not end by themselves") == 1
    assert "release them: python build.py recover shop dev --local" in told
    assert written(local) == []


def drained(fleet: Fleet) -> None:
    """Make a stack whose group ECS drains, and take the provider away: nobody completes its hook any more."""
    arn = {"Fn::GetAtt": ["Group", "AutoScalingGroupARN"]}
    provider = {"AutoScalingGroupProvider": {"AutoScalingGroupArn": arn, "ManagedDraining": "ENABLED"}}
    joined = {"Cluster": {"Ref": "Cluster"}, "CapacityProviders": [{"Ref": "Provider"}]}
    resources = {
        **CLUSTER["Resources"],
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Provider": {"Type": "AWS::ECS::CapacityProvider", "Properties": provider},
        "Joined": {
            "Type": "AWS::ECS::ClusterCapacityProviderAssociations",
            "Properties": {**joined, "DefaultCapacityProviderStrategy": []},
        },
    }
    fleet.alone(resources=resources)
    fleet.until("CREATE_COMPLETE")
    ids = {each.logical_id: each.physical_id for each in fleet.shop.aws.held("shop-dev")}
    nothing: dict[str, Any] = {"capacityProviders": [], "defaultCapacityProviderStrategy": []}
    fleet.shop.aws.call("ecs", "put_cluster_capacity_providers", cluster=ids["Cluster"], **nothing)
    fleet.shop.aws.call("ecs", "delete_capacity_provider", capacityProvider=ids["Provider"])


def test_destroy_completes_the_hook_that_nobody_else_does(
    fleet: Fleet, local: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autoscaling_hooks, "HEARTBEAT_HERE", 600)
    fleet.parameters(GOOD)
    drained(fleet)
    local.journal.clear()
    assert fleet.shop.destroy() == 0
    assert fleet.instances() == []
    (completed,) = local.journal.calls("autoscaling", "CompleteLifecycleAction")
    assert completed.parameters["LifecycleHookName"] == "ecs-managed-draining-termination-hook"


def test_destroy_joins_a_deletion_that_waits_for_the_hook(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoscaling, "PATIENCE", 60)
    monkeypatch.setattr(autoscaling_hooks, "HEARTBEAT_HERE", 600)
    fleet.parameters(GOOD)
    drained(fleet)
    stack = str(fleet.shop.aws.stack("shop-dev").id)
    deletion = Thread(target=fleet.shop.aws.delete_stack, args=(stack,))
    deletion.start()
    fleet.until_deleting(stack)
    assert fleet.shop.destroy() == 0
    deletion.join()
    assert fleet.instances() == []


class Refusing:
    """Lists one protected instance and refuses to change anything."""

    def __init__(self, error: AwsError) -> None:
        self.error = error
        self.asked: list[str] = []

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        self.asked.append(operation)
        if operation != "describe_auto_scaling_groups":
            raise self.error
        instance = {"InstanceId": "i-1", "LifecycleState": "InService", "ProtectedFromScaleIn": True}
        return {"AutoScalingGroups": [{"AutoScalingGroupName": "web", "MinSize": 0, "Instances": [instance]}]}


def heard(aws: Any, *looks: list[Event]) -> list[str]:
    """Let Unhang hear of looks, and return what it says."""
    said: list[str] = []
    unhang = Unhang(aws, lambda *_: None, said.append, Again("shop", "dev", "shop-dev", Where()))
    progress = begin(ROOT)
    for events in looks:
        unhang(progress, advance(progress, events))
    return said


def test_missing_permission_is_said_once_with_who_may(own: Make, event: Make) -> None:
    aws: Any = Refusing(AccessDenied("autoscaling:SetInstanceProtection is not allowed", code="AccessDenied"))
    deleting = event("Group", "DELETE_IN_PROGRESS", GROUP, physical_id="web")
    said = heard(aws, [own("ROLLBACK_IN_PROGRESS"), deleting], [], [])
    assert len(said) == 3
    assert said[1].startswith("Group may wait for its instances, and you may not release them: autoscaling:SetInst")
    assert said[2].endswith("runs: python build.py recover shop dev")
    assert aws.asked.count("set_instance_protection") == 1


def test_what_fails_for_the_moment_is_tried_at_the_next_look(own: Make, event: Make) -> None:
    aws: Any = Refusing(AwsError("a scaling activity is in progress", code="ScalingActivityInProgress"))
    deleting = event("Group", "DELETE_IN_PROGRESS", GROUP, physical_id="web")
    said = heard(aws, [own("ROLLBACK_IN_PROGRESS"), deleting], [], [])
    assert said == ["ending the instances of Group, which its deletion would wait for"]
    assert aws.asked.count("set_instance_protection") == 3


@pytest.mark.parametrize(
    ("root", "status"),
    [
        ("ROLLBACK_IN_PROGRESS", "CREATE_COMPLETE"),
        ("ROLLBACK_IN_PROGRESS", "DELETE_SKIPPED"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_IN_PROGRESS"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS"),
    ],
)
def test_group_that_no_rollback_deletes_is_not_even_asked_about(own: Make, event: Make, root: str, status: str) -> None:
    aws: Any = Refusing(AwsError("never"))
    assert heard(aws, [own(root), event("Group", status, GROUP, physical_id="web")], []) == []
    assert aws.asked == []


@pytest.mark.parametrize("root", ["UPDATE_ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS", "UPDATE_IN_PROGRESS"])
def test_load_balancer_of_a_stack_that_was_once_complete_stays_protected(own: Make, event: Make, root: str) -> None:
    aws: Any = Refusing(AwsError("never"))
    kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    assert heard(aws, [own(root), event("Balancer", "UPDATE_COMPLETE", kind, physical_id="arn:aws:lb")], []) == []
    assert aws.asked == []


def test_who_may_not_lift_a_protection_is_told_and_goes_on() -> None:
    aws: Any = Refusing(AccessDenied("elbv2:DescribeLoadBalancerAttributes", code="AccessDenied"))
    said: list[str] = []
    lift(aws, "Alb/LoadBalancer", "arn:aws:lb", said.append)
    assert said == ["Alb/LoadBalancer may be protected, and stop the deletion: elbv2:DescribeLoadBalancerAttributes"]
