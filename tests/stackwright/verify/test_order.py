from __future__ import annotations

from support.guarantees import alone, seeded

from stackwright.verify.order import ready_before


def test_a_resource_waits_for_the_whole_of_a_stack_that_its_own_waits_for() -> None:
    graph = seeded().graph
    assert "LoadBalancer/HttpListener" not in graph.waits_for("Service/Service")
    ready = ready_before(graph, "Service/Service")
    assert {"LoadBalancer/HttpListener", "Vpc/NatGatewayThree", "Service/ListenerRule"} <= ready
    assert not {each for each in ready if each.startswith(("Scaling", "Dns"))}


def test_within_one_template_it_is_what_the_template_says() -> None:
    topic = {"Type": "AWS::SNS::Topic"}
    graph = alone({"First": topic, "Second": {**topic, "DependsOn": "First"}, "Third": topic}).graph
    assert ready_before(graph, "Second") == {"First"}
    assert ready_before(graph, "Third") == set()
