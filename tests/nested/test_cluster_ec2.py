"""The cluster on EC2: what joins it, what scaling owns, and what an update may never replace."""

from __future__ import annotations

from typing import Any

import pytest

from nested import cluster_ec2
from nested.parts import instances
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

TEMPLATE = cluster_ec2.template().to_dict()
GIVEN = {
    "ProjectName": "shop",
    "EnvironmentName": "prod",
    "VpcId": "vpc-0a1b2c3d",
    "PrivateSubnetIds": "subnet-0a1b2c3d,subnet-1a2b3c4d",
    "RepositoryArn": "arn:aws:ecr:eu-west-1:123456789012:repository/shop",
    "MachineImage": "/aws/service/ecs/optimized-ami/image_id",
}


def cluster(**parameters: str) -> Graph:
    return resolve(TEMPLATE, {}, GIVEN | parameters, region="eu-west-1", stack_name="shop-prod-Cluster-1A2B")


def properties(graph: Graph, path: str) -> dict[str, Any]:
    found: dict[str, Any] = rendered(graph.resources[path].properties)
    return found


def statements(graph: Graph) -> list[dict[str, Any]]:
    policies = properties(graph, "InstanceRole")["Policies"]
    return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]


def waits_for(graph: Graph, path: str) -> set[str]:
    direct = set(graph.resources[path].depends_on)
    return direct.union(*(waits_for(graph, each) for each in direct))


def test_the_capacity_provider_belongs_to_the_cluster_by_an_association_of_its_own() -> None:
    graph = cluster()
    assert not {"CapacityProviders", "DefaultCapacityProviderStrategy"} & set(properties(graph, "Cluster"))
    assert properties(graph, "CapacityProviderAssociation") == {
        "Cluster": "${Cluster.Ref}",
        "CapacityProviders": ["${CapacityProvider.Ref}"],
        "DefaultCapacityProviderStrategy": [{"CapacityProvider": "${CapacityProvider.Ref}", "Weight": 1}],
    }


def test_the_group_goes_before_its_cluster() -> None:
    assert "Cluster" in waits_for(cluster(), "AutoScalingGroup")


def test_scaling_alone_decides_how_many_instances_there_are() -> None:
    group = properties(cluster(MinInstances="1", MaxInstances="2"), "AutoScalingGroup")
    assert "DesiredCapacity" not in group
    assert (group["MinSize"], group["MaxSize"]) == ("1", "2")


def test_an_update_replaces_neither_group_nor_provider() -> None:
    group = cluster().resources["AutoScalingGroup"]
    assert "AutoScalingReplacingUpdate" not in group.attributes["UpdatePolicy"]
    assert not {"AutoScalingGroupName", "LaunchTemplate", "InstanceId"} & set(group.properties)
    assert properties(cluster(), "CapacityProvider")["AutoScalingGroupProvider"]["AutoScalingGroupArn"] == (
        "${AutoScalingGroup.AutoScalingGroupARN}"
    )
    assert "Name" not in properties(cluster(), "CapacityProvider")


