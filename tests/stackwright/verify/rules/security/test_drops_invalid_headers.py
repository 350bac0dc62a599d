from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/drops-invalid-headers"
DROP = "routing.http.drop_invalid_header_fields.enabled"
MITIGATION = "routing.http.desync_mitigation_mode"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_blueprint_drops_them(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize(("key", "value"), [(DROP, "false"), (MITIGATION, "monitor")])
def test_a_load_balancer_that_passes_them_on_is_found(key: str, value: str) -> None:
    def seed(stacks: STACKS) -> None:
        for each in resource(stacks, "LoadBalancer/LoadBalancer")["Properties"]["LoadBalancerAttributes"]:
            if each["Key"] == key:
                each["Value"] = value

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"LoadBalancer/LoadBalancer {key}: ")


def _balancer(**properties: Any) -> Any:
    balancer = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": properties}
    return alone({"Balancer": balancer, "Other": {"Type": "Custom::Mode"}})


def test_the_default_passes_headers_on_and_mitigates() -> None:
    (line,) = told(RULE, _balancer())
    assert line.startswith(f"Balancer {DROP}: ")


def test_a_network_load_balancer_reads_no_headers() -> None:
    assert findings(RULE, _balancer(Type="network")) == []


def test_what_nobody_knows_is_no_finding() -> None:
    unknown = {"Fn::GetAtt": ["Other", "Value"]}
    given = [{"Key": key, "Value": unknown} for key in (DROP, MITIGATION)]
    assert findings(RULE, _balancer(LoadBalancerAttributes=given)) == []
