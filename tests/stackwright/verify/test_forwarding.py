from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, seeded

from stackwright.verify.forwarding import Delivery, Listener, behind, deliveries, forwarded, listeners
from stackwright.verify.groups import Ports


def test_a_real_blueprint() -> None:
    graph = seeded().graph
    found = {each.path: each for each in listeners(graph)}
    https = Listener("LoadBalancer/HttpsListener", "LoadBalancer/LoadBalancer", (Ports("tcp", 443, 443),))
    assert found["LoadBalancer/HttpsListener"] == https
    assert list(found) == ["LoadBalancer/HttpsListener", "LoadBalancer/HttpListener"]
    primary, alternate = forwarded(graph, "LoadBalancer/HttpsListener")
    assert forwarded(graph, "LoadBalancer/HttpListener") == []
    port = (Ports("tcp", 3000, 3000),)
    assert list(deliveries(graph, primary)) == [Delivery("Service/Service", port, port)]
    assert list(deliveries(graph, alternate)) == []


@pytest.mark.parametrize(
    ("protocol", "ports"),
    [
        ("TLS", (Ports("tcp", 53, 53),)),
        ("UDP", (Ports("udp", 53, 53),)),
        ("TCP_UDP", (Ports("tcp", 53, 53), Ports("udp", 53, 53))),
    ],
)
def test_protocols_on_the_wire(protocol: str, ports: tuple[Ports, ...]) -> None:
    given = {"LoadBalancerArn": "arn:elsewhere", "Port": "53", "Protocol": protocol}
    graph = alone({"Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": given}}).graph
    assert listeners(graph) == [Listener("Listener", "arn:elsewhere", ports)]


def test_the_listeners_of_a_classic_load_balancer_are_its_own() -> None:
    given = {"Listeners": [{"Protocol": "http", "LoadBalancerPort": "80", "InstancePort": "80"}]}
    graph = alone({"Old": {"Type": "AWS::ElasticLoadBalancing::LoadBalancer", "Properties": given}}).graph
    assert listeners(graph) == [Listener("Old", "Old", (Ports("tcp", 80, 80),))]


def test_a_listener_whose_port_nobody_knows_is_left_out() -> None:
    given = {"LoadBalancerArn": "arn:elsewhere", "Port": {"Fn::GetAtt": ["Other", "Port"]}, "Protocol": "TCP"}
    listener = {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": given}
    assert listeners(alone({"Listener": listener, "Other": {"Type": "Custom::Port"}}).graph) == []


def _delivered(**target_group: Any) -> list[Delivery]:
    given = {"Protocol": "UDP", "Port": 53, **target_group}
    resources = {
        "TargetGroup": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": given},
        "Group": {
            "Type": "AWS::AutoScaling::AutoScalingGroup",
            "Properties": {"TargetGroupARNs": [{"Ref": "TargetGroup"}]},
        },
        "Instance": {"Type": "AWS::EC2::Instance", "Properties": {}},
    }
    graph = alone(resources).graph
    return list(deliveries(graph, graph.resources["TargetGroup"]))


def test_groups_and_listed_targets() -> None:
    found = _delivered(Targets=[{"Id": {"Ref": "Instance"}, "Port": 54}, {"Id": "10.0.0.1"}])
    assert [(each.target, each.ports) for each in found] == [
        ("Group", (Ports("udp", 53, 53),)),
        ("Instance", (Ports("udp", 54, 54),)),
    ]


@pytest.mark.parametrize(("port", "checked"), [("traffic-port", 53), ("9000", 9000)])
def test_health_checks_are_tcp(port: str, checked: int) -> None:
    (found,) = _delivered(HealthCheckPort=port)
    assert found.checks == (Ports("tcp", checked, checked),)


def _on_instances(mode: str, mapping: dict[str, Any]) -> list[Delivery]:
    container = {"Name": "app", "PortMappings": [mapping]}
    load_balancer = {"TargetGroupArn": {"Ref": "Targets"}, "ContainerName": "app", "ContainerPort": 80}
    strategy = [{"CapacityProvider": {"Ref": "Provider"}}]
    made: dict[str, tuple[str, dict[str, Any]]] = {
        "Targets": ("ElasticLoadBalancingV2::TargetGroup", {"Protocol": "TCP", "Port": 80, "TargetType": "instance"}),
        "Group": ("AutoScaling::AutoScalingGroup", {"MinSize": 1, "MaxSize": 2}),
        "Provider": ("ECS::CapacityProvider", {"AutoScalingGroupProvider": {"AutoScalingGroupArn": {"Ref": "Group"}}}),
        "Task": ("ECS::TaskDefinition", {"NetworkMode": mode, "ContainerDefinitions": [container]}),
        "Service": (
            "ECS::Service",
            {
                "TaskDefinition": {"Ref": "Task"},
                "LoadBalancers": [load_balancer],
                "CapacityProviderStrategy": strategy,
            },
        ),
    }
    graph = alone({name: {"Type": f"AWS::{kind}", "Properties": given} for name, (kind, given) in made.items()}).graph
    return list(deliveries(graph, graph.resources["Targets"]))


@pytest.mark.parametrize(
    ("mode", "mapping", "ports"),
    [
        ("bridge", {"ContainerPort": 80, "HostPort": 8080}, (Ports("tcp", 8080, 8080),)),
        ("bridge", {"ContainerPort": 80, "HostPort": 0}, ()),
        ("bridge", {"ContainerPort": 80}, ()),
        ("host", {"ContainerPort": 80}, (Ports("tcp", 80, 80),)),
    ],
)
def test_tasks_without_an_address_answer_on_their_instances(
    mode: str, mapping: dict[str, Any], ports: tuple[Ports, ...]
) -> None:
    assert _on_instances(mode, mapping) == [Delivery("Group", ports, ports)]


def test_behind_a_service_are_both_target_groups_of_blue_and_green() -> None:
    group = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"Protocol": "HTTP", "Port": 80}}
    task = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"ContainerDefinitions": [{"Name": "sidecar"}, {"Name": "app"}]},
    }
    balancer = {"ContainerName": "app", "ContainerPort": 80, "TargetGroupArn": {"Ref": "Blue"}}
    balancer["AdvancedConfiguration"] = {"AlternateTargetGroupArn": {"Ref": "Green"}}
    given = {"TaskDefinition": {"Ref": "Task"}, "LoadBalancers": ["odd", balancer]}
    service = {"Type": "AWS::ECS::Service", "Properties": given}
    graph = alone({"Blue": group, "Green": group, "Task": task, "Service": service}).graph
    found = [(each.path, container.get("Name")) for each, container in behind(graph, graph.resources["Service"])]
    assert found == [("Blue", "app"), ("Green", "app")]
