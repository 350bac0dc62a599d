from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.errors import BadInput, StackwrightError
from stackwright.preflight.check import Check, Point, Result, fails, holds, moot, untold
from stackwright.preflight.examine import check_ready, check_waived, checks, examine
from stackwright.preflight.report import brief, every_line, failing, summary
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
ADDRESS = {"Address": {"Type": "AWS::EC2::EIP", "Properties": {}}}


def result(*points: Point, name: str = "names-free", accepted: bool = False) -> Result:
    check = Check(number=4, name=name, claim="C", why="W", source="S", ask=lambda _: ())
    return Result(check, points, accepted)


@pytest.mark.parametrize(
    ("points", "verdict"),
    [
        ((), "not applicable"),
        ((moot("none"),), "not applicable"),
        ((moot("none"), holds("a")), "holds"),
        ((holds("a"), untold("denied")), "cannot be told"),
        ((holds("a"), untold("denied"), fails("b", mend="m")), "fails"),
    ],
)
def test_the_worst_point_is_the_verdict(points: tuple[Point, ...], verdict: str) -> None:
    assert result(*points).verdict == verdict


def test_only_a_failure_is_waived() -> None:
    assert result(fails("b", mend="m"), accepted=True).verdict == "waived"
    assert result(untold("denied"), accepted=True).verdict == "cannot be told"
    assert result(holds("a"), accepted=True).verdict == "holds"


def test_every_check_is_told_with_what_it_found() -> None:
    found = [result(holds("a"), holds("b")), result(holds("a"), fails("taken", mend="give another"))]
    assert every_line(found) == [
        " 4 names-free: holds: a",
        "   b",
        " 4 names-free: fails: taken",
        "   mend: give another",
        "preflight: 1 of 2 hold, 1 failed",
    ]


def test_what_mends_several_points_is_told_once() -> None:
    found = result(fails("a", mend="m"), fails("b", mend="other"), fails("c", mend="m"))
    told = [line.strip() for line in every_line([found])]
    assert told[:-1] == ["4 names-free: fails: a", "b", "mend: other", "c", "mend: m"]


def test_in_brief_what_holds_or_does_not_apply_is_only_counted() -> None:
    found = [result(holds("a")), result(moot("none")), result(untold("denied")), result(fails("b", mend="m"))]
    assert brief(found) == [
        " 4 names-free: cannot be told: denied",
        " 4 names-free: fails: b",
        "   mend: m",
        "preflight: 1 of 3 hold, 1 failed, 1 could not be told",
    ]


def test_the_sum_counts_what_is_waived_apart() -> None:
    found = [result(holds("a")), result(fails("b", mend="m"), accepted=True), result(untold("denied"))]
    assert summary(found) == "preflight: 1 of 3 hold, 1 waived, 1 could not be told"
    assert failing(found) == []


def test_checks_are_asked_in_their_order(plan: Plan) -> None:
    assert [each.check.number for each in examine(plan({}))] == [each.number for each in checks()]


def test_a_failure_stops_and_says_how_to_go_on(aws: Aws, plan: Plan) -> None:
    for _ in range(5):
        aws.call("ec2", "allocate_address", Domain="vpc")
    said: list[str] = []
    with pytest.raises(StackwrightError, match="preflight of shop-dev failed: elastic-ips") as raised:
        check_ready(plan(ADDRESS), waived=(), say=said.append)
    assert raised.value.exit_status == 1
    assert str(raised.value).endswith("--waive elastic-ips")
    assert said[0].startswith(" 2 elastic-ips: fails: Address: Elastic IPs in us-east-1: 5 and 1 more")


def test_a_waived_failure_is_said_and_lets_it_go_on(aws: Aws, plan: Plan) -> None:
    for _ in range(5):
        aws.call("ec2", "allocate_address", Domain="vpc")
    said: list[str] = []
    check_ready(plan(ADDRESS), waived=["elastic-ips"], say=said.append)
    assert said[0].startswith(" 2 elastic-ips: waived: Address: Elastic IPs in us-east-1: 5 and 1 more")
    assert said[-1] == "preflight: 1 of 2 hold, 1 waived"


def test_what_aws_denies_lets_it_go_on(plan: Plan, deny: Any) -> None:
    subject = plan(ADDRESS)
    deny("ec2", "describe_addresses", "UnauthorizedOperation")
    said: list[str] = []
    check_ready(subject, waived=(), say=said.append)
    assert said == [
        " 2 elastic-ips: cannot be told: access denied to ec2:DescribeAddresses: not you",
        "preflight: 1 of 2 hold, 1 could not be told",
    ]


def test_a_name_that_is_no_check_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"--waive 'elastic-ip': no such check \(did you mean elastic-ips\?\)"):
        check_waived(["vpcs", "elastic-ip"])
