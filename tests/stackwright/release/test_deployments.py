"""A deployment as it is told of: each event and each change of traffic once, and lost connections waited out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.aws_errors import Unreachable
from stackwright.deploy.follow import PATIENCE
from stackwright.release.deployments import Look, Share, follow, news
from stackwright.release.deployments import look as looked
from stackwright.release.order import Order, fingerprint_in

EVENTS = ("BeforeInstall", "Install", "AllowTraffic")


def look(status: str, *events: str, green: float = 0) -> Look:
    shares = (Share("Blue", "one", 100 - green, 2, 2), Share("Green", "two", green, 2, 2))
    return Look("d-1", status, events=dict(zip(EVENTS, events, strict=False)), shares=shares)


def test_what_is_new_is_told_once() -> None:
    before = look("InProgress", "Succeeded", "InProgress")
    now = look("InProgress", "Succeeded", "Succeeded", "InProgress", green=10)
    assert list(news(before, now)) == [
        "Install: done",
        "AllowTraffic: begun",
        "traffic: 90 % to the old tasks (one), 10 % to the new tasks (two)",
    ]
    assert list(news(now, now)) == []


@pytest.mark.parametrize(("creator", "shifted"), [("user", True), ("codeDeployRollback", False)])
def test_a_rollback_puts_no_traffic_on_new_tasks(creator: str, shifted: bool) -> None:
    class Moved:
        """CodeDeploy whose one target has all of its traffic where it belongs."""

        def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
            return {
                "get_deployment": {"deploymentInfo": {"status": "InProgress", "creator": creator}},
                "list_deployment_targets": {"targetIds": ["c:app"]},
                "get_deployment_target": {"deploymentTarget": {"ecsTarget": {"status": "Succeeded"}}},
            }[operation]

    aws: Any = Moved()
    told = list(news(Look("d-1", ""), looked(aws, "d-1")))
    assert [line.startswith("all traffic is on the new tasks") for line in told] == [True] * shifted


class Aws:
    """AWS that answers with one status after the other; what is an error is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        if operation == "list_deployment_targets":
            return {"targetIds": []}
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"deploymentInfo": {"status": answer, "description": "", "rollbackInfo": {}}}


@pytest.mark.parametrize("first", [["InProgress"], []])
def test_a_lost_connection_does_not_end_the_following(first: list[str]) -> None:
    aws = Aws(*first, *[Unreachable("gone")] * (PATIENCE - 1), "Succeeded")
    heard: list[str] = []
    ended = follow(aws, "d-1", heard=heard.append, sleep=lambda _: None)
    assert (ended.status, heard) == ("Succeeded", ["deployment d-1: Succeeded"])


def test_a_connection_that_stays_lost_does() -> None:
    aws = Aws(*[Unreachable("gone")] * PATIENCE)
    with pytest.raises(Unreachable):
        follow(aws, "d-1", heard=print, sleep=lambda _: None)


_WORDS = st.text(max_size=300)
_ORDERS = st.builds(Order, _WORDS, _WORDS, _WORDS, _WORDS)


@given(_ORDERS, _ORDERS)
def test_an_order_is_found_again_by_its_description_and_no_other(one: Order, other: Order) -> None:
    assert fingerprint_in(one.description) == one.fingerprint
    assert (one.fingerprint == other.fingerprint) == (one == other)
    assert fingerprint_in(one.sentence + "x") == ""
