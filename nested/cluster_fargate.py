"""Cluster: an ECS cluster whose tasks run on Fargate, On-Demand and, by weight, on Spot capacity.

The capacity providers belong to the cluster by an association of its own. ClusterName reaches other stacks only when
this one is complete, and so only when the association is there.
"""

from __future__ import annotations

from troposphere import GetAtt, Ref, Template
from troposphere.ecs import CapacityProviderStrategy, ClusterCapacityProviderAssociations

from nested import inputs
from nested.parts import clusters, fargate
from nested.shape import gives, needs


def template() -> Template:
    """Emit the cluster stack.

    Needs ContainerInsights and what is shared out between FARGATE and FARGATE_SPOT; gives ClusterName and ClusterArn.
    The strategy is the cluster's default, for what is started without one; a service states the same for itself,
    because a changed default reaches no service that runs.
    """
    t = Template(Description="ECS cluster on Fargate")
    needs(t, inputs.CONTAINER_INSIGHTS, inputs.FARGATE_BASE, inputs.FARGATE_WEIGHT, inputs.FARGATE_SPOT_WEIGHT)
    fargate.add_weights_rule(t)
    t.add_resource([clusters.insights_logs(), clusters.cluster(), _association()])
    gives(t, {inputs.CLUSTER_NAME: Ref("Cluster"), inputs.CLUSTER_ARN: GetAtt("Cluster", "Arn")})
    return t


def _association() -> ClusterCapacityProviderAssociations:
    return ClusterCapacityProviderAssociations(
        "CapacityProviderAssociation",
        Cluster=Ref("Cluster"),
        CapacityProviders=[fargate.ON_DEMAND, fargate.SPOT],
        DefaultCapacityProviderStrategy=fargate.strategy(CapacityProviderStrategy),
    )
