"""What tasks run on."""

from __future__ import annotations

from nested.shape import Input

_CLUSTER = "Cluster"

CPU_ARCHITECTURE = Input(
    "CpuArchitecture",
    "String",
    _CLUSTER,
    "Processor architecture",
    "X86_64, or ARM64 for Graviton; the container image, and on EC2 machine image and instance types, must be of it.",
    default="X86_64",
    allowed=("X86_64", "ARM64"),
    shared=True,
)
INSTANCE_TYPE = Input(
    "InstanceType",
    "String",
    _CLUSTER,
    "Instance type",
    "First choice of instance type. Each task takes one network interface, and the instance itself one.",
    default="t3.medium",
    pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$",
    constraint="An EC2 instance type, for example t3.medium.",
    shared=True,
)
ALTERNATIVE_INSTANCE_TYPE = Input(
    "AlternativeInstanceType",
    "String",
    _CLUSTER,
    "Alternative instance type",
    "Second choice, of the same size and architecture, for zones that lack the first.",
    default="t3a.medium",
    pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$",
    constraint="An EC2 instance type, for example t3a.medium.",
    shared=True,
)
MACHINE_IMAGE = Input(
    "MachineImage",
    "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
    _CLUSTER,
    "Machine image (SSM parameter)",
    "SSM parameter of the ECS-optimised AMI. Name a version, and bump it on purpose: `recommended` is resolved "
    "anew at each deployment and rolls the whole fleet.",
    shared=True,
)
MIN_INSTANCES = Input(
    "MinInstances",
    "Number",
    _CLUSTER,
    "Instances, least",
    "Fewest instances of the group.",
    default="2",
    minimum=0,
    maximum=100,
    shared=True,
)
MAX_INSTANCES = Input(
    "MaxInstances",
    "Number",
    _CLUSTER,
    "Instances, most",
    "Most instances of the group.",
    default="4",
    minimum=1,
    maximum=100,
    shared=True,
)
TARGET_CAPACITY = Input(
    "TargetCapacity",
    "Number",
    _CLUSTER,
    "Capacity target (%)",
    "Share of the group's capacity that tasks may fill before it grows; below 100 keeps room for the next task.",
    default="100",
    minimum=1,
    maximum=100,
    shared=True,
)
SCALE_IN_PROTECTION = Input(
    "ScaleInProtection",
    "String",
    _CLUSTER,
    "Scale-in protection",
    "on: instances that run tasks are never terminated by scaling, in group and capacity provider alike.",
    default="off",
    allowed=("on", "off"),
    shared=True,
)
CONTAINER_INSIGHTS = Input(
    "ContainerInsights",
    "String",
    _CLUSTER,
    "Container Insights",
    "Metrics of cluster and services; enhanced adds those of tasks and containers. Each is charged by metric.",
    default="enabled",
    allowed=("enhanced", "enabled", "disabled"),
    shared=True,
)
CLUSTER_NAME = Input(
    "ClusterName",
    "String",
    _CLUSTER,
    "Cluster",
    "Name of the ECS cluster.",
    shared=True,
    public=True,
)
CLUSTER_ARN = Input("ClusterArn", "String", _CLUSTER, "Cluster ARN", "ARN of the ECS cluster.", shared=True)
CAPACITY_PROVIDER_NAME = Input(
    "CapacityProviderName",
    "String",
    _CLUSTER,
    "Capacity provider",
    "Capacity provider that is associated with the cluster.",
    shared=True,
)
FARGATE_BASE = Input(
    "FargateBase",
    "Number",
    _CLUSTER,
    "Tasks on Fargate, least",
    "Tasks that run on FARGATE before weights share out the others; FARGATE_SPOT interrupts with two minutes' warning.",
    default="2",
    minimum=0,
    maximum=500,
    shared=True,
)
FARGATE_WEIGHT = Input(
    "FargateWeight",
    "Number",
    _CLUSTER,
    "Weight of Fargate",
    "Share of the tasks beyond the least that runs on FARGATE, beside the weight of FARGATE_SPOT.",
    default="1",
    minimum=0,
    maximum=1000,
    shared=True,
)
FARGATE_SPOT_WEIGHT = Input(
    "FargateSpotWeight",
    "Number",
    _CLUSTER,
    "Weight of Fargate Spot",
    "Share of the tasks beyond the least that runs on FARGATE_SPOT; 0 uses none.",
    default="0",
    minimum=0,
    maximum=1000,
    shared=True,
)
AUTO_SCALING_GROUP_NAME = Input(
    "AutoScalingGroupName",
    "String",
    _CLUSTER,
    "Auto Scaling group",
    "Group whose instances run the tasks.",
    shared=True,
    public=True,
)
