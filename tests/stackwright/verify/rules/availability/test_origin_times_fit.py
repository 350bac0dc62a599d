from __future__ import annotations

import pytest
from support.guarantees import STACKS, findings, resource, seeded, told

RULE = "availability/origin-times-fit"
PLACE = "Cdn/Distribution DistributionConfig.Origins.0.VpcOriginConfig."


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_fit(environment: str) -> None:
    assert findings(RULE, seeded(blueprint="fargate-cdn", environment=environment)) == []


def _times(**given: int | str | None) -> list[str]:
    def seed(stacks: STACKS) -> None:
        (origin,) = resource(stacks, "Cdn/Distribution")["Properties"]["DistributionConfig"]["Origins"]
        origin["VpcOriginConfig"] |= given
        for name in [name for name, value in given.items() if value is None]:
            del origin["VpcOriginConfig"][name]

    return [line.partition(": ")[0] for line in told(RULE, seeded(seed, blueprint="fargate-cdn"))]


def test_a_connection_that_outlives_the_load_balancers_is_found() -> None:
    assert _times(OriginKeepaliveTimeout=60) == [f"{PLACE}OriginKeepaliveTimeout"]
    assert _times(OriginKeepaliveTimeout="59") == []
    # The default is five seconds.
    assert _times(OriginKeepaliveTimeout=None) == []


def test_giving_up_first_is_found() -> None:
    assert _times(OriginReadTimeout=59) == [f"{PLACE}OriginReadTimeout"]
    # So is the default, 30 seconds.
    assert _times(OriginReadTimeout=None) == [f"{PLACE}OriginReadTimeout"]
    assert _times(OriginReadTimeout=60) == []


def test_a_load_balancer_that_waits_longer_asks_for_more() -> None:
    def seed(stacks: STACKS) -> None:
        attributes = resource(stacks, "LoadBalancer/LoadBalancer")["Properties"]["LoadBalancerAttributes"]
        (idle,) = [each for each in attributes if each["Key"] == "idle_timeout.timeout_seconds"]
        idle["Value"] = "90"

    (line,) = told(RULE, seeded(seed, blueprint="fargate-cdn"))
    assert line.startswith(f"{PLACE}OriginReadTimeout: CloudFront gives up")