def test_a_new_machine_image_reaches_protected_instances_too() -> None:
    group: Resource = cluster(ScaleInProtection="on").resources["AutoScalingGroup"]
    refresh = rendered(group.attributes["UpdatePolicy"])["AutoScalingInstanceRefresh"]
    assert refresh["Strategy"] == "Rolling"
    assert refresh["Preferences"]["ScaleInProtectedInstances"] == "Refresh"
    policy = rendered(group.properties)["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    assert policy["Version"] == "${LaunchTemplate.LatestVersionNumber}"


def test_a_replacement_is_there_before_what_it_replaces_goes() -> None:
    maintenance = properties(cluster(), "AutoScalingGroup")["InstanceMaintenancePolicy"]
    assert maintenance["MinHealthyPercentage"] == 100
    assert maintenance["MaxHealthyPercentage"] > 100


def test_terminations_wait_for_the_tasks() -> None:
    assert properties(cluster(), "CapacityProvider")["AutoScalingGroupProvider"]["ManagedDraining"] == "ENABLED"


@pytest.mark.parametrize(("protection", "group", "provider"), [("on", True, "ENABLED"), ("off", False, "DISABLED")])
def test_protection_from_scale_in_is_one_switch(protection: str, group: bool, provider: str) -> None:
    graph = cluster(ScaleInProtection=protection, TargetCapacity="75")
    assert properties(graph, "AutoScalingGroup")["NewInstancesProtectedFromScaleIn"] is group
    found = properties(graph, "CapacityProvider")["AutoScalingGroupProvider"]
    assert found["ManagedTerminationProtection"] == provider
    # Termination protection without managed scaling is refused.
    assert (found["ManagedScaling"]["Status"], found["ManagedScaling"]["TargetCapacity"]) == ("ENABLED", "75")


def test_the_group_keeps_the_tag_that_ecs_puts_on_it() -> None:
    tags = {each["Key"]: each for each in properties(cluster(), "AutoScalingGroup")["Tags"]}
    assert tags["AmazonECSManaged"] == {"Key": "AmazonECSManaged", "Value": "", "PropagateAtLaunch": True}


def test_a_zone_without_the_first_type_takes_the_second() -> None:
    group = properties(cluster(InstanceType="c7g.large", AlternativeInstanceType="m7g.large"), "AutoScalingGroup")
    template = group["MixedInstancesPolicy"]["LaunchTemplate"]
    assert template["Overrides"] == [{"InstanceType": "c7g.large"}, {"InstanceType": "m7g.large"}]
    assert group["MixedInstancesPolicy"]["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 100
    assert group["VPCZoneIdentifier"] == ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]


def test_the_agent_learns_the_cluster_by_reference() -> None:
    # Encoded once the cluster's name is known: what it is made of shows before.
    data = TEMPLATE["Resources"]["LaunchTemplate"]["Properties"]["LaunchTemplateData"]
    script = data["UserData"]["Fn::Base64"]["Fn::Sub"]
    assert "\nECS_CLUSTER=${Cluster}\n" in script
    assert "\nECS_AWSVPC_BLOCK_IMDS=true\n" in script
    assert "\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n" in script


def test_metadata_needs_a_token_and_stays_on_the_instance() -> None:
    options = properties(cluster(), "LaunchTemplate")["LaunchTemplateData"]["MetadataOptions"]
    assert options == {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_volumes_are_encrypted_and_go_with_their_instance() -> None:
    (volume,) = properties(cluster(), "LaunchTemplate")["LaunchTemplateData"]["BlockDeviceMappings"]
    assert volume["Ebs"]["Encrypted"] is True
    assert volume["Ebs"]["DeleteOnTermination"] is True
    assert (volume["Ebs"]["VolumeType"], volume["Ebs"]["VolumeSize"]) == ("gp3", instances.ROOT_VOLUME_GIB)


def test_instances_and_volumes_carry_the_tags_that_stack_tags_do_not_bring() -> None:
    specifications = properties(cluster(), "LaunchTemplate")["LaunchTemplateData"]["TagSpecifications"]
    assert {each["ResourceType"] for each in specifications} == {"instance", "volume"}
    for each in specifications:
        tags = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
        assert tags == {"Name": "shop-prod", "Project": "shop", "Environment": "prod"}


def test_the_machine_image_is_looked_up_once_and_travels_as_a_value() -> None:
    assert TEMPLATE["Parameters"]["MachineImage"]["Type"] == "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    assert TEMPLATE["Resources"]["LaunchTemplate"]["Properties"]["LaunchTemplateData"]["ImageId"] == {
        "Ref": "MachineImage"
    }


def test_nobody_reaches_an_instance() -> None:
    group = properties(cluster(), "InstanceSecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert not [each for each in cluster().resources.values() if each.type == "AWS::EC2::SecurityGroupIngress"]
    assert "KeyName" not in properties(cluster(), "LaunchTemplate")["LaunchTemplateData"]


def test_an_instance_may_join_this_cluster_only() -> None:
    found = {action: each for each in statements(cluster()) for action in _actions(each)}
    for action in ("ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:Submit*"):
        assert found[action]["Resource"] == "${Cluster.Arn}"
    for action in ("ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"):
        assert found[action]["Condition"] == {"ArnEquals": {"ecs:cluster": "${Cluster.Arn}"}}
    assert "ecs:CreateCluster" not in found


def test_an_instance_may_pull_from_one_repository_and_write_to_one_log_group() -> None:
    found = {action: each for each in statements(cluster()) for action in _actions(each)}
    assert found["ecr:BatchGetImage"]["Resource"] == GIVEN["RepositoryArn"]
    assert found["logs:PutLogEvents"]["Resource"] == "${AgentLogs.Arn}"
    role = properties(cluster(), "InstanceRole")
    assert role["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]


def test_only_what_has_no_resource_is_allowed_on_everything() -> None:
    free = {action for each in statements(cluster()) if each["Resource"] == "*" for action in _actions(each)}
    assert free == {"ecr:GetAuthorizationToken", "ecs:DiscoverPollEndpoint", "ec2:DescribeTags"}


def test_container_insights_leaves_no_log_group_behind() -> None:
    graph = cluster()
    name = properties(graph, "Cluster")["ClusterName"]
    assert properties(graph, "InsightsLogs")["LogGroupName"] == f"/aws/ecs/containerinsights/{name}/performance"
    assert "InsightsLogs" in graph.resources["Cluster"].depends_on
    assert graph.resources["InsightsLogs"].attributes["DeletionPolicy"] == "Delete"


def test_every_log_group_forgets() -> None:
    groups = [each for each in cluster().resources.values() if each.type == "AWS::Logs::LogGroup"]
    assert len(groups) == 2
    assert all(each.properties["RetentionInDays"] for each in groups)


def test_other_stacks_learn_the_names_from_what_makes_them() -> None:
    assert rendered(cluster().outputs) == {
        "ClusterName": "${Cluster.Ref}",
        "ClusterArn": "${Cluster.Arn}",
        "CapacityProviderName": "${CapacityProvider.Ref}",
        "AutoScalingGroupName": "${AutoScalingGroup.Ref}",
    }


def _actions(statement: dict[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else actions
