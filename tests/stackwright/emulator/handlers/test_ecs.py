"""Each ECS type: created, read back through boto3, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest

TAGS = [{"Key": "Project", "Value": "stackwright"}]
TEMPLATE = {
    "template": (
        "AWS::EC2::LaunchTemplate",
        {"LaunchTemplateData": {"ImageId": "ami-12c6146b", "InstanceType": "t4g.medium"}},
    ),
    "vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "subnet": ("AWS::EC2::Subnet", {"VpcId": "@vpc", "CidrBlock": "10.0.1.0/24"}),
    "other": ("AWS::EC2::Subnet", {"VpcId": "@vpc", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "us-east-1b"}),
}
GROUP = {
    **TEMPLATE,
    "group": (
        "AWS::AutoScaling::AutoScalingGroup",
        {
            "MinSize": "1",
            "MaxSize": "2",
            "NewInstancesProtectedFromScaleIn": "true",
            "VPCZoneIdentifier": ["@subnet"],
            "LaunchTemplate": {"LaunchTemplateId": "@template", "Version": "1"},
        },
    ),
}
PROVIDER = {
    **GROUP,
    "cluster": ("AWS::ECS::Cluster", {}),
    "provider": (
        "AWS::ECS::CapacityProvider",
        {
            "AutoScalingGroupProvider": {
                "AutoScalingGroupArn": "@group.AutoScalingGroupARN",
                "ManagedScaling": {"Status": "ENABLED"},
            }
        },
    ),
}
TASK = {
    "NetworkMode": "awsvpc",
    "RequiresCompatibilities": ["EC2"],
    "Cpu": "256",
    "Memory": 512,
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "RuntimePlatform": {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"},
    "ContainerDefinitions": [
        {
            "Name": "app",
            "Image": "python:3-slim",
            "Essential": "true",
            "PortMappings": [{"ContainerPort": "3000", "Protocol": "tcp"}],
            "Environment": [{"Name": "PORT", "Value": "3000"}],
            "HealthCheck": {"Command": ["CMD", "true"], "Interval": "30"},
            "LogConfiguration": {
                "LogDriver": "awslogs",
                "Options": {"awslogs-group": "app", "mode": "non-blocking"},
            },
            "StopTimeout": "120",
        }
    ],
}
SERVICE = {
    **PROVIDER,
    "association": (
        "AWS::ECS::ClusterCapacityProviderAssociations",
        {
            "Cluster": "@cluster",
            "CapacityProviders": ["@provider"],
            "DefaultCapacityProviderStrategy": [{"CapacityProvider": "@provider"}],
        },
    ),
    "task": ("AWS::ECS::TaskDefinition", TASK),
    "next": ("AWS::ECS::TaskDefinition", TASK),
    "securitygroup": (
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "tasks", "VpcId": "@vpc"},
    ),
    "targets": (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        {"Port": "3000", "Protocol": "HTTP", "VpcId": "@vpc", "TargetType": "ip"},
    ),
    "balancer": ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Subnets": ["@subnet", "@other"]}),
    "listener": (
        "AWS::ElasticLoadBalancingV2::Listener",
        {
            "LoadBalancerArn": "@balancer",
            "Port": "80",
            "Protocol": "HTTP",
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": "@targets"}],
        },
    ),
}
CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::ECS::Cluster",
        "properties": {
            "ClusterSettings": [{"Name": "containerInsights", "Value": "enabled"}],
            "Tags": TAGS,
        },
        "read": ("ecs", "describe_clusters", {"clusters": ["@"], "include": ["TAGS"]}, "clusters[0]"),
        "sees": {
            "settings": [{"name": "containerInsights", "value": "enabled"}],
            "tags": [{"key": "Project", "value": "stackwright"}],
        },
        "change": {
            "ClusterSettings": [{"Name": "containerInsights", "Value": "enhanced"}],
            "Tags": [{"Key": "Project", "Value": "other"}],
        },
        "then": {
            "settings[0].value": "enhanced",
            "tags": [{"key": "Project", "value": "other"}],
        },
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::ECS::CapacityProvider",
        "needs": GROUP,
        "properties": {
            "AutoScalingGroupProvider": {
                "AutoScalingGroupArn": "@group.AutoScalingGroupARN",
                "ManagedScaling": {"Status": "ENABLED", "TargetCapacity": "75"},
                "ManagedTerminationProtection": "ENABLED",
            },
            "Tags": TAGS,
        },
        "read": (
            "ecs",
            "describe_capacity_providers",
            {"capacityProviders": ["@"]},
            "capacityProviders[0]",
        ),
        "sees": {
            "autoScalingGroupProvider.managedScaling.targetCapacity": 75,
            "autoScalingGroupProvider.managedTerminationProtection": "ENABLED",
            "autoScalingGroupProvider.managedDraining": "ENABLED",
        },
        "change": {
            "AutoScalingGroupProvider": {
                "AutoScalingGroupArn": "@group.AutoScalingGroupARN",
                "ManagedScaling": {"Status": "ENABLED", "TargetCapacity": 100},
                "ManagedDraining": "DISABLED",
            }
        },
        "then": {
            "autoScalingGroupProvider.managedScaling.targetCapacity": 100,
            "autoScalingGroupProvider.managedDraining": "DISABLED",
        },
    },
    {
        "type": "AWS::ECS::ClusterCapacityProviderAssociations",
        "needs": PROVIDER,
        "properties": {
            "Cluster": "@cluster",
            "CapacityProviders": ["@provider"],
            "DefaultCapacityProviderStrategy": [{"CapacityProvider": "@provider", "Weight": "1"}],
        },
        "read": (
            "ecs",
            "describe_clusters",
            {"clusters": ["@cluster"]},
            "clusters[0].{CapacityProviders: capacityProviders, Strategy: defaultCapacityProviderStrategy}",
        ),
        "sees": {
            "CapacityProviders": ["@provider"],
            "Strategy[0].weight": 1,
        },
        "change": {"DefaultCapacityProviderStrategy": []},
        "then": {"Strategy": []},
        "remains": True,
    },
    {
        "type": "AWS::ECS::TaskDefinition",
        "properties": {**TASK, "Tags": TAGS},
        "read": ("ecs", "describe_task_definition", {"taskDefinition": "@"}, "taskDefinition"),
        "sees": {
            "networkMode": "awsvpc",
            "memory": "512",
            "runtimePlatform.cpuArchitecture": "ARM64",
            "containerDefinitions[0].portMappings[0].containerPort": 3000,
            "containerDefinitions[0].environment": [{"name": "PORT", "value": "3000"}],
            "containerDefinitions[0].logConfiguration.options.mode": "non-blocking",
            "containerDefinitions[0].healthCheck.interval": 30,
        },
        "attributes": ("TaskDefinitionArn",),
    },
    {
        "type": "AWS::ECS::Service",
        "needs": SERVICE,
        "properties": {
            "Cluster": "@cluster",
            "TaskDefinition": "@task",
            "DesiredCount": "2",
            "CapacityProviderStrategy": [{"CapacityProvider": "@provider", "Weight": "1"}],
            "DeploymentConfiguration": {
                "MaximumPercent": "200",
                "MinimumHealthyPercent": "100",
                "DeploymentCircuitBreaker": {
                    "Enable": "true",
                    "Rollback": "true",
                    "ResetOnHealthyTask": "true",
                    "ThresholdConfiguration": {"Type": "COUNT", "Value": "3"},
                },
                "Alarms": {"AlarmNames": ["five-hundreds"], "Enable": True, "Rollback": True},
            },
            "PlacementStrategies": [{"Type": "spread", "Field": "attribute:ecs.availability-zone"}],
            "PlacementConstraints": [{"Type": "distinctInstance"}],
            "AvailabilityZoneRebalancing": "ENABLED",
            "EnableExecuteCommand": "false",
            "EnableECSManagedTags": "true",
            "PropagateTags": "SERVICE",
            "HealthCheckGracePeriodSeconds": "60",
            "NetworkConfiguration": {
                "AwsvpcConfiguration": {
                    "Subnets": ["@subnet"],
                    "SecurityGroups": ["@securitygroup"],
                }
            },
            "LoadBalancers": [
                {
                    "ContainerName": "app",
                    "ContainerPort": "3000",
                    "TargetGroupArn": "@targets",
                }
            ],
            "Tags": TAGS,
        },
        "read": (
            "ecs",
            "describe_services",
            {"cluster": "@cluster", "services": ["@"]},
            "services[0]",
        ),
        "sees": {
            "desiredCount": 2,
            "runningCount": 2,
            "launchType": None,
            "capacityProviderStrategy[0].capacityProvider": "@provider",
            "deploymentConfiguration.deploymentCircuitBreaker.enable": True,
            "deploymentConfiguration.deploymentCircuitBreaker.resetOnHealthyTask": True,
            "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration.value": 3,
            "deploymentConfiguration.alarms.alarmNames": ["five-hundreds"],
            "placementStrategy[0].field": "attribute:ecs.availability-zone",
            "placementConstraints[0].type": "distinctInstance",
            "availabilityZoneRebalancing": "ENABLED",
            "enableExecuteCommand": False,
            "enableECSManagedTags": True,
            "propagateTags": "SERVICE",
            "healthCheckGracePeriodSeconds": 60,
            "networkConfiguration.awsvpcConfiguration.securityGroups": ["@securitygroup"],
            "loadBalancers[0].containerPort": 3000,
            "deployments[].rolloutState": ["COMPLETED"],
        },
        "change": {
            "TaskDefinition": "@next",
            "EnableExecuteCommand": True,
            "EnableECSManagedTags": "false",
            "HealthCheckGracePeriodSeconds": 30,
            "PlacementConstraints": None,
            "DesiredCount": 3,
            "Tags": [],
        },
        "then": {
            "taskDefinition": "@next",
            "enableExecuteCommand": True,
            "enableECSManagedTags": False,
            "healthCheckGracePeriodSeconds": 30,
            "placementConstraints": [],
            "runningCount": 3,
            "deployments[].taskDefinition": ["@next"],
        },
        "attributes": ("ServiceArn", "Name"),
    },
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_round_trip(case: dict[str, Any], bench: Any) -> None:
    bench.round_trip(**case)
