"""Clusters: what an ECS cluster is, whatever its tasks run on."""

from __future__ import annotations

from troposphere import Ref, Sub
from troposphere.ecs import Cluster, ClusterSetting
from troposphere.logs import LogGroup

from nested import inputs

# Performance events are the raw material of metrics that CloudWatch keeps for itself.
INSIGHTS_RETENTION_DAYS = 7


def insights_logs() -> LogGroup:
    """Return the log group of Container Insights.

    It writes to this name and creates it without an owner unless it is there before the cluster.
    """
    return LogGroup(
        "InsightsLogs",
        LogGroupName=Sub("/aws/ecs/containerinsights/${AWS::StackName}/performance"),
        RetentionInDays=INSIGHTS_RETENTION_DAYS,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )


def cluster() -> Cluster:
    """Return the cluster; the template needs ContainerInsights.

    Named after its stack, so that the log group can be there first; nothing else of a cluster replaces it.
    """
    return Cluster(
        "Cluster",
        ClusterName=Ref("AWS::StackName"),
        ClusterSettings=[ClusterSetting(Name="containerInsights", Value=Ref(inputs.CONTAINER_INSIGHTS.name))],
        DependsOn="InsightsLogs",
    )
