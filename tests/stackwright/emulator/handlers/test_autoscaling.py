"""Auto Scaling types of both kinds: created, read back, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest

TAGS = [{"Key": "Project", "Value": "stackwright", "PropagateAtLaunch": "true"}]
NETWORK = {
    "vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "one": (
        "AWS::EC2::Subnet",
        {"VpcId": "@vpc", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},
    ),
    "two": (
        "AWS::EC2::Subnet",
        {"VpcId": "@vpc", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "us-east-1b"},
    ),
    "template": (
        "AWS::EC2::LaunchTemplate",
        {"LaunchTemplateData": {"ImageId": "ami-12c6146b", "InstanceType": "t3.medium"}},
    ),
}
TEMPLATE = {"LaunchTemplateId": "@template", "Version": "@template.LatestVersionNumber"}
GROUP = {
    **NETWORK,
    "group": (
        "AWS::AutoScaling::AutoScalingGroup",
        {
            "MinSize": "0",
            "MaxSize": "2",
            "VPCZoneIdentifier": ["@one"],
            "LaunchTemplate": TEMPLATE,
        },
    ),
}
TASK = {"ContainerDefinitions": [{"Name": "app", "Image": "python", "Memory": 128}]}
SERVICE = {
    "cluster": ("AWS::ECS::Cluster", {"ClusterName": "main"}),
    "task": ("AWS::ECS::TaskDefinition", TASK),
    "service": (
        "AWS::ECS::Service",
        {"Cluster": "@cluster", "TaskDefinition": "@task", "ServiceName": "web"},
    ),
}
TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/main/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
SCALED = {
    **SERVICE,
    "target": (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {**TARGET, "MinCapacity": "1", "MaxCapacity": "4"},
    ),
}
CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::AutoScaling::AutoScalingGroup",
        "needs": NETWORK,
        "properties": {
            "MinSize": "2",
            "MaxSize": "4",
            "VPCZoneIdentifier": ["@one", "@two"],
            "NewInstancesProtectedFromScaleIn": "false",
            "HealthCheckType": "EC2",
            "HealthCheckGracePeriod": "0",
            "CapacityRebalance": "true",
            "Cooldown": "60",
            "MaxInstanceLifetime": "2592000",
            "DefaultInstanceWarmup": "30",
            "TerminationPolicies": ["OldestLaunchTemplate"],
            "InstanceMaintenancePolicy": {
                "MinHealthyPercentage": "100",
                "MaxHealthyPercentage": "150",
            },
            "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-only"},
            "MetricsCollection": [{"Granularity": "1Minute"}],
            "MixedInstancesPolicy": {
                "InstancesDistribution": {
                    "OnDemandBaseCapacity": "1",
                    "OnDemandPercentageAboveBaseCapacity": "50",
                    "SpotAllocationStrategy": "price-capacity-optimized",
                },
                "LaunchTemplate": {
                    "LaunchTemplateSpecification": TEMPLATE,
                    "Overrides": [
                        {"InstanceType": "t3.large"},
                        {"InstanceType": "t3a.medium", "WeightedCapacity": "1"},
                    ],
                },
            },
            "Tags": [*TAGS, {"Key": "AmazonECSManaged", "Value": "true"}],
        },
        "read": (
            "autoscaling",
            "describe_auto_scaling_groups",
            {"AutoScalingGroupNames": ["@"]},
            "AutoScalingGroups[0]",
        ),
        "sees": {
            "MinSize": 2,
            "MaxSize": 4,
            "DesiredCapacity": 2,
            "length(Instances)": 2,
            "Instances[].ProtectedFromScaleIn": [False, False],
            "Instances[].InstanceType": ["t3.large", "t3.large"],
            "NewInstancesProtectedFromScaleIn": False,
            "CapacityRebalance": True,
            "DefaultCooldown": 60,
            "MaxInstanceLifetime": 2592000,
            "DefaultInstanceWarmup": 30,
            "TerminationPolicies": ["OldestLaunchTemplate"],
            "InstanceMaintenancePolicy.MaxHealthyPercentage": 150,
            "AvailabilityZoneDistribution.CapacityDistributionStrategy": "balanced-only",
            "MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity": 1,
            "MixedInstancesPolicy.LaunchTemplate.Overrides[].InstanceType": [
                "t3.large",
                "t3a.medium",
            ],
            "Tags[].PropagateAtLaunch": [True, True],
            "length(EnabledMetrics) > `0`": True,
        },
        "change": {
            "MaxSize": "6",
            "NewInstancesProtectedFromScaleIn": "true",
            "VPCZoneIdentifier": ["@one"],
            "MaxInstanceLifetime": 86400,
            "Tags": TAGS,
        },
        "then": {
            "MaxSize": 6,
            "NewInstancesProtectedFromScaleIn": True,
            "VPCZoneIdentifier": "@one",
            "MaxInstanceLifetime": 86400,
            "Tags[].Key": ["Project"],
        },
        "attributes": ("AutoScalingGroupARN",),
    },
    {
        "type": "AWS::AutoScaling::LifecycleHook",
        "needs": GROUP,
        "properties": {
            "AutoScalingGroupName": "@group",
            "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
            "HeartbeatTimeout": "300",
            "DefaultResult": "CONTINUE",
        },
        "read": (
            "autoscaling",
            "describe_lifecycle_hooks",
            {"AutoScalingGroupName": "@group"},
            "LifecycleHooks[0]",
        ),
        "sees": {"HeartbeatTimeout": 300, "DefaultResult": "CONTINUE"},
        "change": {"HeartbeatTimeout": "60"},
        "then": {"HeartbeatTimeout": 60},
    },
    {
        "type": "AWS::AutoScaling::ScalingPolicy",
        "needs": GROUP,
        "properties": {
            "AutoScalingGroupName": "@group",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingConfiguration": {
                "TargetValue": "50",
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            },
        },
        "read": (
            "autoscaling",
            "describe_policies",
            {"AutoScalingGroupName": "@group"},
            "ScalingPolicies[0]",
        ),
        "sees": {"TargetTrackingConfiguration.TargetValue": 50.0, "PolicyARN": "@"},
        "attributes": ("Arn", "PolicyName"),
    },
    {
        "type": "AWS::AutoScaling::ScheduledAction",
        "needs": GROUP,
        "properties": {
            "AutoScalingGroupName": "@group",
            "MinSize": "1",
            "MaxSize": "2",
            "Recurrence": "0 8 * * *",
            "TimeZone": "Etc/UTC",
        },
        "read": (
            "autoscaling",
            "describe_scheduled_actions",
            {"AutoScalingGroupName": "@group"},
            "ScheduledUpdateGroupActions[0]",
        ),
        "sees": {"MinSize": 1, "Recurrence": "0 8 * * *"},
        "change": {"MaxSize": "3"},
        "then": {"MaxSize": 3},
        "attributes": ("ScheduledActionName",),
    },
    {
        "type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "needs": SERVICE,
        "properties": {
            **TARGET,
            "MinCapacity": "2",
            "MaxCapacity": "6",
            "ScheduledActions": [
                {
                    "ScheduledActionName": "morning",
                    "Schedule": "cron(0 8 * * ? *)",
                    "ScalableTargetAction": {"MinCapacity": "3"},
                }
            ],
            "Tags": TAGS[:0],
        },
        "read": (
            "application-autoscaling",
            "describe_scalable_targets",
            {"ServiceNamespace": "ecs"},
            "ScalableTargets[0]",
        ),
        "sees": {"MinCapacity": 2, "MaxCapacity": 6},
        "change": {"MaxCapacity": "8", "ScheduledActions": []},
        "then": {"MinCapacity": 2, "MaxCapacity": 8},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "needs": SCALED,
        "properties": {
            "PolicyName": "cpu",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": "@target",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": "60",
                "ScaleInCooldown": "300",
                "ScaleOutCooldown": "60",
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
            },
        },
        "read": (
            "application-autoscaling",
            "describe_scaling_policies",
            {"ServiceNamespace": "ecs"},
            "ScalingPolicies[0]",
        ),
        "sees": {
            "PolicyARN": "@",
            "TargetTrackingScalingPolicyConfiguration.TargetValue": 60.0,
            "length(Alarms) > `0`": True,
        },
        "change": {
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 70,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ALBRequestCountPerTarget",
                    "ResourceLabel": "app/a/1/targetgroup/b/2",
                },
            }
        },
        "then": {
            "TargetTrackingScalingPolicyConfiguration.TargetValue": 70.0,
            "TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification"
            ".ResourceLabel": "app/a/1/targetgroup/b/2",
        },
        "attributes": ("Arn",),
    },
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_round_trip(case: dict[str, Any], bench: Any) -> None:
    bench.round_trip(**case)


def counts(bench: Any) -> list[int]:
    read = ("ecs", "describe_services", {"cluster": "main", "services": ["web"]})
    found: list[int] = bench.read(*read, "services[0].[desiredCount, runningCount]")
    return found


def test_service_follows_its_limits(bench: Any) -> None:
    for name, (kind, properties) in SERVICE.items():
        bench.make(name, kind, properties)
    assert counts(bench) == [1, 1]
    kind = "AWS::ApplicationAutoScaling::ScalableTarget"
    bench.make("target", kind, {**TARGET, "MinCapacity": 2, "MaxCapacity": 4})
    assert counts(bench) == [2, 2]


def test_alarms_of_a_policy_are_replaced_with_it(bench: Any) -> None:
    case = CASES[-1]
    for name, (kind, properties) in SCALED.items():
        bench.make(name, kind, properties)
    for _ in range(2):
        bench.make("", case["type"], case["properties"])
    alarms = bench.read("cloudwatch", "describe_alarms", {}, "MetricAlarms[].AlarmName")
    policy = bench.read(*case["read"])
    assert sorted(alarms) == sorted(alarm["AlarmName"] for alarm in policy["Alarms"])
