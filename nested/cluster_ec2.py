"""Cluster: an ECS cluster and the Auto Scaling group of EC2 instances that it grows and shrinks by itself.

The capacity provider joins the two. It belongs to the cluster by an association of its own, because one that is
named inside the cluster can be neither changed nor removed later. ClusterName and CapacityProviderName reach other
stacks only when this one is complete, and so only when the association is there.

A new machine image, instance type or user data reaches every instance by an instance refresh that the update starts:
a new instance comes before an old one goes, and managed draining holds back each termination until the instance's
tasks run elsewhere. A rolling update would wait for instances that are protected from scale-in; a refresh need not.
"""

from __future__ import annotations

from typing import Any, ClassVar

from troposphere import Equals, GetAtt, If, Ref, Template, autoscaling
from troposphere.ecs import (
    AutoScalingGroupProvider,
    CapacityProvider,
    CapacityProviderStrategy,
    ClusterCapacityProviderAssociations,
    ManagedScaling,
)
from troposphere.policies import UpdatePolicy

from nested import inputs
from nested.parts import clusters, instances
from nested.shape import gives, needs

# From launch to a registered container instance; scaling does not judge the group before that.
INSTANCE_WARMUP = 180

# A replacement is in service before what it replaces goes, even in a group of one, and few are replaced at a time.
LEAST_HEALTHY_PERCENT = 100
MOST_HEALTHY_PERCENT = 110


class RefreshPolicy(UpdatePolicy):
    """An update policy by instance refresh, which CloudFormation has had since July 2026 and troposphere has not."""

    props: ClassVar[dict[str, Any]] = {**UpdatePolicy.props, "AutoScalingInstanceRefresh": (dict, False)}


def template() -> Template:
    """Emit the cluster stack.

    Needs the network, the repository that instances may pull from, what an instance is, and the group's size; gives
    ClusterName, ClusterArn, CapacityProviderName and AutoScalingGroupName. The group has no desired capacity: each
    update would reset what scaling has decided.
    """
    t = Template(Description="ECS cluster on EC2 with managed scaling")
    needs(t, inputs.PROJECT_NAME, inputs.ENVIRONMENT_NAME, inputs.VPC_ID, inputs.PRIVATE_SUBNET_IDS)
    needs(t, inputs.REPOSITORY_ARN, inputs.MACHINE_IMAGE, inputs.INSTANCE_TYPE, inputs.ALTERNATIVE_INSTANCE_TYPE)
    needs(t, inputs.MIN_INSTANCES, inputs.MAX_INSTANCES, inputs.TARGET_CAPACITY, inputs.SCALE_IN_PROTECTION)
    needs(t, inputs.CONTAINER_INSIGHTS)
    t.add_condition("ProtectScaleIn", Equals(Ref(inputs.SCALE_IN_PROTECTION.name), "on"))
    t.add_resource([clusters.insights_logs(), clusters.cluster()])
    t.add_resource([instances.agent_logs(), instances.security_group(), instances.role(), instances.profile()])
    t.add_resource([instances.launch_template(), _group()])
    t.add_resource([_capacity_provider(), _association()])
    gives(
        t,
        {
            inputs.CLUSTER_NAME: Ref("Cluster"),
            inputs.CLUSTER_ARN: GetAtt("Cluster", "Arn"),
            inputs.CAPACITY_PROVIDER_NAME: Ref("CapacityProvider"),
            inputs.AUTO_SCALING_GROUP_NAME: Ref("AutoScalingGroup"),
        },
    )
    return t


def _group() -> autoscaling.AutoScalingGroup:
    # Depends on the cluster through the launch template's user data: a cluster with instances cannot be deleted.
    return autoscaling.AutoScalingGroup(
        "AutoScalingGroup",
        VPCZoneIdentifier=Ref(inputs.PRIVATE_SUBNET_IDS.name),
        MinSize=Ref(inputs.MIN_INSTANCES.name),
        MaxSize=Ref(inputs.MAX_INSTANCES.name),
        MixedInstancesPolicy=_instance_types(),
        NewInstancesProtectedFromScaleIn=If("ProtectScaleIn", True, False),
        CapacityRebalance=False,
        HealthCheckType="EC2",
        DefaultInstanceWarmup=INSTANCE_WARMUP,
        InstanceMaintenancePolicy=autoscaling.InstanceMaintenancePolicy(
            MinHealthyPercentage=LEAST_HEALTHY_PERCENT, MaxHealthyPercentage=MOST_HEALTHY_PERCENT
        ),
        MetricsCollection=[autoscaling.MetricsCollection(Granularity="1Minute")],
        Tags=_group_tags(),
        UpdatePolicy=_refresh(),
    )


def _group_tags() -> autoscaling.Tags:
    # ECS puts AmazonECSManaged on the group of a capacity provider; the next update of tags that omit it takes it off.
    return autoscaling.Tags(
        AmazonECSManaged="",
        Project=Ref(inputs.PROJECT_NAME.name),
        Environment=Ref(inputs.ENVIRONMENT_NAME.name),
    )


def _instance_types() -> autoscaling.MixedInstancesPolicy:
    types = [inputs.INSTANCE_TYPE, inputs.ALTERNATIVE_INSTANCE_TYPE]
    version = autoscaling.LaunchTemplateSpecification(
        LaunchTemplateId=Ref("LaunchTemplate"), Version=GetAtt("LaunchTemplate", "LatestVersionNumber")
    )
    return autoscaling.MixedInstancesPolicy(
        LaunchTemplate=autoscaling.LaunchTemplate(
            LaunchTemplateSpecification=version,
            Overrides=[autoscaling.LaunchTemplateOverrides(InstanceType=Ref(each.name)) for each in types],
        ),
        # The first type wherever a zone has it; weights would hide the instances' size from managed scaling.
        InstancesDistribution=autoscaling.InstancesDistribution(
            OnDemandAllocationStrategy="prioritized", OnDemandPercentageAboveBaseCapacity=100
        ),
    )


def _refresh() -> RefreshPolicy:
    # Percentages and warm-up are the group's own. "UpdatePolicy attribute", CloudFormation Template Reference Guide;
    # "Safely stop Amazon ECS workloads running on EC2 instances", Amazon ECS Developer Guide, on protected instances.
    preferences = {"ScaleInProtectedInstances": "Refresh", "StandbyInstances": "Ignore", "SkipMatching": True}
    return RefreshPolicy(AutoScalingInstanceRefresh={"Strategy": "Rolling", "Preferences": preferences})


def _capacity_provider() -> CapacityProvider:
    return CapacityProvider(
        "CapacityProvider",
        AutoScalingGroupProvider=AutoScalingGroupProvider(
            # Its ARN, which never changes while the group is not replaced; a change replaces the provider in use.
            AutoScalingGroupArn=GetAtt("AutoScalingGroup", "AutoScalingGroupARN"),
            ManagedScaling=ManagedScaling(
                Status="ENABLED",
                TargetCapacity=Ref(inputs.TARGET_CAPACITY.name),
                InstanceWarmupPeriod=INSTANCE_WARMUP,
            ),
            ManagedTerminationProtection=If("ProtectScaleIn", "ENABLED", "DISABLED"),
            ManagedDraining="ENABLED",
        ),
    )


def _association() -> ClusterCapacityProviderAssociations:
    provider = Ref("CapacityProvider")
    return ClusterCapacityProviderAssociations(
        "CapacityProviderAssociation",
        Cluster=Ref("Cluster"),
        CapacityProviders=[provider],
        DefaultCapacityProviderStrategy=[CapacityProviderStrategy(CapacityProvider=provider, Weight=1)],
    )
