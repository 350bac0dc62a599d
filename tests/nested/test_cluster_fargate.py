"""The cluster on Fargate: its capacity providers, how tasks are shared out between them, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from nested import cluster_ec2, cluster_fargate
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered


def cluster(**parameters: str) -> Graph:
    template = cluster_fargate.template().to_dict()
    return resolve(template, {}, parameters, region="eu-west-1", stack_name="shop-prod-Cluster-1A2B")


def properties(graph: Graph, path: str) -> dict[str, Any]:
    found: dict[str, Any] = rendered(graph.resources[path].properties)
    return found


def test_capacity_providers_belong_to_the_cluster_by_an_association_of_their_own() -> None:
    graph = cluster()
    assert properties(graph, "CapacityProviderAssociation")["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert not {"CapacityProviders", "DefaultCapacityProviderStrategy"} & set(properties(graph, "Cluster"))


def test_tasks_are_shared_out_by_parameter_and_one_provider_has_a_base() -> None:
    graph = cluster(FargateBase="1", FargateWeight="3", FargateSpotWeight="2")
    assert properties(graph, "CapacityProviderAssociation")["DefaultCapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE", "Base": "1", "Weight": "3"},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": "2"},
    ]


def test_everything_is_on_demand_unless_told_otherwise() -> None:
    on_demand, spot = properties(cluster(), "CapacityProviderAssociation")["DefaultCapacityProviderStrategy"]
    assert (int(on_demand["Weight"]) > 0, int(spot["Weight"])) == (True, 0)


def test_two_weights_of_nothing_are_refused() -> None:
    cluster(FargateWeight="0", FargateSpotWeight="1")
    with pytest.raises(ResolveError, match="FargateWeight or FargateSpotWeight is above 0"):
        cluster(FargateWeight="0", FargateSpotWeight="0")


def test_cluster_and_insights_are_those_of_every_cluster() -> None:
    ours, theirs = (each.template().to_dict()["Resources"] for each in (cluster_fargate, cluster_ec2))
    for path in ("Cluster", "InsightsLogs"):
        assert ours[path] == theirs[path]
    assert properties(cluster(ContainerInsights="enhanced"), "Cluster")["ClusterSettings"] == [
        {"Name": "containerInsights", "Value": "enhanced"}
    ]


def test_other_stacks_learn_its_name() -> None:
    assert rendered(cluster().outputs) == {"ClusterName": "${Cluster.Ref}", "ClusterArn": "${Cluster.Arn}"}
